/** Lines of a text, both ends included, counted from 1. */
export type LineRange = { readonly start: number; readonly end: number }

/** A stretch of one line. Columns count UTF-16 units from 0; the end is not included. */
export type Span = { readonly line: number; readonly start: number; readonly end: number }

/** A word of the file, quotes and variables as written. One that is split by a line continuation has several spans. */
export type Token = { readonly text: string; readonly spans: readonly Span[] }

/**
 * A name that a step reads from: `COPY --from`, `RUN --mount=from=`. A stage is an auxiliary stage of the same fragment
 * that stands before. Stitching asks again whether a name is a context, since that is up to the variant.
 */
export type SourceUse = {
  readonly how: 'copy' | 'mount'
  readonly kind: 'stage' | 'context' | 'image' | 'scratch'
  readonly token: Token
}

/** An image that a fragment names: a `FROM` of an auxiliary stage, `COPY --from`, `RUN --mount=from=`. */
export type ImageUse = { readonly reference: string; readonly line: number; readonly how: 'from' | 'copy' | 'mount' }

/** A file set that a step reads from a build context. */
export type ContextRead = {
  /** Name of a named context; absent for the main context. */
  readonly context?: string
  /** Path or pattern relative to the context's root, as written, ARGs not expanded. */
  readonly path: string
  readonly line: number
}

/** A COPY from a build context whose files can be gathered in a stage of their own, with the same result. */
export type ContextCopy = {
  readonly line: number
  /** `COPY` */
  readonly keyword: Token
  /** The name of a named context; absent for the main one. */
  readonly from?: Token
  readonly sources: readonly Token[]
  /** Whether the files are put side by side in a folder: there are several sources, or a pattern. */
  readonly gathered: boolean
}

/** A secret that a RUN mounts. One that is not required may be missing. */
export type SecretUse = { readonly id: string; readonly required: boolean; readonly line: number }

/** A step: an instruction that has a BuildKit vertex (RUN, COPY, ADD, WORKDIR). */
export type FragmentStep = {
  /** `RUN`, `COPY`, `ADD` or `WORKDIR`. */
  readonly keyword: string
  readonly lines: LineRange
  /** The whole instruction on one line: blanks folded, comments and heredocs left out. */
  readonly text: string
}

/** An instruction of a stage as BuildKit sees it: comments left out, continued lines joined, heredocs with their text. */
export type StageInstruction = { readonly keyword: string; readonly text: string; readonly lines: LineRange }

/** What ADD fetches from outside: `pinned` if a checksum or a commit fixes the content. */
export type RemoteUse = { readonly url: string; readonly pinned: boolean; readonly line: number }

/** A name that an ARG declares. */
export type FragmentArgument = {
  readonly name: string
  /** As written, quotes included. */
  readonly default?: string
  readonly line: number
  /** Whether the ARG stands before the first FROM (so it can be used in FROM lines). */
  readonly global: boolean
  /** `NAME` or `NAME=default`. */
  readonly token: Token
}

/** A stage of a fragment: an auxiliary one, or the chain part, which the next layer builds on. */
export type Stage = {
  /** Name as written; absent for the chain part and for stages without a name. */
  readonly name?: string
  /** What stands behind FROM, as written; absent for a chain part without a FROM line. */
  readonly from?: string
  /** `--platform` of the FROM line, as written. */
  readonly platform?: string
  /** Whether the stage builds on `${PARENT}`, directly. */
  readonly onParent: boolean
  /** The words behind FROM; absent for a chain part without a FROM line. */
  readonly tokens?: { readonly from: Token; readonly name?: Token; readonly platform?: Token }
  /** The stage's lines including FROM, without comments that belong to the next stage. */
  readonly lines: LineRange
  readonly steps: readonly FragmentStep[]
  /** All that stands behind FROM. */
  readonly instructions: readonly StageInstruction[]
}

/** What a fragment file says. Lines refer to the file as it lies on disk. */
export type Fragment = {
  readonly file: string
  /** Source lines without byte order mark and carriage returns. */
  readonly lines: readonly string[]
  /** Reference behind a `# syntax=` directive, pinned by digest. */
  readonly syntax?: string
  /** Auxiliary stages in order, then the chain part, which is always last. */
  readonly stages: readonly Stage[]
  /** Names that take a value. `PARENT` is not one of them. */
  readonly args: readonly FragmentArgument[]
  readonly sources: readonly SourceUse[]
  readonly images: readonly ImageUse[]
  readonly reads: readonly ContextRead[]
  readonly contextCopies: readonly ContextCopy[]
  readonly remotes: readonly RemoteUse[]
  readonly secrets: readonly SecretUse[]
  /** Lines whose RUN mounts an ssh agent, with the id (default `default`). */
  readonly ssh: readonly { readonly id: string; readonly line: number }[]
  /** Features that only BuildKit understands: `heredoc`, `--mount`, `--link`, `--chmod`, `--network`, `--security`, … */
  readonly buildkitOnly: readonly { readonly feature: string; readonly line: number }[]
  /** Lines that say something to the parser only, and have no place in a stitched Dockerfile: directives, global ARGs. */
  readonly preamble: readonly LineRange[]
}
