import { isAbsolute } from 'node:path/posix'

/** What bake is asked to touch besides the workspace. */
export type GrantRequest = {
  /** Entitlements the user granted. */
  readonly allow: readonly string[]
  readonly network?: string
  /** Whether an SSH agent is passed. */
  readonly ssh: boolean
  /** Paths the user named, and the folder of the rendered files. */
  readonly reads: readonly string[]
  /** Cache sources and exports, as Buildx takes them. */
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
}

const isOutside = (path: string): boolean => isAbsolute(path) || path === '..' || path.startsWith('../')

const attribute = (spec: string, name: string): readonly string[] => {
  const field = spec.split(',').find((each) => each.startsWith(`${name}=`))
  return field === undefined ? [] : [field.slice(name.length + 1)]
}

/**
 * Values for bake's `--allow`. Bake refuses what it was not granted by name; the user named these things in the inputs,
 * which is grant enough.
 */
export const grantsOf = ({ allow, network, ssh, reads, cacheFrom, cacheTo }: GrantRequest): readonly string[] => {
  const readable = [...reads, ...cacheFrom.flatMap((spec) => attribute(spec, 'src'))].filter(isOutside)
  const writable = cacheTo.flatMap((spec) => attribute(spec, 'dest')).filter(isOutside)
  return [
    ...new Set([
      ...allow,
      ...(network === 'host' ? ['network.host'] : []),
      ...(ssh ? ['ssh'] : []),
      ...readable.map((path) => `fs.read=${path}`),
      ...writable.map((path) => `fs.write=${path}`),
    ]),
  ]
}
