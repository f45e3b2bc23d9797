import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

const execute = promisify(execFile)

/** A docker-registry of its own, with nothing in it. The end of the scope stops it and removes all that it holds. */
export type OwnRegistry = AsyncDisposable & {
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** Its own garbage collection, which nothing may be pushed during. */
  readonly collectGarbage: (options?: { readonly untagged: boolean }) => Promise<void>
  /** Bytes of all blobs that lie on its disk, manifests among them. */
  readonly blobBytes: () => Promise<number>
}

/** Why no registry can be started here; undefined where one can. The test bed's tools have one. */
export const whyNoRegistry = (): string | undefined =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'docker-registry')))
    ? undefined
    : 'no docker-registry in PATH'

const renderConfig = (folder: string, host: string): string => `version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: ${join(folder, 'data')} }
  delete: { enabled: true }
http: { addr: ${host} }
`

const answers = async (host: string): Promise<boolean> => {
  try {
    return (await fetch(`http://${host}/v2/`)).ok
  } catch {
    return false
  }
}

const sizeOf = async (folder: string): Promise<number> => {
  if (!existsSync(folder)) return 0
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name === 'data')
  const sizes = await Promise.all(files.map((entry) => stat(join(entry.parentPath, entry.name))))
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

/** Starts a registry on a free port of loopback, which deletes by digest and keeps what it holds in a folder of its own. */
export const startOwnRegistry = async (): Promise<OwnRegistry> => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const config = join(folder, 'config.yml')
  await writeFile(config, renderConfig(folder, host))
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  for (let tenths = 0; !(await answers(host)); tenths++) {
    if (tenths === 100 || child.exitCode !== null) throw new Error(`the registry did not start:\n${log}`)
    await setTimeout(100)
  }
  return {
    host,
    collectGarbage: async ({ untagged } = { untagged: false }) => {
      await execute('docker-registry', ['garbage-collect', ...(untagged ? ['--delete-untagged'] : []), config], {
        maxBuffer: 64 * 1024 * 1024,
      })
    },
    blobBytes: () => sizeOf(join(folder, 'data/docker/registry/v2/blobs')),
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
