import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { parseReference } from '../../oci/reference.ts'
import { TEMPORARY_PREFIX } from '../../plan/temporary-tag.ts'

/** Whether a tag is gone. By digest nothing is deleted, since that would take what was published with it. */
const deleteTag = async (name: string, io: Io): Promise<boolean> => {
  const reference = parseReference(name)
  if (reference?.tag?.startsWith(TEMPORARY_PREFIX) !== true || reference.digest !== undefined) return false
  try {
    const { status } = await io.registry.deleteManifest(reference)
    return status === 'deleted' || status === 'gone'
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    io.actions.info(`A temporary tag stays: ${error.message}`)
    return false
  }
}

/** Deletes temporary tags, and returns those that the registry keeps: prune deletes them by other ways. */
export const deleteTemporary = async (names: readonly string[], io: Io): Promise<readonly string[]> => {
  const left: string[] = []
  for (const name of names) if (!(await deleteTag(name, io))) left.push(name)
  return left
}
