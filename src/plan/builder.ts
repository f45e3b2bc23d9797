import type { Platform } from '../oci/platform.ts'

/** A Buildx builder as `docker buildx ls` tells of it. */
export type Builder = {
  readonly name: string
  /** `docker`, `docker-container`, `remote`, `kubernetes`, `cloud`. */
  readonly driver: string
  readonly current: boolean
  /** Platforms of all nodes, in normal form; may leave out those that BuildKit emulates by itself. */
  readonly platforms: readonly Platform[]
  /** BuildKit's version, where a node is running. */
  readonly buildkit?: string
  /** What is wrong with it, if its node cannot be reached. */
  readonly error?: string
}

/** What a leg asks of a builder. */
export type BuilderWishes = {
  /** Name given by the user. */
  readonly name?: string
  readonly platforms: readonly Platform[]
  /** Whether cache is read from or written to a registry. */
  readonly registryCache: boolean
  /** Whether the engine's own BuildKit stores images in containerd; without it, it cannot export registry cache. */
  readonly containerdStore: boolean
}

/** What a leg does about its builder; the reason is for the log, the message is an error's. */
export type BuilderChoice =
  | { readonly kind: 'use'; readonly builder: Builder; readonly reason: string }
  | { readonly kind: 'create'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly message: string }

/**
 * Why a builder cannot do it; undefined when it can. Buildx sends a platform that no node has to the first node without
 * a word (build/resolver/driver.go), where it fails late. Only the `docker` driver's list is complete: the BuildKit
 * image of the others brings emulators that the list leaves out.
 */
const obstacle = (builder: Builder, wishes: BuilderWishes): string | undefined => {
  if (builder.error !== undefined) return `cannot be reached: ${builder.error}`
  if (builder.driver !== 'docker') return undefined
  if (wishes.registryCache && !wishes.containerdStore) {
    return 'cannot export registry cache: its Docker engine does not use the containerd image store'
  }
  const missing = wishes.platforms.filter((platform) => !builder.platforms.includes(platform))
  return missing.length === 0 ? undefined : `cannot build ${missing.join(', ')}, only ${builder.platforms.join(', ')}`
}

/** Which builder a leg uses: the one that is named, else the current one if it can, else a new one. */
export const chooseBuilder = (builders: readonly Builder[], wishes: BuilderWishes): BuilderChoice => {
  if (wishes.name !== undefined) {
    const named = builders.find(({ name }) => name === wishes.name)
    if (named === undefined) {
      const known = builders.map(({ name }) => name).join(', ') || 'none'
      return { kind: 'refuse', message: `there is no builder ${wishes.name}; docker buildx ls has ${known}` }
    }
    const why = obstacle(named, wishes)
    if (why === undefined) return { kind: 'use', builder: named, reason: 'named by input builder' }
    return { kind: 'refuse', message: `builder ${named.name} ${why}; name another one, or leave input builder out` }
  }
  const current = builders.find((builder) => builder.current)
  if (current === undefined) return { kind: 'create', reason: 'there is no current builder' }
  const why = obstacle(current, wishes)
  if (why === undefined) return { kind: 'use', builder: current, reason: 'the current builder' }
  return { kind: 'create', reason: `the current builder ${current.name} ${why}` }
}
