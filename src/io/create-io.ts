import { homedir } from 'node:os'
import { join } from 'node:path'
import { createActionsCache } from './actions-cache.ts'
import type { Actions } from './actions.ts'
import { createArtifacts } from './artifacts.ts'
import { createEmulators } from './binfmt.ts'
import { createBuilders } from './builders.ts'
import { createClock } from './clock.ts'
import { createContextReader } from './context-files.ts'
import type { Context } from './context.ts'
import { createDisk } from './disk.ts'
import { createDocker } from './docker.ts'
import { createFiles } from './files.ts'
import { createGhaScopes } from './gha-scopes.ts'
import type { Io } from './io.ts'
import { createComments } from './pull-request-comment.ts'
import { createLocalCache } from './local-cache.ts'
import { createKeychain, dockerConfigFolder } from './registry/credentials.ts'
import { createReach } from './registry/reach.ts'
import { createRegistry } from './registry/registry.ts'
import { createWhileSignedIn } from './sign-in.ts'
import { createGithubStores } from './stores/github-stores.ts'
import { createStores } from './stores/stores.ts'
import { VERSION } from './version.ts'

/** What of the inputs the world needs to know. */
export type IoSettings = {
  readonly githubToken?: string
  /** Whether local caches are taken over from the Actions cache. */
  readonly fetchesCache?: boolean
}

/** A mirror that is down costs this much once, not the patience that the cache itself deserves; ms. */
const LITTLE_PATIENCE = { attempts: 1, requestTimeout: 4000, deadline: 4000 }

/** The real world: the toolkit, Docker, registries, files and the clock. */
export const createIo = (
  actions: Actions,
  { workspace, temporary, env, event }: Context,
  { githubToken, fetchesCache = false }: IoSettings,
): Io => {
  if (githubToken !== undefined) actions.mask(githubToken)
  const account = { registry: 'ghcr.io', username: event.actor ?? 'github', source: 'the input github-token' }
  const given = githubToken === undefined ? undefined : { ...account, password: githubToken }
  const keychainOptions = { folder: dockerConfigFolder(env, homedir()), env }
  const docker = createDocker(env, workspace)
  const warn = (message: string): void => {
    actions.warning({ message })
  }
  const keychain = createKeychain({ ...keychainOptions, extra: given === undefined ? [] : [given] })
  const registry = createRegistry({ version: VERSION, keychain, warn })
  const actionsCache = createActionsCache(env)
  const xdg = env['XDG_CACHE_HOME'] ?? ''
  const cacheHome = join(xdg === '' ? join(homedir(), '.cache') : xdg, 'strata')
  return {
    actions,
    actionsCache,
    artifacts: createArtifacts(env),
    builders: createBuilders(docker),
    clock: createClock(),
    comments: createComments({
      token: githubToken,
      apiUrl: env['GITHUB_API_URL'],
      repository: event.repository,
      pullRequest: event.pullRequest,
      version: VERSION,
    }),
    contexts: createContextReader(workspace),
    disk: createDisk(),
    docker,
    emulators: createEmulators(docker),
    files: createFiles(workspace, temporary),
    ghaScopes: createGhaScopes(env),
    localCache: createLocalCache({ home: cacheHome, workspace, actionsCache, fetches: fetchesCache }),
    reach: createReach(createRegistry({ version: VERSION, keychain, warn, patience: LITTLE_PATIENCE })),
    registry,
    stores: createStores(
      registry,
      createGithubStores({
        token: githubToken,
        apiUrl: env['GITHUB_API_URL'],
        repository: event.repository,
        version: VERSION,
        registry,
      }),
    ),
    whileSignedIn: createWhileSignedIn(docker, createKeychain(keychainOptions), given, warn),
  }
}
