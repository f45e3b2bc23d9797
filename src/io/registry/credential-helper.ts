import { execFile } from 'node:child_process'
import { printable } from './registry-error.ts'

/** What a helper knows of a server; no account is not an error. */
export type HelperAnswer =
  | { readonly kind: 'account'; readonly username: string; readonly secret: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string }

/** Which helper is asked for whose account. */
export type HelperCall = {
  /** The program is `docker-credential-<name>`. */
  readonly name: string
  /** Registry host, or Docker Hub's URL. */
  readonly server: string
  /** Environment of the helper, which finds it (`PATH`) and what it needs itself. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** ms */
  readonly timeout: number
}

/** A name becomes part of a program's name, never of a path. */
const NAME = /^[A-Za-z0-9._-]+$/
const MAX_OUTPUT = 1024 * 1024
/** What helpers print for a server they do not know (docker-credential-helpers, credentials/error.go). */
const NOT_FOUND = 'credentials not found in native keychain'

const parseAnswer = (output: string): HelperAnswer => {
  try {
    const { Username: username, Secret: secret } = JSON.parse(output) as { Username?: unknown; Secret?: unknown }
    if (typeof username !== 'string' || typeof secret !== 'string') return { kind: 'failed', reason: 'no Secret in it' }
    return secret === '' ? { kind: 'none' } : { kind: 'account', username, secret }
  } catch {
    // The output may hold a secret, so it is not shown.
    return { kind: 'failed', reason: 'its answer is not JSON' }
  }
}

/** Asks a credential helper for a server's account (docker/docker-credential-helpers, README: `get`). Never throws. */
export const runCredentialHelper = ({ name, server, env, timeout }: HelperCall): Promise<HelperAnswer> => {
  if (!NAME.test(name)) return Promise.resolve({ kind: 'failed', reason: 'its name is not [A-Za-z0-9._-]+' })
  return new Promise((resolve) => {
    const options = { env, timeout, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT, windowsHide: true } as const
    const child = execFile(`docker-credential-${name}`, ['get'], options, (error, stdout, stderr) => {
      if (error === null) resolve(parseAnswer(stdout))
      else if (stdout.includes(NOT_FOUND)) resolve({ kind: 'none' })
      else if (error.killed === true) resolve({ kind: 'failed', reason: `no answer within ${timeout} ms` })
      else if (error.code === 'ENOENT') resolve({ kind: 'failed', reason: 'there is no such program in PATH' })
      else resolve({ kind: 'failed', reason: printable(stderr || `it ended with ${error.code ?? 'a signal'}`) })
    })
    // A helper that ends without reading closes the pipe; its exit tells more than that.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(server)
  })
}
