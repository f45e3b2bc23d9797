import type { GithubPatience } from '../../src/io/github-retry.ts'
import { createGithubSession, type GithubSession } from '../../src/io/github-session.ts'
import { createGhcrStore, type GhcrOptions } from '../../src/io/stores/ghcr.ts'
import type { Store, StoredObject } from '../../src/io/stores/store.ts'
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

/** Deletes as prune does, at the pace that the store asks for; how often each status came. */
export const deleteAll = async (
  store: Store,
  objects: readonly StoredObject[],
  pacing: Clock,
): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {}
  for (const object of objects) {
    await pacing.sleep(60_000 / (store.pace.perMinute ?? 60_000))
    const { status } = await store.delete(object)
    counts[status] = (counts[status] ?? 0) + 1
    if (status === 'exhausted' || status === 'unsupported') break
  }
  return counts
}
