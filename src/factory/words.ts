import { parsePlatform } from '../oci/platform.ts'
import { parseReference } from '../oci/reference.ts'
import { didYouMean } from '../suggest.ts'
import type { TextShape } from './shape.ts'

/** The kinds of text of a factory file: what each looks like, and how messages speak of it. */

const IDENTIFIER = /^[a-z0-9_][a-z0-9_.-]{0,79}$/
const IDENTIFIER_WORDS =
  'lower-case letters, digits, "_", "." and "-", beginning with a letter, a digit or "_", 80 at most'

/** Operating systems and architectures that Go, and so BuildKit, knows: `go tool dist list`. */
const SYSTEMS = ['linux', 'windows', 'darwin', 'freebsd', 'netbsd', 'openbsd', 'wasip1']
const ARCHITECTURES = '386 amd64 arm arm64 loong64 mips mipsle mips64 mips64le ppc64 ppc64le riscv64 s390x wasm'.split(
  ' ',
)
const COMMON_PLATFORMS =
  'linux/amd64 linux/arm64 linux/arm/v7 linux/arm/v6 linux/386 linux/ppc64le linux/s390x linux/riscv64'

const RESERVED = { pattern: /^(?:parent|scratch|run|plan|record)$/, because: 'the word is reserved' }

/** Tags end in a platform where they are of one platform, so no name may. */
const PLATFORM_ENDING = {
  pattern: new RegExp(`(?:^|[_.-])(?:${SYSTEMS.join('|')})-(?:${ARCHITECTURES.join('|')})(?:-v[0-9]+)?$`),
  because: 'a name may not end in a platform',
}

/** Why an identifier cannot be an id of a manifest: it is a reserved word, or ends in a platform. */
export const whyRefusedId = (id: string): string | undefined =>
  [RESERVED, PLATFORM_ENDING].find(({ pattern }) => pattern.test(id))?.because

const lowerCaseHint = (text: string): string | undefined => {
  const mended = text.toLowerCase().replaceAll(/[\s/]+/g, '-')
  return mended !== text && IDENTIFIER.test(mended) ? `write "${mended}"` : undefined
}

const identifier = (noun: string): TextShape => ({
  kind: 'text',
  noun,
  expected: IDENTIFIER_WORDS,
  pattern: IDENTIFIER,
  bare: true,
  hint: lowerCaseHint,
})

export const factoryName = identifier('a factory name')
export const variantName = identifier('a variant name')
export const accelerator: TextShape = { ...identifier('an accelerator'), examples: ['cuda'] }
export const manifestName: TextShape = { ...identifier('a manifest id'), refused: [RESERVED, PLATFORM_ENDING] }

/** A layer's name is also the name of its stage. `taken` are the keys that stand beside layers in manifests and rules. */
export const layerName = (taken: readonly string[]): TextShape => ({
  ...identifier('a layer name'),
  expected: 'lower-case letters, digits, "_", "." and "-", beginning with a letter, 80 at most',
  pattern: /^[a-z][a-z0-9_.-]{0,79}$/,
  refused: [
    RESERVED,
    PLATFORM_ENDING,
    {
      pattern: new RegExp(`^(?:${taken.join('|')})$`),
      because: 'manifests, rules or templates use the word themselves',
    },
  ],
})

const isPlatform = (text: string): boolean => {
  const [system = '', architecture = ''] = parsePlatform(text)?.split('/') ?? []
  return SYSTEMS.includes(system) && ARCHITECTURES.includes(architecture)
}

/** People leave the system out (`arm64`), or slip in the architecture. */
const platformHint = (text: string): string | undefined =>
  isPlatform(`linux/${text}`) ? `write "linux/${text}"` : didYouMean(text, COMMON_PLATFORMS.split(' ')).hint

export const platform: TextShape = {
  kind: 'text',
  noun: 'a platform',
  expected: 'os/architecture, such as linux/amd64 or linux/arm/v7',
  pattern: /^[A-Za-z0-9]+\/[A-Za-z0-9_-]+(?:\/[A-Za-z0-9]+)?$/,
  test: isPlatform,
  hint: platformHint,
  examples: ['linux/amd64', 'linux/arm64'],
}

