/**
 * The record types of BuildKit's progress stream, read-only and with times as they stand in it (RFC 3339, nanoseconds).
 * They follow `client/graph.go` of moby/buildkit; every field that Go writes with `omitempty` is optional.
 */

/** Vertices that people see as one: the two halves of `COPY --link`, of which the copy is `weak` and the merge is not. */
export type ProgressGroup = { readonly id: string; readonly name: string; readonly weak?: boolean }

/** A node of the build graph: an instruction, or something BuildKit does by itself. Told again whenever it changes. */
export type Vertex = {
  /** `sha256:<hex>`; the identity of a vertex within one call, never across calls. */
  readonly digest: string
  readonly inputs?: readonly string[]
  readonly name?: string
  readonly started?: string
  readonly completed?: string
  readonly cached?: boolean
  readonly error?: string
  readonly progressGroup?: ProgressGroup
}

/** How far a piece of work of a vertex has come: a download, say. */
export type VertexStatus = {
  /** What is being done: `sha256:<hex>` is a download, `extracting sha256:<hex>`, `transferring context:`, … */
  readonly id: string
  readonly vertex: string
  readonly name?: string
  /** bytes */
  readonly total?: number
  /** bytes */
  readonly current: number
  readonly timestamp: string
  readonly started?: string
  readonly completed?: string
}

/** Output of the program that a vertex runs. */
export type VertexLog = {
  readonly vertex: string
  /** 1 is stdout, 2 is stderr. */
  readonly stream?: number
  /** base64; a chunk of the output, which may end within a line or a character. */
  readonly data: string
  readonly timestamp: string
}

/** What a linter of the frontend has to say about an instruction. */
export type VertexWarning = {
  readonly vertex: string
  readonly level?: number
  /** base64 */
  readonly short: string
  /** base64, one entry a line. */
  readonly detail?: readonly string[]
  readonly url?: string
  readonly sourceInfo?: { readonly filename: string; readonly data?: string }
  readonly range?: readonly { readonly start: { readonly line: number }; readonly end: { readonly line: number } }[]
}

/** One record of the stream. A record may be empty. */
export type SolveStatus = {
  readonly vertexes?: readonly Vertex[]
  readonly statuses?: readonly VertexStatus[]
  readonly logs?: readonly VertexLog[]
  readonly warnings?: readonly VertexWarning[]
}
