/** A repository of a registry. Every {@link Reference} is one. */
export type Repository = {
  /** Host and port: `docker.io`, `ghcr.io`, `127.0.0.1:5000`. */
  readonly registry: string
  /** Path below the registry: `library/ubuntu`. */
  readonly repository: string
}

/** An image reference in canonical form: Docker Hub and `library/` are spelt out, as BuildKit does. */
export type Reference = Repository & {
  readonly tag?: string
  /** `sha256:<hex>` */
  readonly digest?: string
}

const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const DIGEST = /^sha256:[a-f0-9]{64}$/
const REPOSITORY_LENGTH = 255
/** Docker takes such a name for the id of a local image (distribution/reference, `anchoredIdentifierRegexp`). */
const IDENTIFIER = /^[a-f0-9]{64}$/

/** Whether the text can be a tag (OCI distribution spec, "Pulling manifests": at most 128 characters). */
export const isTag = (text: string): boolean => TAG.test(text)

/** Whether the text is a sha256 digest. */
export const isDigest = (text: string): boolean => DIGEST.test(text)

/** Splits host from path as Docker does: the first part is a host if it has a dot, a colon, or is `localhost`. */
const splitHost = (name: string): readonly [string, string] => {
  const slash = name.indexOf('/')
  const first = slash === -1 ? '' : name.slice(0, slash)
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
  return isHost ? [first, name.slice(slash + 1)] : ['docker.io', name]
}

/** `index.docker.io` and friends are one registry, whose official images live under `library/`. */
const canonical = (registry: string, path: string): readonly [string, string] => {
  const host = registry === 'index.docker.io' || registry === 'registry-1.docker.io' ? 'docker.io' : registry
  return [host, host === 'docker.io' && !path.includes('/') ? `library/${path}` : path]
}

/**
 * Reads an image reference by the grammar of distribution/reference (reference/regexp.go).
 * Returns undefined when the text is not one.
 */
export const parseReference = (text: string): Reference | undefined => {
  if (IDENTIFIER.test(text)) return undefined
  const [beforeDigest = '', digest, ...more] = text.split('@')
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) return undefined
  const colon = beforeDigest.lastIndexOf(':')
  const hasTag = colon > beforeDigest.lastIndexOf('/')
  const tag = hasTag ? beforeDigest.slice(colon + 1) : undefined
  const [registry, repository] = canonical(...splitHost(hasTag ? beforeDigest.slice(0, colon) : beforeDigest))
  if (!DOMAIN.test(registry) || !PATH.test(repository) || repository.length > REPOSITORY_LENGTH) return undefined
  if (tag !== undefined && !isTag(tag)) return undefined
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

/** The repository with its registry as text: `docker.io/library/ubuntu`. */
export const repositoryOf = ({ registry, repository }: Repository): string => `${registry}/${repository}`

/** The reference as text. A digest stands behind the tag, as BuildKit takes it: `ubuntu:24.04@sha256:…`. */
export const formatReference = (reference: Reference): string => {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`
  return `${repositoryOf(reference)}${tag}${digest}`
}

/** What a registry is asked for: the digest, else the tag, else `latest`, as Docker does. */
export const identifierOf = ({ digest, tag }: Reference): string => digest ?? tag ?? 'latest'

/** The same image pinned by digest. Keeps the tag, which tells readers where the digest came from. */
export const pinReference = (reference: Reference, digest: string): Reference => ({ ...reference, digest })

/** Whether the host is this machine, where registries speak http unless told otherwise (as Docker assumes). */
export const isLoopback = (registry: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(registry)
