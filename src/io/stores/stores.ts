import { type Repository, repositoryOf } from '../../oci/reference.ts'
import type { OciClient } from './oci-client.ts'
import { createOciStore } from './oci-store.ts'
import { backendOf, ownRuleOf, type RegistryBackend } from './registry-rules.ts'
import type { Store } from './store.ts'

/** A place that was asked for: its store, or why nothing can be deleted there and what to do instead. */
export type OpenedStore =
  | { readonly status: 'open'; readonly store: Store }
  /** `store` can be read all the same, for what would go. */
  | { readonly status: 'closed'; readonly store: Store; readonly reason: string }

/** All places that prune may look at. */
export type Stores = {
  /** A repository of a registry; by its host, unless `backend` says which way it is deleted from. */
  readonly open: (repository: Repository, backend: RegistryBackend | 'auto') => OpenedStore
  /** The Actions cache of the repository that the run is of; undefined where there is none. */
  readonly actionsCache: () => Store | undefined
}

/** What makes the stores of GitHub, where there is a token. */
export type GithubStores = {
  readonly ghcr: (repository: Repository, oci: Store) => Store
  readonly actionsCache: () => Store | undefined
}

const NO_TOKEN = 'GHCR deletes through the API of GitHub alone: give the input github-token'

const closedReason = (repository: Repository): string => {
  const own = ownRuleOf(repository.registry, repository.repository)
  const name = repositoryOf(repository)
  if (own === undefined) return `input backend says that nothing is deleted from ${name}`
  return `${own.name} does not delete for those who log in to the registry; give it its own rule: ${own.rule}`
}

/** Stores by the host of the registry. `github` is absent where nobody may ask GitHub. */
export const createStores = (client: OciClient, github: GithubStores | undefined): Stores => ({
  open: (repository, asked) => {
    const store = createOciStore(client, repository)
    const backend = asked === 'auto' ? backendOf(repository.registry) : asked
    switch (backend) {
      case 'oci':
        return { status: 'open', store }
      case 'ghcr':
        if (github === undefined) return { status: 'closed', store, reason: NO_TOKEN }
        return { status: 'open', store: github.ghcr(repository, store) }
      case 'none':
        return { status: 'closed', store, reason: closedReason(repository) }
    }
  },
  actionsCache: () => github?.actionsCache(),
})
