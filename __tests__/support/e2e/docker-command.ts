import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { Workspace } from './workspace.ts'

/** The Docker CLI of the bed. */
const realDocker = (): string => {
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'docker'))
  const path = paths.find((candidate) => existsSync(candidate))
  if (path === undefined) throw new Error('there is no docker in PATH')
  return path
}

/** `PATH` of a machine without Docker, and indeed without anything. */
export const pathWithoutDocker = async (space: Workspace): Promise<string> => {
  const folder = join(dirname(space.path), 'empty')
  await mkdir(folder, { recursive: true })
  return folder
}

/** `PATH` of a machine whose `docker buildx` does what a shell script says, and whose other commands are the real ones. */
export const pathWithBuildx = async (space: Workspace, script: string): Promise<string> => {
  const folder = join(dirname(space.path), 'bin')
  await mkdir(folder, { recursive: true })
  const text = `#!/bin/sh\nif [ "$1" = buildx ]; then\n${script}\nfi\nexec '${realDocker()}' "$@"\n`
  await writeFile(join(folder, 'docker'), text, { mode: 0o755 })
  return folder
}

/** What Docker says of a plugin that it does not have. */
export const NO_BUILDX = `echo "docker: unknown command: docker buildx" >&2; exit 1`
