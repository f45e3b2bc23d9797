import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { formatReference, type Repository } from '../../oci/reference.ts'
import {
  EMPTY_STATE,
  parsePruneState,
  PRUNE_STATE_TAG,
  PRUNE_STATE_TYPE,
  type PruneState,
  renderPruneState,
} from '../../retention/prune-state.ts'

/** What earlier prunes noted. One that cannot be read is none: what has no record then stays longer. */
export const readState = async (records: Repository, io: Io): Promise<PruneState> => {
  const place = { ...records, tag: PRUNE_STATE_TAG }
  try {
    const text = await io.registry.getText(place, PRUNE_STATE_TYPE)
    const state = text === undefined ? EMPTY_STATE : parsePruneState(text)
    if (state !== undefined) return state
    io.actions.info(`${formatReference(place)} is of another release, so what it noted begins anew`)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    io.actions.info(`${formatReference(place)} cannot be read, so what it noted begins anew: ${error.message}`)
  }
  return EMPTY_STATE
}

/** Keeps it for the next prune, which without it waits longer before it deletes what no record speaks of. */
export const keepState = async (records: Repository, state: PruneState, io: Io): Promise<void> => {
  const place = { ...records, tag: PRUNE_STATE_TAG }
  try {
    await io.registry.putText(place, PRUNE_STATE_TYPE, renderPruneState(state))
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const message = `${formatReference(place)} could not be kept, so what no record speaks of stays longer: ${error.message}`
    io.actions.warning({ message })
  }
}
