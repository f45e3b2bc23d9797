import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { HOSTED_TOOL_FOLDERS, renderRemovals, renderRoom } from '../../plan/room.ts'
import { SetupError } from '../../problem.ts'
import type { BuildInputs } from '../inputs.ts'

/** The folder whose disk fills up: the engine's data, if the engine is on this machine, else the workspace. */
const buildFolder = async ({ workspace }: Context, io: Io): Promise<string> => {
  try {
    const { dataRoot } = await io.builders.engine()
    return dataRoot !== undefined && (await io.disk.room(dataRoot)) !== undefined ? dataRoot : workspace
  } catch (error) {
    if (error instanceof SetupError) return workspace
    throw error
  }
}

/** Says how much room there is. */
const tellRoom = async (when: string, folder: string, io: Io): Promise<void> => {
  const room = await io.disk.room(folder)
  if (room !== undefined) io.actions.info(renderRoom(when, room, folder))
}

/** `free-disk: true`: removes tools that hosted runners bring. Anywhere else they are somebody's, and stay. */
const freeDisk = async ({ env }: Context, io: Io): Promise<void> => {
  if (env['RUNNER_ENVIRONMENT'] !== 'github-hosted') {
    io.actions.info('free-disk removes tools of hosted runners only, and this is none; nothing is removed')
    return
  }
  const folders = await io.disk.sizes(HOSTED_TOOL_FOLDERS)
  if (folders.length === 0) {
    io.actions.info('free-disk found none of the tool folders that it removes')
    return
  }
  const { title, lines } = renderRemovals(folders)
  io.actions.group(title, lines)
  for (const { path } of folders) {
    const failure = await io.disk.remove(path)
    if (failure !== undefined) io.actions.warning({ message: `${path} could not be removed: ${failure}` })
  }
}

/** Makes room if asked to, builds, and says how much room there was before and after, also when the build fails. */
export const withRoom = async <T>(
  inputs: Pick<BuildInputs, 'freeDisk'>,
  context: Context,
  io: Io,
  build: () => Promise<T>,
): Promise<T> => {
  if (inputs.freeDisk) await freeDisk(context, io)
  const folder = await buildFolder(context, io)
  await tellRoom('before the build', folder, io)
  try {
    return await build()
  } finally {
    await tellRoom('after it', folder, io)
  }
}
