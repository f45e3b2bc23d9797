import type { RunEvent } from './access.ts'

/** What a run outside GitHub has instead of a branch. */
const LOCAL = 'local'

/** The branch that a run is on; undefined for a tag or a pull request. */
export const ownBranch = ({ name, ref }: Pick<RunEvent, 'name' | 'ref'>): string | undefined => {
  if (name === undefined) return LOCAL
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined
}

/** The branches that a run looks at, most telling first: its own, the one that its pull request goes to, the default one. */
export const branchesOf = (event: RunEvent): readonly string[] => {
  if (event.name === undefined) return [LOCAL]
  return [...new Set([ownBranch(event), event.baseBranch, event.defaultBranch].flatMap((branch) => branch ?? []))]
}
