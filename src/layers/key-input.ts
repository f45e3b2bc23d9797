import { digestOf } from './digest.ts'

/**
 * What kind of thing decides the steps of a prefix:
 * `platform`, `syntax` (the frontend) and `option` (of bake) hold for all layers; `image` is a base or another image that a
 * fragment names; `below` the settings that a lower layer leaves behind its last step; `fragment` the instructions as
 * BuildKit reads them; `argument` the value of an ARG; `files` what a step takes from a context; `context` a named
 * context that is no folder; `remote` what ADD fetches; `epoch` since when what RUN fetches counts as fresh.
 */
export type KeyInputKind =
  | 'platform'
  | 'syntax'
  | 'option'
  | 'image'
  | 'below'
  | 'fragment'
  | 'argument'
  | 'files'
  | 'context'
  | 'remote'
  | 'epoch'

/** Something that decides the steps of a prefix. Two keys differ exactly where one of their inputs does. */
export type KeyInput = {
  readonly kind: KeyInputKind
  /** What it is: a path, a reference, the name of an argument. Never a value. */
  readonly name: string
  /** First 16 hex of the SHA-256 over what it is at the moment. */
  readonly digest: string
}

/** What tells an input from the others of its prefix. */
export const inputName = ({ kind, name }: KeyInput): string => `${kind} ${name}`

/** An input of what these parts say: the parts themselves go no further than their digest. */
export const keyInput = (kind: KeyInputKind, name: string, ...parts: readonly string[]): KeyInput => ({
  kind,
  name,
  digest: digestOf(parts).slice(0, 16),
})

/** An input that only one of two lists has, or that is not the same in both. */
export type InputChange = { readonly input: KeyInput; readonly how: 'changed' | 'is new' | 'is gone' }

/** How a list of inputs differs from an earlier one: what changed and what is new in its order, then what is gone. */
export const inputChanges = (before: readonly KeyInput[], now: readonly KeyInput[]): readonly InputChange[] => {
  const [old, current] = [before, now].map((inputs) => new Map(inputs.map((input) => [inputName(input), input.digest])))
  const changes = now.flatMap((input): readonly InputChange[] => {
    const digest = old?.get(inputName(input))
    return digest === input.digest ? [] : [{ input, how: digest === undefined ? 'is new' : 'changed' }]
  })
  const gone = before.filter((input) => current?.has(inputName(input)) !== true)
  return [...changes, ...gone.map((input) => ({ input, how: 'is gone' }) as const)]
}

/** Inputs that differ between two lists: those that are only in one of them, or have another digest there. */
export const differingInputs = (before: readonly KeyInput[], after: readonly KeyInput[]): readonly KeyInput[] =>
  inputChanges(before, after).map(({ input }) => input)
