import { basename } from 'node:path/posix'
import type { ContextCopy } from '../fragment/fragment.ts'
import type { Edit } from './edits.ts'

/** A stage that gathers the files of one COPY, and what the COPY becomes. */
export type ContextStage = {
  readonly name: string
  /** Lines of the stitched Dockerfile. */
  readonly lines: readonly string[]
  /** Line of the COPY in the fragment. */
  readonly line: number
  readonly edits: readonly Edit[]
}

/** Where the files lie in their stage. What stands alone keeps its name, which a file needs to be copied into a folder. */
const gatheredAt = ({ sources, gathered }: ContextCopy): string => {
  if (gathered) return '/context/'
  const name = basename(sources[0]?.text ?? '')
  return ['', '.', '..'].includes(name) ? '/context' : `/${name}`
}

/**
 * Takes the files of a COPY out of the build context in a stage of their own, from which the COPY then takes them.
 *
 * BuildKit keys a COPY from a build context on what it copies. Where several work items that are built at the same time
 * share such a step in the middle of their chain, and each reads a cache of its own, BuildKit finds the step but loses
 * the thread to those above it, and they run again. A stage that starts from scratch has only the one key, and the COPY
 * that follows has the stage's; so nothing is lost (measured: `npm run bench -- shared-context`).
 */
export const contextStage = (copy: ContextCopy, name: string, context: string | undefined): ContextStage => {
  const at = gatheredAt(copy)
  const sources = copy.sources.map(({ text }) => text)
  const from = context === undefined ? '' : `--from=${context} `
  const [first, ...others] = copy.sources
  return {
    name,
    line: copy.line,
    lines: [`FROM scratch AS ${name}`, `COPY ${from}${sources.join(' ')} ${at}`, ''],
    edits: [
      copy.from === undefined
        ? { token: copy.keyword, text: `${copy.keyword.text} --from=${name}` }
        : { token: copy.from, text: name },
      ...(first === undefined ? [] : [{ token: first, text: at }]),
      ...others.map((token) => ({ token, text: '' })),
    ],
  }
}
