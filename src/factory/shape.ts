import type { Json, JsonObject } from './factory.ts'
import type { Place } from '../problem.ts'
import type { Located } from './source.ts'

/** What a person should know of a value; goes into the schema that editors show. */
export type Documentation = {
  /** Name under which the JSON Schema keeps the shape, where it is used more than once. */
  readonly define?: string
  readonly description?: string
  readonly examples?: readonly Json[]
}

/** A text. With `bare`, numbers and true/false are taken too, as they are written: `3.10`, `1.40`. */
export type TextShape = Documentation & {
  readonly kind: 'text'
  /** With article, for messages: `a layer name`. */
  readonly noun: string
  /** What such a text looks like, for messages. */
  readonly expected: string
  readonly pattern: RegExp
  readonly bare?: boolean
  /** Texts that fit the pattern and yet cannot be used, and why. */
  readonly refused?: readonly { readonly pattern: RegExp; readonly because: string }[]
  /** What the pattern cannot say. JSON Schema does not know of it. */
  readonly test?: (text: string) => boolean
  readonly hint?: (text: string) => string | undefined
}

/** One of a few words. */
export type ChoiceShape = Documentation & { readonly kind: 'choice'; readonly values: readonly string[] }

/** True or false. */
export type FlagShape = Documentation & { readonly kind: 'flag' }

/** A whole number. */
export type CountShape = Documentation & { readonly kind: 'count'; readonly minimum: number; readonly maximum?: number }

/** A map of anything, but for keys that Strata sets itself. */
export type JsonShape = Documentation & { readonly kind: 'json'; readonly owned: readonly string[] }

/** A list of any length. */
export type ListShape = Documentation & { readonly kind: 'list'; readonly of: Shape }

/** One text, or a list of at least one. */
export type SomeShape = Documentation & { readonly kind: 'some'; readonly of: TextShape }

/** A map whose keys are names that users choose. */
export type MapShape = Documentation & { readonly kind: 'map'; readonly keys: TextShape; readonly of: Shape }

/** A key of a record, with what a person should know of it. */
export type Field = { readonly shape: Shape; readonly required: boolean; readonly description: string }

/** The keys of a record, in the order that messages list them. */
export type Fields = Readonly<Record<string, Field>>

/** A map whose keys are known, and perhaps others, whose values have the shape `rest`. */
export type RecordShape = Documentation & {
  readonly kind: 'record'
  readonly noun: string
  readonly fields: Fields
  readonly rest?: { readonly keys: TextShape; readonly of: Shape }
  /** Whether nothing at all (`none:`) stands for a record without fields. */
  readonly mayBeEmpty?: boolean
  /** What to do about keys that people try, and that are none of it. */
  readonly hints?: Readonly<Record<string, string>>
  /** Whether keys that fit {@link EXTENSION} are let through and not looked at. */
  readonly extensible?: boolean
}

/** Keys that are for people and editors: `$schema`, and `x-…` as in Compose files, a place for anchors. */
export const EXTENSION = /^(?:x-|\$schema$)/

/** A map, or something that is none. */
export type EitherShape = Documentation & { readonly kind: 'either'; readonly plain: Shape; readonly map: Shape }

/** The shape of a value of the factory file: data, from which the reader and the JSON Schema are both made. */
export type Shape =
  | TextShape
  | ChoiceShape
  | FlagShape
  | CountShape
  | JsonShape
  | ListShape
  | SomeShape
  | MapShape
  | RecordShape
  | EitherShape

/** A key of the users' choice and its value. */
export type Entry<T> = { readonly key: Located<string>; readonly value: T }

/** What reading a value of shape `S` yields. Texts keep their places, maps their order. */
export type Value<S> = S extends { readonly kind: 'text' }
  ? Located<string>
  : S extends { readonly kind: 'choice'; readonly values: readonly (infer V)[] }
    ? Located<V>
    : S extends { readonly kind: 'flag' }
      ? Located<boolean>
      : S extends { readonly kind: 'count' }
        ? Located<number>
        : S extends { readonly kind: 'json' }
          ? JsonObject
          : S extends { readonly kind: 'some' }
            ? readonly Located<string>[]
            : S extends { readonly kind: 'list'; readonly of: infer I }
              ? readonly Value<I>[]
              : S extends { readonly kind: 'map'; readonly of: infer I }
                ? readonly Entry<Value<I>>[]
                : S extends { readonly kind: 'either'; readonly plain: infer P; readonly map: infer M }
                  ? { readonly plain: Value<P> } | { readonly map: Value<M> }
                  : S extends { readonly kind: 'record'; readonly fields: infer F }
                    ? FieldValues<F> & { readonly place: Place; readonly rest: RestValue<S> }
                    : never

type FieldValue<F> = F extends { readonly shape: infer S } ? Value<S> : never

type FieldValues<F> = {
  readonly [K in keyof F as F[K] extends { readonly required: true } ? K : never]: FieldValue<F[K]>
} & {
  readonly [K in keyof F as F[K] extends { readonly required: true } ? never : K]?: FieldValue<F[K]>
}

type RestValue<S> = S extends { readonly rest: { readonly of: infer R } }
  ? readonly Entry<Value<R>>[]
  : readonly never[]

/** A field that may be left out. */
export const optional = <const S extends Shape>(shape: S, description: string) =>
  ({ shape, required: false, description }) as const

/** A field that must be there. */
export const required = <const S extends Shape>(shape: S, description: string) =>
  ({ shape, required: true, description }) as const

/** A {@link ListShape}. */
export const list = <const S extends Shape>(of: S, documentation: Documentation = {}) =>
  ({ ...documentation, kind: 'list', of }) as const

/** A {@link SomeShape}. */
export const some = (of: TextShape, documentation: Documentation = {}) =>
  ({ ...documentation, kind: 'some', of }) as const

/** A {@link MapShape}. */
export const map = <const S extends Shape>(keys: TextShape, of: S, documentation: Documentation = {}) =>
  ({ ...documentation, kind: 'map', keys, of }) as const

/** An {@link EitherShape}. */
export const either = <const P extends Shape, const M extends Shape>(
  plain: P,
  map: M,
  documentation: Documentation = {},
) => ({ ...documentation, kind: 'either', plain, map }) as const

/** A {@link ChoiceShape}. */
export const choice = <const V extends string>(values: readonly V[], documentation: Documentation = {}) =>
  ({ ...documentation, kind: 'choice', values }) as const

type RecordOptions = Omit<RecordShape, 'kind' | 'noun' | 'fields' | 'rest'>

/** A {@link RecordShape} that takes no other keys. */
export const record = <const F extends Fields>(noun: string, fields: F, options: RecordOptions = {}) =>
  ({ ...options, kind: 'record', noun, fields }) as const

/** A record that also takes keys of the users' choice. */
export const openRecord = <const F extends Fields, const R extends { readonly keys: TextShape; readonly of: Shape }>(
  noun: string,
  fields: F,
  rest: R,
  options: RecordOptions = {},
) => ({ ...options, kind: 'record', noun, fields, rest }) as const
