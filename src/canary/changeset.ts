/** What stands in a filesystem layer: a path that is written, or `whiteout`, one that is taken away. */
export type ChangeKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'whiteout'

/** One path of a filesystem layer, without its times: those differ from build to build. */
export type Change = {
  /** Without a slash at the beginning: `usr/bin/curl`. */
  readonly path: string
  readonly kind: ChangeKind
  /** Permission bits. */
  readonly mode: number
  readonly owner: string
  /** SHA-256 over the content of a file, hex; where a link leads. */
  readonly content?: string
  /** Text of a file in which packages are listed. */
  readonly packageList?: string
}

/** What one filesystem layer changes, by path. */
export type Changeset = ReadonlyMap<string, Change>

/** An image that was built, seen from above its base. */
export type BuiltImage = {
  /** `NAME=value` */
  readonly env: readonly string[]
  /** One for each filesystem layer, that of the base included, bottom to top. */
  readonly changesets: readonly Changeset[]
  /** For each filesystem layer the instruction that made it, as the image's history has it. */
  readonly createdBy: readonly string[]
}

/** The file in which a distribution lists its packages, by the path of it: Debian's, that of distroless images, Alpine's. */
export const isPackageList = (path: string): boolean =>
  path === 'var/lib/dpkg/status' ||
  /^var\/lib\/dpkg\/status\.d\/[^/]+$/.test(path) ||
  path === 'lib/apk/db/installed' ||
  path === 'usr/lib/apk/db/installed'
