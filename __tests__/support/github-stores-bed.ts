import { createBudget } from '../../src/commands/pruning/budget.ts'
import { runDeletions } from '../../src/commands/pruning/run-deletions.ts'
import type { GithubPatience } from '../../src/io/github-retry.ts'
import { createGithubSession, type GithubSession } from '../../src/io/github-session.ts'
import { createGhcrStore, type GhcrOptions } from '../../src/io/stores/ghcr.ts'
import type { Holding } from '../../src/retention/holding.ts'
import type { Store } from '../../src/io/stores/store.ts'
import { TOKENS } from './github-answers.ts'
import type { FakeGithub } from './github-stores.ts'
import { sleepingPacing } from './pacing.ts'

/** When all tests of GitHub's stores begin, ms since the epoch. */
export const START = Date.parse('2026-11-22T15:39:57Z')

/** A clock that all who take part share. */
export const startClock = () => sleepingPacing(START)

export type Clock = ReturnType<typeof startClock>

/** A session with the fake, in a time that passes only while someone waits. */
export const sessionWith = (
  { url }: FakeGithub,
  pacing: Clock,
  more: { readonly token?: string; readonly patience?: GithubPatience } = {},
): GithubSession => createGithubSession({ token: TOKENS.workflow, apiUrl: url, version: '1.2.3', pacing, ...more })

/** The store of a package of `ghcr.io`, of which the registry itself knows nothing but what a test says. */
export const ghcrStore = (session: GithubSession, repository: string, more: Partial<GhcrOptions> = {}): Store =>
  createGhcrStore({
    session,
    repository: { registry: 'ghcr.io', repository },
    registry: { listTagsWithin: () => Promise.resolve(undefined) },
    oci: {
      inspect: () => Promise.resolve({ status: 'unreadable', reason: 'nothing is read here' }),
      referrers: () => Promise.resolve([]),
    },
    ...more,
  })

/** Deletes as prune does, each object by itself; how often each status came. It has half an hour. */
export const deleteAll = async (
  store: Store,
  objects: readonly Holding[],
  pacing: Clock,
): Promise<Readonly<Record<string, number>>> => {
  const clock = { now: () => new Date(pacing.now()), sleep: pacing.sleep }
  const { signal } = new AbortController()
  const outcomes = await runDeletions(
    objects.map((object) => ({ object, parents: [] })),
    {
      ...{ store, clock, budget: createBudget({ maxDuration: 1_800_000, signal }, clock) },
      tell: () => undefined,
      isNeeded: () => Promise.resolve(undefined),
    },
  )
  const counts: Record<string, number> = {}
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
