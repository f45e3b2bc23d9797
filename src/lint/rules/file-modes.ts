import type { Rule } from '../finding.ts'
import { placedReads } from './context-reads.ts'

/** Files whose modes depend on the machine that checked them out. BuildKit keys on them. */
export const fileModes: Rule = {
  id: 'file-modes',
  why: 'a machine with another umask misses the cache of what copies them',
  fix: 'set umask 022 before the checkout, or give COPY a --chmod',
  find: (source) =>
    placedReads(source)
      .filter(({ step: { instruction } }) => !instruction.flags.some(({ name }) => name === 'chmod'))
      .flatMap(({ read, word }) => {
        const odd = source.context.pathsOf(read).flatMap((path) => {
          const mode = source.context.oddMode(read, path)
          return mode === undefined ? [] : [{ path, mode }]
        })
        const [first] = odd
        if (first === undefined) return []
        const what = odd.length === 1 ? '1 file has a mode' : `${odd.length} files have modes`
        const found = `${what} that git does not check out, first ${first.path} with ${first.mode}`
        return [{ found, span: word.span }]
      }),
}
