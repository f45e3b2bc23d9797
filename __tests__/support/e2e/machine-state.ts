import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker } from './testbed.ts'

const BINFMT = '/proc/sys/fs/binfmt_misc'

/** The kernel's handlers, with what they do; empty where there are none. */
const binfmtHandlers = (): readonly string[] => {
  if (!existsSync(join(BINFMT, 'status'))) return []
  const names = readdirSync(BINFMT).filter((name) => !['register', 'status'].includes(name))
  return names.sort().map((name) => `${name} ${readFileSync(join(BINFMT, name), 'utf8')}`)
}

const sortedLines = (text: string): readonly string[] => text.split('\n').sort()

/** What a build could leave on a machine. The current builder has a star. */
export const machineState = async () => ({
  builders: sortedLines(await docker('buildx', 'ls', '--format', '{{.Name}}')),
  containers: sortedLines(await docker('ps', '--all', '--format', '{{.Names}}')),
  volumes: sortedLines(await docker('volume', 'ls', '--format', '{{.Name}}')),
  binfmt: binfmtHandlers(),
})
