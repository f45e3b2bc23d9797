import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { reasonOf } from './failure-reason.ts'

/** What came of storing files, with the artifact's number where it is new. `unavailable`: nothing offers artifacts here. */
export type ArtifactUpload =
  | { readonly status: 'stored'; readonly id?: number }
  | { readonly status: 'unavailable' }
  | { readonly status: 'failed'; readonly reason: string }

/** What came of fetching a file. `missing`: the run has no artifact of that name. */
export type ArtifactDownload =
  | { readonly status: 'found'; readonly file: string }
  | { readonly status: 'missing' }
  | { readonly status: 'unavailable' }
  | { readonly status: 'failed'; readonly reason: string }

/** The names of artifacts, those that were stored last first. */
export type ArtifactList =
  | { readonly status: 'listed'; readonly names: readonly string[] }
  | { readonly status: 'unavailable' }
  | { readonly status: 'failed'; readonly reason: string }

/** Artifacts of this workflow run. Nothing here throws: a run has to get along without them. */
export type Artifacts = {
  /**
   * Stores files of one folder under a name that stands for their content: names are given once in a run and never again, so one that
   * is taken, by an earlier attempt for example, counts as stored. It is kept as long as the repository keeps artifacts.
   */
  readonly upload: (name: string, ...files: readonly [string, ...string[]]) => Promise<ArtifactUpload>
  /** Fetches the one file of an artifact into a folder, which must be empty. */
  readonly download: (name: string, folder: string) => Promise<ArtifactDownload>
  /** Names that begin so, of all attempts of the run. */
  readonly list: (prefix: string) => Promise<ArtifactList>
}

/**
 * Whether there is an artifact service that the toolkit can speak to: the runner gives actions its address and a token,
 * and GitHub Enterprise Server has another one (`isGhes` in `@actions/artifact`, src/internal/shared/config.ts).
 */
const offersArtifacts = (env: NodeJS.ProcessEnv): boolean => {
  const given = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'].every((name) => (env[name] ?? '') !== '')
  const host = URL.parse(env['GITHUB_SERVER_URL'] ?? '')?.hostname ?? 'github.com'
  return given && /^github\.com$|\.(ghe\.com|localhost)$/.test(host)
}

/** The toolkit passes the service's status on in the message alone. */
const isTaken = (reason: string): boolean => reason.includes('(409)')

const isNotFound = (error: unknown): boolean => error instanceof Error && error.name === 'ArtifactNotFoundError'

/** The toolkit's client. It brings Azure's SDK along, so it is a part of the bundle that is loaded when it is needed. */
const loadClient = async () => {
  const { DefaultArtifactClient } = await import('@actions/artifact')
  return new DefaultArtifactClient()
}

const uploadFiles: Artifacts['upload'] = async (name, ...files) => {
  try {
    const client = await loadClient()
    const { id } = await client.uploadArtifact(name, [...files], dirname(files[0]))
    return { status: 'stored', ...(id === undefined ? {} : { id }) }
  } catch (error) {
    const reason = reasonOf(error)
    return isTaken(reason) ? { status: 'stored' } : { status: 'failed', reason }
  }
}

const downloadFile = async (name: string, folder: string): Promise<ArtifactDownload> => {
  try {
    const client = await loadClient()
    const { artifact } = await client.getArtifact(name)
    const expected = artifact.digest === undefined ? {} : { expectedHash: artifact.digest }
    const { digestMismatch = false } = await client.downloadArtifact(artifact.id, { path: folder, ...expected })
    if (digestMismatch) return { status: 'failed', reason: 'what arrived does not have the digest of what was stored' }
    const [file, ...others] = await readdir(folder)
    if (file !== undefined && others.length === 0) return { status: 'found', file: join(folder, file) }
    return { status: 'failed', reason: `it has ${file === undefined ? 'no file' : 'more than one file'}` }
  } catch (error) {
    return isNotFound(error) ? { status: 'missing' } : { status: 'failed', reason: reasonOf(error) }
  }
}

const listNames: Artifacts['list'] = async (prefix) => {
  try {
    const client = await loadClient()
    const { artifacts } = await client.listArtifacts()
    const found = artifacts.filter(({ name }) => name.startsWith(prefix)).toSorted((a, b) => b.id - a.id)
    return { status: 'listed', names: found.map(({ name }) => name) }
  } catch (error) {
    return { status: 'failed', reason: reasonOf(error) }
  }
}

/** The artifact service that the runner's variables name, as far as they name one. */
export const createArtifacts = (env: NodeJS.ProcessEnv): Artifacts =>
  offersArtifacts(env)
    ? { upload: uploadFiles, download: downloadFile, list: listNames }
    : {
        upload: () => Promise.resolve({ status: 'unavailable' }),
        download: () => Promise.resolve({ status: 'unavailable' }),
        list: () => Promise.resolve({ status: 'unavailable' }),
      }
