import type { Repository } from '../oci/reference.ts'
import type { ActionsCache } from './actions-cache.ts'
import type { Actions } from './actions.ts'
import type { Artifacts } from './artifacts.ts'
import type { Emulators } from './binfmt.ts'
import type { Builders } from './builders.ts'
import type { Clock } from './clock.ts'
import type { ContextReader } from './context-files.ts'
import type { Disk } from './disk.ts'
import type { Docker } from './docker.ts'
import type { Files } from './files.ts'
import type { GhaScopes } from './gha-scopes.ts'
import type { LocalCache } from './local-cache.ts'
import type { Comments } from './pull-request-comment.ts'
import type { Registry } from './registry/registry.ts'
import type { WhileSignedIn } from './sign-in.ts'
import type { Stores } from './stores/stores.ts'

/** Everything a command does to the world, as a record of functions, so that tests can pass literals. */
export type Io = {
  readonly actions: Actions
  readonly actionsCache: ActionsCache
  readonly artifacts: Artifacts
  readonly builders: Builders
  readonly clock: Clock
  readonly comments: Comments
  readonly contexts: ContextReader
  readonly disk: Disk
  readonly docker: Docker
  readonly emulators: Emulators
  readonly files: Files
  readonly ghaScopes: GhaScopes
  readonly localCache: LocalCache
  /** Why a repository's registry does not answer, asked once and with little patience; undefined when it does. */
  readonly reach: (repository: Repository) => Promise<string | undefined>
  readonly registry: Registry
  readonly stores: Stores
  readonly whileSignedIn: WhileSignedIn
}
