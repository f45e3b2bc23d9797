/** A platform in the normal form of containerd, `os/arch[/variant]`: `linux/amd64`, `linux/arm64`, `linux/arm/v7`. */
export type Platform = string

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm/v7',
  armel: 'arm/v6',
  i386: '386',
}

/** Variants that containerd drops or adds when it normalises (containerd/platforms, database.go). */
const VARIANTS: Readonly<Record<string, string>> = {
  'arm64/v8': 'arm64',
  'arm64/8': 'arm64',
  'amd64/v1': 'amd64',
  arm: 'arm/v7',
  'arm/7': 'arm/v7',
  'arm/6': 'arm/v6',
  'arm/5': 'arm/v5',
}

/**
 * Reads a platform and brings it into normal form: `linux/aarch64` and `linux/arm64/v8` are `linux/arm64`.
 * Returns undefined for anything that is not `os/arch[/variant]`.
 */
export const parsePlatform = (text: string): Platform | undefined => {
  if (!/^[a-z0-9]+\/[a-z0-9_-]+(\/[a-z0-9]+)?$/i.test(text)) return undefined
  const [os = '', architecture = '', variant] = text.toLowerCase().split('/')
  const known = ARCHITECTURES[architecture] ?? architecture
  const full = variant === undefined ? known : `${known}/${variant}`
  return `${os}/${VARIANTS[full] ?? full}`
}

/** The platform as part of a tag or a file name: `linux-arm-v7`. */
export const platformSlug = (platform: Platform): string => platform.replaceAll('/', '-')

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
