import { createGithubSession, type GithubSessionOptions } from '../github-session.ts'
import { createActionsCacheStore } from './actions-cache-store.ts'
import { createGhcrStore, type GhcrOptions } from './ghcr.ts'
import type { GithubStores } from './stores.ts'

/** As whom GitHub is asked, and for which repository. */
export type GithubStoresOptions = Omit<GithubSessionOptions, 'token'> & {
  /** Undefined or empty where nobody may ask GitHub. */
  readonly token: string | undefined
  /** `owner/name` of the run; there is no Actions cache without. */
  readonly repository?: string | undefined
  readonly registry: GhcrOptions['registry']
}

/**
 * The stores that GitHub has, undefined without a token. They share one session, since GitHub counts what a token asks
 * for, whatever it is.
 */
export const createGithubStores = (options: GithubStoresOptions): GithubStores | undefined => {
  const { token = '', repository: ownRepository = '', registry } = options
  if (token === '') return undefined
  const session = createGithubSession({ ...options, token })
  return {
    ghcr: (repository, oci) => createGhcrStore({ session, repository, registry, oci }),
    actionsCache: () =>
      ownRepository === '' ? undefined : createActionsCacheStore({ session, repository: ownRepository }),
  }
}
