import { canonicalHost } from './endpoint.ts'

/** An entry under `auths`. */
export type AuthEntry = {
  readonly username?: string
  readonly password?: string
  readonly identityToken?: string
}

/** What Docker's `config.json` says of credentials (docker/cli, cli/config/configfile/file.go). */
export type DockerConfig = {
  /** By host, perhaps with scheme and path. */
  readonly auths: Readonly<Record<string, AuthEntry>>
  /** Names of helper programs by host. */
  readonly credHelpers: Readonly<Record<string, string>>
  /** Name of the helper program for all other hosts. */
  readonly credsStore?: string
}

/** The key under which Docker keeps the credentials of Docker Hub, and the name its helpers know it by. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/'

/** What a registry is called in Docker's config and by its helpers. */
export const serverName = (registry: string): string =>
  canonicalHost(registry) === 'docker.io' ? DOCKER_HUB_KEY : registry

/** The host a key of the config means, without scheme and path. */
const hostOfKey = (key: string): string => canonicalHost(key.replace(/^https?:\/\//i, '').split('/')[0] ?? '')

/** The entry of a registry: under Docker's own key, else under the first key that means the same host. */
export const entryFor = <T>(entries: Readonly<Record<string, T>>, registry: string): T | undefined => {
  const host = canonicalHost(registry)
  const own = Object.hasOwn(entries, serverName(registry)) ? entries[serverName(registry)] : undefined
  return own ?? Object.entries(entries).find(([key]) => hostOfKey(key) === host)?.[1]
}

type Members = Readonly<Record<string, unknown>>

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** `auth` is base64 of `username:password`; Docker pads passwords with NUL on some systems. */
const decodeAuth = (auth: string | undefined): { readonly username?: string; readonly password?: string } => {
  const text = Buffer.from(auth ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 1 ? {} : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}

const parseAuthEntry = (value: unknown): AuthEntry => {
  const { auth, username, password, identitytoken } = membersOf(value)
  const decoded = decodeAuth(textOf(auth))
  const entry = {
    username: decoded.username ?? textOf(username),
    password: decoded.password ?? textOf(password),
    identityToken: textOf(identitytoken),
  }
  return Object.fromEntries(Object.entries(entry).filter(([, text]) => text !== undefined))
}

const mapValues = <T>(value: unknown, read: (member: unknown) => T | undefined): Readonly<Record<string, T>> =>
  Object.fromEntries(
    Object.entries(membersOf(value)).flatMap(([key, member]) => {
      const result = read(member)
      return result === undefined ? [] : [[key, result]]
    }),
  )

/** Reads Docker's config. Throws SyntaxError on broken JSON; what has another shape than it should is left out. */
export const parseDockerConfig = (text: string): DockerConfig => {
  const config = membersOf(JSON.parse(text))
  const credsStore = textOf(config['credsStore'])
  return {
    auths: mapValues(config['auths'], parseAuthEntry),
    credHelpers: mapValues(config['credHelpers'], textOf),
    ...(credsStore === undefined ? {} : { credsStore }),
  }
}
