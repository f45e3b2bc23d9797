import { parseReference } from '../oci/reference.ts'
import { faultOfSource, SOURCE_EXPECTED } from './cache-source.ts'
import type { TextShape } from './shape.ts'

// The kinds of texts in a factory file that are no names: what each looks like, and how messages speak of it.

/** Value of an argument. A Dockerfile's ARG lines hold one line. */
export const argumentValue: TextShape = {
  kind: 'text',
  noun: 'an argument value',
  expected: 'one line of text',
  pattern: /^[^\x00-\x08\n-\x1f\x7f]*$/,
  bare: true,
}

/** A word of a test's argument array. */
export const testWord: TextShape = {
  ...argumentValue,
  noun: 'an argument',
  examples: ['python'],
}

/** `from` of a variant. */
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

/** `registry`, with the path that all images share. */
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

/** `ref` of the cache. */
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

/** A place to read cache from. */
export const cacheSource: TextShape = {
  kind: 'text',
  noun: 'a cache source',
  expected: SOURCE_EXPECTED,
  pattern: /\S/,
  test: (text) => faultOfSource(text) === undefined,
  hint: faultOfSource,
  examples: ['type=registry,ref=ghcr.io/acme/other-cache:linux-amd64'],
}

/** The folder of a local cache. */
export const cacheFolder: TextShape = {
  kind: 'text',
  noun: 'a folder',
  expected: 'an absolute path, or one relative to the workspace, without ":" or ","',
  pattern: /^[^:,"\\\x00-\x1f~]+$/,
  hint: (text) =>
    text.startsWith('~') ? 'nobody expands "~" here; leave folder out for one below ~/.cache/strata' : undefined,
  examples: ['/var/cache/strata'],
}

/** A size: `parseBytes` turns it into bytes. */
export const size: TextShape = {
  kind: 'text',
  noun: 'a size',
  expected: 'a whole number with MB, GB, MiB or GiB behind it: 8GiB',
  pattern: /^[1-9][0-9]{0,5}(?:MB|GB|MiB|GiB)$/,
  examples: ['8GiB'],
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

/** A glob of `include` and `variants-from`. */
export const pathGlob: TextShape = {
  ...path,
  noun: 'a path glob',
  expected: 'a glob such as apps/*/strata.yaml, relative to the folder of this file',
  pattern: new RegExp(`^(?!!)${PATH}$`),
}

/** Key of a named context. */
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

/** Template of expanded ids. */
export const idTemplate: TextShape = {
  ...template('an id template', 'lower-case letters, digits, "_", ".", "-"', '{app}-{base}'),
  pattern: /^(?:[a-z0-9_.-]|\{[^{}]+\})+$/,
}

/** Template of an image's repository below the registry. */
export const imageTemplate: TextShape = {
  ...template('an image template', 'lower-case letters, digits, "_", ".", "-", "/"', '{name}'),
  pattern: /^(?:[a-z0-9_./-]|\{[^{}]+\})+$/,
  hint: (text) => (text.includes(':') ? 'the tag belongs in "tags", the registry in "registry"' : undefined),
}

/** Template of a tag. */
export const tagTemplate: TextShape = {
  ...template('a tag template', 'letters, digits, "_", ".", "-"', '{manifest_id}-{version}'),
  pattern: /^(?:[A-Za-z0-9_.-]|\{[^{}]+\})+$/,
  bare: true,
}

/** `version` of a manifest, for {version} in tags. */
export const version: TextShape = {
  kind: 'text',
  noun: 'a version',
  expected: 'letters, digits, "_", ".", "+" and "-", such as 1.4.0',
  pattern: /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}$/,
  bare: true,
  examples: ['1.4.0'],
}

/** A period: `parseDuration` turns it into ms. */
export const duration: TextShape = {
  kind: 'text',
  noun: 'a duration',
  expected: 'a whole number with m, h or d behind it: 30m, 12h or 7d',
  pattern: /^[1-9][0-9]{0,5}[mhd]$/,
  examples: ['30m', '12h', '7d'],
}

/** A command that a shell of the layer runs. Flags of RUN may stand before it. */
export const probeCommand: TextShape = {
  kind: 'text',
  noun: 'a command',
  expected: 'one line for the shell of the layer, such as apt-get -s upgrade | grep ^Inst | sort',
  pattern: /^[^\x00-\x08\n-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x08\n-\x1f\x7f]*$/,
  hint: (text) => (/[\r\n]/.test(text) ? 'join lines with && or ;, or call a script that the image has' : undefined),
  examples: ['apt-get update -qq && apt-get -s upgrade | grep ^Inst | sort'],
}

/** Why a rule leaves something out. */
export const reason: TextShape = {
  kind: 'text',
  noun: 'a reason',
  expected: 'a sentence that people will read in the job summary',
  pattern: /\S/,
  examples: ['needs a CUDA base'],
}

/** A glob of `keep`, or over branches. */
export const keepGlob: TextShape = {
  kind: 'text',
  noun: 'a name or glob',
  expected: 'an id, a tag or a branch, or a glob with *, ?, [a-z] or {a,b}, such as release/*',
  pattern: /^[^\s!][^\s]*$/,
  bare: true,
  examples: ['release/*', 'llm_factory*'],
}
