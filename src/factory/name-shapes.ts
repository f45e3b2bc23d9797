import { ARCHITECTURES, SYSTEMS } from './known-platforms.ts'
import type { TextShape } from './shape.ts'

// The kinds of names in a factory file: what each looks like, and how messages speak of it.

const IDENTIFIER = /^[a-z0-9_][a-z0-9_.-]{0,79}$/
const IDENTIFIER_WORDS =
  'lower-case letters, digits, "_", "." and "-", beginning with a letter, a digit or "_", 80 at most'

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

/** `name` of the factory. */
export const factoryName = identifier('a factory name')

/** Key of a variant. */
export const variantName = identifier('a variant name')

/** Hardware that an image needs, in variants and pool names. */
export const accelerator: TextShape = { ...identifier('an accelerator'), examples: ['cuda'] }

/** Key of a manifest, which is its id. */
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

/** A name or a glob. The characters are those of names, and of globs over them. */
export const globShape = (noun: string, pattern: RegExp): TextShape => ({
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

/** A name of a variant, or a glob over them. */
export const variantPattern = globShape('a variant or glob', /^[a-z0-9_.*?[{][a-z0-9_.*?[\]{},-]*$/)

/** BuildKit's ARG names; PARENT is the one the stitcher sets. */
export const argumentName: TextShape = {
  kind: 'text',
  noun: 'an argument name',
  expected: 'letters, digits and "_", not beginning with a digit',
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  refused: [{ pattern: /^PARENT$/, because: 'Strata sets it to the layer below' }],
  hint: (text) => (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(text) ? `write "${text.replaceAll('-', '_')}"` : undefined),
}
