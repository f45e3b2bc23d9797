/**
 * What kind of thing decides the steps of a prefix:
 * `platform`, `syntax` (the frontend) and `option` (of bake) hold for all layers; `image` is a base or another image that a
 * fragment names; `below` the settings that a lower layer leaves behind its last step; `fragment` the instructions as
 * BuildKit reads them; `argument` the value of an ARG; `files` what a step takes from a context; `context` a named
 * context that is no folder; `remote` what ADD fetches.
 */
export type KeyInputKind =
  'platform' | 'syntax' | 'option' | 'image' | 'below' | 'fragment' | 'argument' | 'files' | 'context' | 'remote'

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

/** Inputs that differ between two lists: those that are only in one of them, or have another digest there. */
export const differingInputs = (before: readonly KeyInput[], after: readonly KeyInput[]): readonly KeyInput[] => {
  const [old, now] = [before, after].map((inputs) => new Map(inputs.map((input) => [inputName(input), input.digest])))
  const changed = after.filter((input) => old?.get(inputName(input)) !== input.digest)
  return [...changed, ...before.filter((input) => now?.has(inputName(input)) !== true)]
}
