import type { Place } from '../problem.ts'

/** A value with the place it was read from. */
export type Located<T> = { readonly value: T; readonly place: Place }

/** A scalar. `text` is what stands in the file (`3.10` stays `3.10`), `value` what YAML 1.2 makes of it. */
export type SourceScalar = {
  readonly kind: 'scalar'
  readonly text: string
  readonly value: null | boolean | number | string
  readonly place: Place
}

/** A list in file order. */
export type SourceList = { readonly kind: 'list'; readonly items: readonly SourceNode[]; readonly place: Place }

/** A key of a map, with its own place, and its value. */
export type SourceEntry = { readonly key: Located<string>; readonly value: SourceNode }

/** A map in file order. `flow` tells `{a: 1}` from lines of `a: 1`. */
export type SourceMap = {
  readonly kind: 'map'
  readonly flow: boolean
  readonly entries: readonly SourceEntry[]
  readonly place: Place
}

/** YAML or JSON as plain data: aliases and merge keys are expanded, and every node knows its place. */
export type SourceNode = SourceScalar | SourceList | SourceMap
