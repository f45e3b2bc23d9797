import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { formatReference, type Repository } from '../../oci/reference.ts'

/** Media type of what a prune leaves for the next one: gzip of JSON. */
export const PRUNE_STATE_TYPE = 'application/vnd.strata.prune-state.v1+gzip'

/** The tag that it is kept under, beside the records. */
export const PRUNE_STATE_TAG = 'prune-state'

/** What an earlier prune noted. Throws where there is something that cannot be read: nobody knows then since when. */
export const readState = (records: Repository, io: Io): Promise<string | undefined> =>
  io.registry.getText({ ...records, tag: PRUNE_STATE_TAG }, PRUNE_STATE_TYPE)

/** Keeps it for the next prune, which without it waits longer before it deletes what no record speaks of. */
export const keepState = async (records: Repository, state: string, io: Io): Promise<void> => {
  const place = { ...records, tag: PRUNE_STATE_TAG }
  try {
    await io.registry.putText(place, PRUNE_STATE_TYPE, state)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const message = `${formatReference(place)} could not be kept, so refs without a record stay longer: ${error.message}`
    io.actions.warning({ message })
  }
}
