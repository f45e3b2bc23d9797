import { architectureOf, compatiblePlatforms, type Platform } from '../oci/platform.ts'
import { parseReference } from '../oci/reference.ts'

/** One BuildKit of a builder. */
export type BuilderNode = {
  readonly name: string
  /** As Buildx has it: the name of a Docker context, or an address. */
  readonly endpoint: string
  /** In normal form and in BuildKit's order, its machine's own first; empty while it is not running. */
  readonly platforms: readonly Platform[]
  /** BuildKit's image, where it was given; another than the driver's default. */
  readonly image?: string
}

/** A Buildx builder as `docker buildx ls` tells of it. */
export type Builder = {
  readonly name: string
  /** `docker`, `docker-container`, `remote`, `kubernetes`, `cloud`. */
  readonly driver: string
  readonly current: boolean
  readonly nodes: readonly BuilderNode[]
  /** BuildKit's version, where a node is running. */
  readonly buildkit?: string
  /** What is wrong with it, if its node cannot be reached. */
  readonly error?: string
}

/**
 * How a builder gets a platform's programs to run. `native`: a node's machine runs them. `emulated`: a handler of the
 * kernel does, and BuildKit has tried it. `brought`: BuildKit's image has an emulator for them. `missing`: nothing does.
 */
export type PlatformSupport = 'native' | 'emulated' | 'brought' | 'missing'

/**
 * Architectures whose emulators are in the image moby/buildkit (BuildKit v0.32.2: `qemuArchMap` in
 * solver/llbsolver/ops/exec_binfmt.go, less what stage `binfmt-filter` of the Dockerfile removes). BuildKit uses them
 * where the kernel has no handler; its list of platforms leaves them out.
 */
const BROUGHT: readonly string[] = ['amd64', '386', 'arm64', 'arm', 'riscv64', 'ppc64le', 's390x']

/** Whether an image is BuildKit's own, from whatever registry: mirrors keep its path. */
export const isOfficialImage = (image: string | undefined): boolean =>
  image === undefined || /(?:^|\/)moby\/buildkit$/.test(parseReference(image)?.repository ?? '')

const bringsEmulators = ({ driver, nodes }: Builder): boolean =>
  (driver === 'docker-container' || driver === 'kubernetes') && nodes.some(({ image }) => isOfficialImage(image))

/** All platforms that the nodes of a builder list. */
export const listedPlatforms = ({ nodes }: Builder): readonly Platform[] => [
  ...new Set(nodes.flatMap(({ platforms }) => platforms)),
]

/** How a builder builds for a platform. Of `remote` and `docker` builders only what they list is known. */
export const platformSupport = (builder: Builder, platform: Platform): PlatformSupport => {
  // BuildKit lists its machine's own platform first (util/archutil/detect.go), and Buildx what a node was given before it.
  const natives = builder.nodes.flatMap(({ platforms: [first] }) => (first === undefined ? [] : [first]))
  const isListed = listedPlatforms(builder).includes(platform)
  if (isListed) return natives.some((native) => compatiblePlatforms(native).includes(platform)) ? 'native' : 'emulated'
  const isBrought = platform.startsWith('linux/') && BROUGHT.includes(architectureOf(platform))
  return isBrought && bringsEmulators(builder) ? 'brought' : 'missing'
}

/** Whether the builder runs on the engine that `docker` speaks to, so that what is installed there is there for it. */
export const isOnEngine = ({ driver, nodes }: Builder): boolean =>
  driver === 'docker' ||
  (driver === 'docker-container' && nodes.every(({ endpoint }) => !/^(?!unix:)[a-z]+:\/\//.test(endpoint)))
