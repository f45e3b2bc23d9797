/** A platform in the normal form of containerd, `os/arch[/variant]`: `linux/amd64`, `linux/arm64`, `linux/arm/v7`. */
export type Platform = string

const PLATFORM = /^[a-z0-9]+\/[a-z0-9_-]+(\/[a-z0-9.]+)?$/i

/** Other names of an architecture. */
const ALIASES: Readonly<Record<string, string>> = { x86_64: 'amd64', 'x86-64': 'amd64', aarch64: 'arm64' }

/** Names that say the variant too; one that is given besides is dropped. */
const FIXED: Readonly<Record<string, string>> = { i386: '386', armhf: 'arm/v7', armel: 'arm/v6' }

/** Variants that containerd drops, adds or spells out. */
const VARIANTS: Readonly<Record<string, string>> = {
  'amd64/v1': 'amd64',
  'arm64/8': 'arm64',
  'arm64/v8': 'arm64',
  arm: 'arm/v7',
  'arm/5': 'arm/v5',
  'arm/6': 'arm/v6',
  'arm/7': 'arm/v7',
  'arm/8': 'arm/v8',
}

/**
 * Reads a platform and brings it into normal form: `linux/aarch64` and `linux/arm64/v8` are `linux/arm64`.
 * Returns undefined for anything that is not `os/arch[/variant]`. Follows containerd/platforms, database.go.
 */
export const parsePlatform = (text: string): Platform | undefined => {
  if (!PLATFORM.test(text)) return undefined
  const [os = '', name = '', variant] = text.toLowerCase().split('/')
  const architecture = ALIASES[name] ?? name
  const full = FIXED[name] ?? (variant === undefined ? architecture : `${architecture}/${variant}`)
  return `${os}/${VARIANTS[full] ?? full}`
}

/** The platform as part of a tag or a file name: `linux-arm-v7`. */
export const platformSlug = (platform: Platform): string => platform.replaceAll('/', '-')

/** The platform as people say it: `amd64` for `linux/amd64`; another system keeps its name. */
export const shortPlatform = (platform: Platform): string => platform.replace(/^linux\//, '')

/** The architecture without its variant: `arm` of `linux/arm/v7`. */
export const architectureOf = (platform: Platform): string => platform.split('/')[1] ?? ''

/** The platform as an OCI descriptor or image config states it. */
export type PlatformFields = {
  readonly os?: string | undefined
  readonly architecture?: string | undefined
  readonly variant?: string | undefined
}

/** The normal form of the platform of an OCI descriptor or image config; undefined for `unknown/unknown` and the like. */
export const platformOf = ({ os, architecture, variant }: PlatformFields): Platform | undefined => {
  if (os === undefined || architecture === undefined || os === 'unknown') return undefined
  return parsePlatform([os, architecture, ...(variant === undefined || variant === '' ? [] : [variant])].join('/'))
}

/** `v7` … `v5` for `v7`; nothing for a variant that is no plain number at or above the lowest. */
const variantsDownTo = (lowest: number, variant: string | undefined): readonly string[] => {
  const highest = /^v\d$/.test(variant ?? '') ? Number(variant?.slice(1)) : lowest - 1
  return Array.from({ length: Math.max(0, highest - lowest + 1) }, (_, i) => `v${highest - i}`)
}

/** The platforms below, best first, whose images run on this one too. */
const fallbacks = (architecture: string, variant: string | undefined): readonly string[] => {
  const arm = (from: string | undefined): readonly string[] => variantsDownTo(5, from).map((v) => `arm/${v}`)
  switch (architecture) {
    case 'amd64':
      return [...variantsDownTo(2, variant).map((v) => `amd64/${v}`), 'amd64', '386']
    case 'arm64':
      return ['arm64', ...arm('v8')]
    case 'arm':
      return arm(variant)
    default:
      return []
  }
}

/**
 * The platforms whose images run on this one, best first, itself included: an index is searched in this order.
 * Follows containerd/platforms, compare.go (`Only`), by which BuildKit resolves base images, but for the minor
 * versions of arm64 (`v8.1`).
 */
export const compatiblePlatforms = (platform: Platform): readonly Platform[] => {
  const [os = '', architecture = '', variant] = platform.split('/')
  return [...new Set([platform, ...fallbacks(architecture, variant).map((name) => `${os}/${name}`)])]
}
