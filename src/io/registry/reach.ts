import type { Repository } from '../../oci/reference.ts'
import type { Registry } from './registry.ts'
import { RegistryError } from './registry-error.ts'

/** Asks a registry for one tag, and says why it did not answer. A repository that is not there yet is an answer. */
export const createReach =
  (registry: Pick<Registry, 'headManifest'>) =>
  async (repository: Repository): Promise<string | undefined> => {
    try {
      await registry.headManifest({ ...repository, tag: 'latest' })
      return undefined
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      return error.message
    }
  }
