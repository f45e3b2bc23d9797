import type { LineRange } from '../fragment/fragment.ts'

/** One step of the stitched Dockerfile, traced back to where the user wrote it. */
export type StitchedStep = {
  /**
   * Name of the stage in the stitched Dockerfile, lower case: `core`, `core.build`. BuildKit does not show it when there
   * is only one stage.
   */
  readonly stage: string
  /**
   * The number BuildKit shows for it, `i` of `[stage i/n]`. FROM of an external image counts as 1, and `WORKDIR /` does
   * not count (dockerfile2llb/convert.go, `prefixCommand`). `ONBUILD` triggers of an image stand before all of them.
   */
  readonly index: number
  /**
   * Instruction as it stands in the stitched Dockerfile, where names of stages are rewritten, blanks folded, without
   * heredocs. It holds no value of an argument.
   */
  readonly text: string
  /** Instruction as it stands in the fragment, where stitching changed it; the one to show. */
  readonly original?: string
  /** Name of the stage that gathers its files from the build context. What fails there fails for this step. */
  readonly gatheredIn?: string
  readonly layer: string
  readonly variant: string
  /** Path of the fragment file. */
  readonly file: string
  /** Lines in the fragment file. */
  readonly lines: LineRange
  /** Lines in the stitched Dockerfile. */
  readonly rendered: LineRange
}

/** A line of a stitched Dockerfile, with its number in the fragment if it comes from there. */
export type StitchedLine = {
  readonly text: string
  readonly from?: number
  /** Of the FROM line of a stage that gathers files: the line in the fragment of the COPY that they are for. */
  readonly gathersFor?: number
}

/** A run of lines that was copied from a fragment: rendered line `start + i` is fragment line `from + i`. */
export type CopiedLines = {
  readonly rendered: LineRange
  readonly file: string
  readonly from: number
  readonly layer: string
}

/** The Dockerfile of one work item and what is known of its lines. */
export type StitchedDockerfile = {
  readonly text: string
  /** Name of the last stage of each layer, bottom to top; a target for `--target`. */
  readonly targets: readonly { readonly layer: string; readonly stage: string }[]
  readonly steps: readonly StitchedStep[]
  readonly copied: readonly CopiedLines[]
  /** Named contexts by their name in the stitched Dockerfile, `<layer>.<name>`, as Buildx takes them. */
  readonly contexts: Readonly<Record<string, string>>
}

/** What of a Dockerfile a build of one of its layers' stages needs. */
export const upToStage = (dockerfile: StitchedDockerfile, stage: string): StitchedDockerfile => {
  const targets = dockerfile.targets.slice(0, dockerfile.targets.findIndex((target) => target.stage === stage) + 1)
  const layers = new Set(targets.map(({ layer }) => layer))
  return { ...dockerfile, targets, steps: dockerfile.steps.filter(({ layer }) => layers.has(layer)) }
}
