import * as names from './name-shapes.ts'
import * as platforms from './platform-shapes.ts'
import { either, record, required, some, type Value } from './shape.ts'

const not = record('a selector', { not: required(some(names.variantPattern), 'Names or globs that do not match.') })

/** Which variants of a layer are meant. */
export const selector = either(some(names.variantPattern), not, {
  define: 'selector',
  description: 'A variant name, a glob, a list of them, or { not: … } for all others.',
  examples: ['ubuntu-24.04', 'cuda-*', ['ubuntu-24.04', 'debian-13'], { not: 'cuda-*' }],
})

const notPlatform = record('a selector', {
  not: required(some(platforms.platformPattern), 'Platforms that do not match.'),
})

/** Which platforms a rule is about. */
export const platformSelector = either(some(platforms.platformPattern), notPlatform, {
  define: 'platformSelector',
  description: 'A platform, a glob, a list of them, or { not: … } for all others.',
})

/** A selector as it is written. */
export type SelectorContent = Value<typeof selector>
