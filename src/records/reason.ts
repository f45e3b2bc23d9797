/**
 * Why a layer ran although it might have been cached, one word for each cause:
 * `first-build`: no record of an earlier build is known · `base-image`, `fragment`, `argument`, `context-file`: what
 * decides its steps is another than in the record that it was compared with · `epoch`: its time was up, or somebody
 * refreshed it · `setting`: so are its frontend, bake
 * options, a named context, what ADD fetches, or settings that a lower layer leaves · `parent`: a layer below has another
 * key · `ref-missing`: equal key, but its cache ref was not there · `import-failed`: it was there, and could not be read ·
 * `not-read`: the run reads no cache · `repeated`: the plan has more than one leg run it, as that costs less than waiting
 * · `plan-differs`: this job saw other inputs than its plan · `disagreed`: equal key, its ref was read, and BuildKit ran
 * the step all the same.
 */
export type MissKind =
  | 'first-build'
  | 'base-image'
  | 'fragment'
  | 'argument'
  | 'context-file'
  | 'epoch'
  | 'setting'
  | 'parent'
  | 'ref-missing'
  | 'import-failed'
  | 'not-read'
  | 'repeated'
  | 'plan-differs'
  | 'disagreed'

/** The one reason why a layer ran, with what speaks for it. */
export type MissReason = {
  readonly kind: MissKind
  /** What it is about: an image, a fragment's path, an argument's name, a file's path, a layer below. Never a value. */
  readonly subject?: string
  /** Everything that was found, a line each: all changes, old and new digests, lines of a diff, an error. Never a value. */
  readonly evidence: readonly string[]
  /** The layer where it starts, where that is another one: the lowest that changed. */
  readonly root?: { readonly layer: string; readonly variant: string }
}
