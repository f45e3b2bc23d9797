import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

const execute = promisify(execFile)

const inPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))

const tool = (name: string): string => join(process.env['STRATA_TESTBED_TOOLS'] ?? '', name)

/** Why no BuildKit can be started here; undefined where one can. */
export const whyNoBuildkitd = (): string | undefined => {
  if (!existsSync(tool('buildkitd'))) return 'no buildkitd; script/testbed tools builds it'
  if (!inPath('runc')) return 'no runc in PATH'
  return process.getuid?.() === 0 ? undefined : 'buildkitd needs root'
}

/** Why no certificates can be made here; undefined where they can. */
export const whyNoCertificates = (): string | undefined => (inPath('openssl') ? undefined : 'no openssl in PATH')

/** PEM of a certificate authority, and of a server and a client that it vouches for. */
export type Certificates = AsyncDisposable & {
  /** Holds `server.pem`, `server-key.pem` and `ca.pem`. */
  readonly folder: string
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** Makes certificates that are good for a day, for 127.0.0.1. */
export const makeCertificates = async (): Promise<Certificates> => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-tls-'))
  const openssl = (...args: readonly string[]) => execute('openssl', [...args], { cwd: folder })
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  await openssl(...request, '-subj', '/CN=ca', '-keyout', 'ca-key.pem', '-out', 'ca.pem')
  for (const [name, usage] of [
    ['server', 'serverAuth'],
    ['client', 'clientAuth'],
  ] as const) {
    const extensions = [
      'basicConstraints=critical,CA:FALSE',
      'subjectAltName=IP:127.0.0.1',
      `extendedKeyUsage=${usage}`,
    ]
    await openssl(
      ...[...request, '-subj', `/CN=${name}`, '-keyout', `${name}-key.pem`, '-out', `${name}.pem`],
      ...['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', ...extensions.flatMap((extension) => ['-addext', extension])],
    )
  }
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8')
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('client.pem'), read('client-key.pem')])
  return { folder, ca, cert, key, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** A BuildKit of its own. The end of the scope stops it and removes all that it made. */
export type Buildkitd = AsyncDisposable & {
  readonly socket: string
  /** Only with certificates. */
  readonly tcp: string
  /** Cache records that its builds left. */
  readonly records: () => Promise<number>
  /** What it says to a client that has no certificate. */
  readonly refusal: (certificates: Certificates) => Promise<string>
}

/** Starts a BuildKit on a socket, and with certificates on a port too. */
export const startBuildkitd = async ({
  certificates,
  platform,
}: {
  readonly certificates?: Certificates
  /** The one that it takes for its machine's own. */
  readonly platform?: string
} = {}): Promise<Buildkitd> => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-bk-'))
  const socket = `unix://${join(folder, 'sock')}`
  const tcp = `tcp://127.0.0.1:${await freePort()}`
  const file = (name: string): string => join(certificates?.folder ?? '', name)
  const tls = [
    '--addr',
    tcp,
    '--tlscert',
    file('server.pem'),
    '--tlskey',
    file('server-key.pem'),
    '--tlscacert',
    file('ca.pem'),
  ]
  const args = [
    ...['--root', join(folder, 'root'), '--addr', socket, ...(certificates === undefined ? [] : tls)],
    ...['--containerd-worker=false', '--oci-worker-net', 'host', '--oci-worker-gc=false'],
    ...(platform === undefined ? [] : ['--oci-worker-platform', platform]),
  ]
  const child = spawn(tool('buildkitd'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const buildctl = (...more: readonly string[]) => execute(tool('buildctl'), ['--addr', socket, ...more])
  for (let tenths = 0; ; tenths++) {
    try {
      await buildctl('debug', 'workers')
      break
    } catch (cause) {
      if (tenths === 100 || child.exitCode !== null) throw new Error(`buildkitd did not start:\n${log}`, { cause })
      await setTimeout(100)
    }
  }
  return {
    socket,
    tcp,
    records: async () => {
      const found = JSON.parse((await buildctl('du', '--format', '{{json .}}')).stdout) as readonly unknown[] | null
      return found?.length ?? 0
    },
    refusal: async ({ folder: certificateFolder }) => {
      const args = [
        '--addr',
        tcp,
        '--tlscacert',
        join(certificateFolder, 'ca.pem'),
        '--timeout',
        '2',
        'debug',
        'workers',
      ]
      const { stderr } = await execute(tool('buildctl'), args).catch((error: unknown) => error as { stderr: string })
      return stderr
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
