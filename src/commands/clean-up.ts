import type { Io } from '../io/io.ts'
import { isMembers } from '../oci/json.ts'
import { LEFT_BUILDER, type LeftBuilder } from './building/new-builder.ts'

const parseLeft = (text: string): LeftBuilder | undefined => {
  if (text === '') return undefined
  const left: unknown = JSON.parse(text)
  if (!isMembers(left)) return undefined
  const { name, folder, keepState } = left
  return typeof name === 'string' && typeof folder === 'string'
    ? { name, folder, keepState: keepState === true }
    : undefined
}

/**
 * The post step: removes the builder that the main step made and, killed, did not remove. There is no other way to get
 * here with a name, since the main step forgets it when it has done so itself.
 */
export const cleanUp = async (io: Io): Promise<void> => {
  const left = parseLeft(io.actions.state(LEFT_BUILDER))
  if (left === undefined) return
  await io.files.removeFolder(left.folder)
  const isThere = (await io.builders.list()).some(({ name }) => name === left.name)
  if (!isThere) return
  io.actions.info(`Removing builder ${left.name}, which the build step did not come to`)
  await io.builders.remove(left.name, { keepState: left.keepState })
}