export const poolName: TextShape = {
  kind: 'text',
  noun: 'a pool',
  expected: 'a platform, or one with an accelerator: linux/amd64 or linux/amd64+cuda',
  pattern: /^[A-Za-z0-9]+\/[A-Za-z0-9_-]+(?:\/[A-Za-z0-9]+)?(?:\+[a-z0-9_][a-z0-9_.-]*)?$/,
  test: (text) => isPlatform(text.split('+')[0] ?? ''),
  hint: platformHint,
  examples: ['linux/amd64', 'linux/amd64+cuda'],
}

export const runnerLabel: TextShape = {
  kind: 'text',
  noun: 'a runner label',
  expected: 'a label of a GitHub runner, such as ubuntu-24.04',
  pattern: /^\S(?:.*\S)?$/,
  refused: [{ pattern: /\$\{\{/, because: 'GitHub expressions are not evaluated in this file' }],
  examples: ['ubuntu-24.04', 'ubuntu-24.04-arm'],
}

/** A name or a glob. The characters are those of names, and of globs over them. */
const selectorOf = (noun: string, pattern: RegExp): TextShape => ({
  kind: 'text',
  noun,
  expected: 'a name, or a glob with *, ?, [a-z] or {a,b}',
  pattern,
  bare: true,
  hint: (text) =>
    text.startsWith('!')
      ? `write { not: "${text.slice(1)}" }`
      : pattern.test(text.toLowerCase())
        ? `write "${text.toLowerCase()}"`
        : undefined,
  examples: ['cuda-*', '*'],
})

export const variantPattern = selectorOf('a variant or glob', /^[a-z0-9_.*?[{][a-z0-9_.*?[\]{},-]*$/)
export const platformPattern: TextShape = {
  ...selectorOf('a platform or glob', /^[a-z0-9*?[{][a-z0-9_/*?[\]{},-]*$/),
  expected: 'a platform such as linux/arm64, or a glob such as linux/arm*',
  examples: ['linux/arm64', 'linux/arm*'],
}

/** BuildKit's ARG names; PARENT is the one the stitcher sets. */
export const argumentName: TextShape = {
  kind: 'text',
  noun: 'an argument name',
  expected: 'letters, digits and "_", not beginning with a digit',
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  refused: [{ pattern: /^PARENT$/, because: 'Strata sets it to the layer below' }],
  hint: (text) => (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(text) ? `write "${text.replaceAll('-', '_')}"` : undefined),
}

export const argumentValue: TextShape = {
  kind: 'text',
  noun: 'an argument value',
  expected: 'one line of text',
  pattern: /^[^\x00-\x08\n-\x1f\x7f]*$/,
  bare: true,
}

export const baseImage: TextShape = {
  kind: 'text',
  noun: 'an image reference',
  expected: 'name[:tag][@sha256:…], such as ubuntu:24.04 or ghcr.io/acme/base:1',
  pattern: /^[^\s/][^\s]*$/,
  test: (text) => parseReference(text) !== undefined,
  hint: (text) => {
    if (/[${}]/.test(text)) return 'variables are not expanded here; write the image out, or by platform as a map'
    if (text.includes('://')) return 'leave the scheme out'
    return parseReference(text.toLowerCase()) === undefined ? undefined : 'repositories are lower case'
  },
  examples: ['ubuntu:24.04'],
}

/** Roughly host[:port][/path]; `parseReference` knows the whole grammar. */
const REPOSITORY = /^[a-z0-9[][a-z0-9._:\]-]*(?:\/[a-z0-9][a-z0-9._-]*)*$/

export const registry: TextShape = {
  kind: 'text',
  noun: 'a registry',
  expected: 'a host with the path that all images share, without scheme, tag or slash at the end: ghcr.io/acme',
  pattern: REPOSITORY,
  test: (text) => {
    const reference = parseReference(`${text}/image`)
    return reference?.repository.endsWith('image') === true && !text.includes('@')
  },
  hint: (text) => {
    if (/^https?:\/\//.test(text)) return `write "${text.replace(/^https?:\/\//, '').replace(/\/$/, '')}"`
    return text === text.toLowerCase() ? undefined : 'repositories are lower case'
  },
  examples: ['ghcr.io/acme'],
}

export const cacheRepository: TextShape = {
  kind: 'text',
  noun: 'a cache repository',
  expected: 'a repository without tag or digest, such as ghcr.io/acme/llm-factory-cache',
  pattern: REPOSITORY,
  test: (text) => {
    const reference = parseReference(text)
    return reference !== undefined && reference.tag === undefined && reference.digest === undefined
  },
  hint: (text) => (parseReference(text)?.tag === undefined ? undefined : 'leave the tag out: Strata names the tags'),
  examples: ['ghcr.io/acme/llm-factory-cache'],
}

const PATH = '(?![/~])(?![A-Za-z]:)[^\\\\\\x00-\\x1f]+'

const pathHint = (text: string): string | undefined => {
  if (text.includes('\\')) return `write "/" instead of "\\"`
  return text.startsWith('/') ? 'leave out the "/" at the start' : undefined
}

/** Whether a path leaves the workspace depends on its file's folder, so `path.ts` checks that. */
export const path: TextShape = {
  kind: 'text',
  noun: 'a path',
  expected: 'a path inside the workspace, relative to the folder of this file',
  pattern: new RegExp(`^${PATH}$`),
  hint: pathHint,
}

export const pathGlob: TextShape = {
  ...path,
  noun: 'a path glob',
  expected: 'a glob such as apps/*/strata.yaml, relative to the folder of this file',
  pattern: new RegExp(`^(?!!)${PATH}$`),
}

export const contextName: TextShape = {
  kind: 'text',
  noun: 'a context name',
  expected: 'a name without blanks or "=", as in COPY --from=<name>',
  pattern: /^[^\s=]+$/,
}

/** A path, or what Buildx takes beside it: `https://…`, `docker-image://…`, `oci-layout://…`, `target:…`, `git@…`. */
export const contextSource: TextShape = {
  kind: 'text',
  noun: 'a context',
  expected: 'a path relative to the folder of this file, or a source such as docker-image://alpine:3.22',
  pattern: new RegExp(`^(?:[A-Za-z][A-Za-z0-9+.-]+:\\S+|git@\\S+|${PATH})$`),
  hint: pathHint,
  examples: ['apps/serve', 'docker-image://alpine:3.22'],
}

const template = (noun: string, literals: string, example: string): TextShape => ({
  kind: 'text',
  noun,
  expected: `${literals} and placeholders in braces, such as ${example}`,
  pattern: /^$/,
  examples: [example],
})

export const idTemplate: TextShape = {
  ...template('an id template', 'lower-case letters, digits, "_", ".", "-"', '{app}-{base}'),
  pattern: /^(?:[a-z0-9_.-]|\{[^{}]+\})+$/,
}

export const imageTemplate: TextShape = {
  ...template('an image template', 'lower-case letters, digits, "_", ".", "-", "/"', '{name}'),
  pattern: /^(?:[a-z0-9_./-]|\{[^{}]+\})+$/,
  hint: (text) => (text.includes(':') ? 'the tag belongs in "tags", the registry in "registry"' : undefined),
}

export const tagTemplate: TextShape = {
  ...template('a tag template', 'letters, digits, "_", ".", "-"', '{manifest_id}-{version}'),
  pattern: /^(?:[A-Za-z0-9_.-]|\{[^{}]+\})+$/,
  bare: true,
}

export const version: TextShape = {
  kind: 'text',
  noun: 'a version',
  expected: 'letters, digits, "_", ".", "+" and "-", such as 1.4.0',
  pattern: /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}$/,
  bare: true,
  examples: ['1.4.0'],
}

export const duration: TextShape = {
  kind: 'text',
  noun: 'a duration',
  expected: 'a whole number with m, h or d behind it: 30m, 12h or 7d',
  pattern: /^[1-9][0-9]{0,5}[mhd]$/,
  examples: ['30m', '12h', '7d'],
}

export const reason: TextShape = {
  kind: 'text',
  noun: 'a reason',
  expected: 'a sentence that people will read in the job summary',
  pattern: /\S/,
  examples: ['needs a CUDA base'],
}
