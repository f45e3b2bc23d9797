/** A vertex of an instruction that counts as a step: `[t0 linux/amd64 core 2/3] RUN make`. */
export type StepName = {
  readonly kind: 'step'
  readonly target?: string
  /** As shown, for cross builds with both sides: `linux/amd64->arm64`. Only there when several platforms are built. */
  readonly platform?: string
  /** Lower case; not there when the Dockerfile has one stage only. */
  readonly stage?: string
  readonly index: number
  readonly total: number
  readonly keyword: 'RUN' | 'COPY' | 'ADD' | 'WORKDIR'
  /** Whether the instruction comes from an `ONBUILD` of the base image. */
  readonly onbuild: boolean
  /** Whether this is the merge half of `COPY --link` or `ADD --link`; the other half has the same place and may be shared more widely. */
  readonly link: boolean
  /** The instruction, whitespace folded, values of ARG and ENV filled in: compare it, never show it. */
  readonly text: string
}

/** What the name of a vertex says. */
export type VertexName =
  | StepName
  | { readonly kind: 'import'; readonly target?: string; readonly ref: string }
  | { readonly kind: 'export'; readonly target?: string; readonly of: 'image' | 'cache' }
  /** `image` is the reference as BuildKit shows it, most often with a digest. */
  | { readonly kind: 'from'; readonly target?: string; readonly image: string }
  | { readonly kind: 'internal' | 'auth' | 'other'; readonly target?: string }

const INSTRUCTION = /^(ONBUILD )?(LINK )?((RUN|COPY|ADD|WORKDIR)(?:\s[\s\S]*)?)$/

/** Whitespace folded to single blanks: names keep it as it stands in the Dockerfile, cache keys ignore it. */
export const foldBlanks = (text: string): string => text.replace(/\s+/g, ' ').trim()

const parseStep = (words: readonly string[], body: string): Omit<StepName, 'target'> | undefined => {
  const [, index, total] = /^(\d+)\/(\d+)$/.exec(words.at(-1) ?? '') ?? []
  const [, onbuild, link, text, keyword] = INSTRUCTION.exec(body) ?? []
  if (index === undefined || text === undefined) return undefined
  if (keyword !== 'RUN' && keyword !== 'COPY' && keyword !== 'ADD' && keyword !== 'WORKDIR') return undefined
  // A platform has a slash, the name of a stage has none.
  const platform = words.slice(0, -1).find((word) => word.includes('/'))
  const stage = words.slice(0, -1).find((word) => !word.includes('/'))
  return {
    kind: 'step',
    ...(platform === undefined ? {} : { platform }),
    ...(stage === undefined ? {} : { stage }),
    index: Number(index),
    total: Number(total),
    keyword,
    onbuild: onbuild !== undefined,
    link: link !== undefined,
    text: foldBlanks(text),
  }
}

const parseOther = (words: readonly string[], body: string): VertexName => {
  if (words.at(-1) === 'internal') return { kind: 'internal' }
  if (words.at(-1) === 'auth') return { kind: 'auth' }
  if (body.startsWith('FROM ')) return { kind: 'from', image: body.slice('FROM '.length).trim() }
  const ref = /^importing cache manifest from (.+)$/s.exec(body)?.[1]
  if (ref !== undefined) return { kind: 'import', ref }
  // The Actions cache has words of its own (moby/buildkit, cache/remotecache/gha/gha.go: `Name`).
  if (body.startsWith('exporting cache') || body === 'exporting to GitHub Actions Cache')
    return { kind: 'export', of: 'cache' }
  if (body.startsWith('exporting to ')) return { kind: 'export', of: 'image' }
  return { kind: 'other' }
}

/**
 * Reads the name of a vertex (`prefixCommand` in moby/buildkit `dockerfile2llb/convert.go`, `addPrefix` in docker/buildx
 * `util/progress/multiwriter.go`). Buildx puts the target's name in front when bake builds more than one; only the
 * given `targets` are looked for, because without that prefix the same place holds the name of a stage.
 */
export const parseVertexName = (name: string, targets: ReadonlySet<string> = new Set()): VertexName => {
  const [, head, rest] = /^\[([^\]]*)\] ([\s\S]*)$/.exec(name) ?? []
  const body = rest ?? name
  const words = head === undefined ? [] : head.trim().split(/\s+/)
  const prefix = words[0] !== undefined && targets.has(words[0]) ? { target: words[0] } : {}
  const inner = 'target' in prefix ? words.slice(1) : words
  return { ...(parseStep(inner, body) ?? parseOther(inner, body)), ...prefix }
}
