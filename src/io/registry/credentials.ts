import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../missing.ts'
import { runCredentialHelper } from './credential-helper.ts'
import { type AuthEntry, type DockerConfig, entryFor, parseDockerConfig, serverName } from './docker-config.ts'
import { canonicalHost } from './endpoint.ts'
import { printable } from './registry-error.ts'

/** What a registry, or its token server, knows us by. `source` says in messages where it came from. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string; readonly source: string }
  /** An OAuth refresh token, worth something only to the registry's token server. */
  | { readonly kind: 'identity-token'; readonly token: string; readonly source: string }

/** The credential for a registry, where there is one, and what went wrong on the way to it. */
export type CredentialLookup = { readonly credential?: Credential; readonly warnings: readonly string[] }

/** Finds the credential for a registry host. Never throws: what is broken becomes a warning. */
export type Keychain = (registry: string) => Promise<CredentialLookup>

/** An account from elsewhere, for example the job's GitHub token for `ghcr.io`. */
export type ExtraAccount = {
  readonly registry: string
  readonly username: string
  readonly password: string
  /** What messages call it: `the input github-token`. */
  readonly source: string
}

/** Where credentials are looked for. */
export type KeychainOptions = {
  /** Folder of Docker's `config.json`. */
  readonly folder: string
  /** Environment of credential helpers. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Used only for registries that Docker has no credentials for. */
  readonly extra?: readonly ExtraAccount[]
  /** How long a helper may take, ms. */
  readonly helperTimeout?: number
}

/** Username with which helpers mark an identity token (docker/cli, `tokenUsername`). */
const TOKEN_USERNAME = '<token>'
const HELPER_TIMEOUT = 30_000

/** The folder of Docker's `config.json`: `$DOCKER_CONFIG` unless it is empty, else `.docker` in the home folder. */
export const dockerConfigFolder = (env: Readonly<Record<string, string | undefined>>, home: string): string =>
  env['DOCKER_CONFIG'] || join(home, '.docker')

type ConfigRead = { readonly config: DockerConfig; readonly warnings: readonly string[] }

const EMPTY: DockerConfig = { auths: {}, credHelpers: {} }

const readDockerConfig = async (file: string): Promise<ConfigRead> => {
  try {
    return { config: parseDockerConfig(await readFile(file, 'utf8')), warnings: [] }
  } catch (error) {
    if (isMissing(error)) return { config: EMPTY, warnings: [] }
    // The message of a JSON error quotes the text, which may hold a secret.
    const reason = error instanceof SyntaxError ? 'it is not JSON' : printable(String(error))
    return { config: EMPTY, warnings: [`${file} cannot be read, so its credentials are not used: ${reason}`] }
  }
}

const credentialOf = (username: string, secret: string, source: string): Credential =>
  username === TOKEN_USERNAME
    ? { kind: 'identity-token', token: secret, source }
    : { kind: 'basic', username, password: secret, source }

const fromHelper = async (
  name: string,
  registry: string,
  { env, helperTimeout = HELPER_TIMEOUT }: KeychainOptions,
): Promise<CredentialLookup> => {
  const program = `docker-credential-${printable(name)}`
  const answer = await runCredentialHelper({ name, server: serverName(registry), env, timeout: helperTimeout })
  switch (answer.kind) {
    case 'account':
      return { credential: credentialOf(answer.username, answer.secret, program), warnings: [] }
    case 'none':
      return { warnings: [] }
    case 'failed':
      return { warnings: [`${program} gave no credentials for ${registry}: ${answer.reason}`] }
  }
}

const fromAuths = (entry: AuthEntry | undefined, source: string): CredentialLookup => {
  const { username, password, identityToken } = entry ?? {}
  if (identityToken !== undefined) {
    return { credential: { kind: 'identity-token', token: identityToken, source }, warnings: [] }
  }
  if (username === undefined || password === undefined) return { warnings: [] }
  return { credential: credentialOf(username, password, source), warnings: [] }
}

const fromExtra = (registry: string, extra: readonly ExtraAccount[]): CredentialLookup => {
  const account = extra.find((candidate) => canonicalHost(candidate.registry) === canonicalHost(registry))
  if (account === undefined) return { warnings: [] }
  const { username, password, source } = account
  return { credential: { kind: 'basic', username, password, source }, warnings: [] }
}

/**
 * Finds credentials as Docker does: the host's own helper, else the helper for all, else what stands in the file;
 * then, unlike Docker, in `extra`. Docker's config is read once, when it is first needed.
 */
export const createKeychain = (options: KeychainOptions): Keychain => {
  const file = join(options.folder, 'config.json')
  let read: Promise<ConfigRead> | undefined
  return async (registry) => {
    const { config, warnings } = await (read ??= readDockerConfig(file))
    const helper = entryFor(config.credHelpers, registry) ?? config.credsStore
    const places: readonly (() => CredentialLookup | Promise<CredentialLookup>)[] = [
      () => (helper === undefined ? { warnings: [] } : fromHelper(helper, registry, options)),
      () => fromAuths(entryFor(config.auths, registry), file),
      () => fromExtra(registry, options.extra ?? []),
    ]
    const all = [...warnings]
    for (const place of places) {
      const found = await place()
      all.push(...found.warnings)
      if (found.credential !== undefined) return { credential: found.credential, warnings: all }
    }
    return { warnings: all }
  }
}
