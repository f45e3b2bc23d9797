import type { Platform } from '../oci/platform.ts'
import { renderAllGiven, renderGiven, type GivenSetting } from './builder-settings.ts'
import { isOnEngine, listedPlatforms, platformSupport, type Builder } from './builder-platforms.ts'

/** What a leg asks of a builder. */
export type BuilderWishes = {
  /** Name given by the user. */
  readonly name?: string
  /** What asks for the engine's own BuildKit, by `driver: docker`. */
  readonly engineOnly?: GivenSetting
  /** Under which name an earlier run kept a builder of the same settings, if one did. */
  readonly kept?: string
  /** What was given and only a new builder can honour: `driver`, `nodes`. */
  readonly own: readonly GivenSetting[]
  readonly platforms: readonly Platform[]
  /** Whether cache is read from or written to a registry. */
  readonly registryCache: boolean
  /** Whether the engine's own BuildKit stores images in containerd; without it, it cannot export registry cache. */
  readonly containerdStore: boolean
  /** Whether emulators may be installed on the engine's machine. */
  readonly mayInstall: boolean
}

/** What a leg does about its builder; the reason is for the log, the message is an error's. */
export type BuilderChoice =
  | { readonly kind: 'use'; readonly builder: Builder; readonly reason: string }
  | { readonly kind: 'create'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly message: string }

/** The builders that a rule may look at, beside what is asked for. */
type Situation = {
  readonly wishes: BuilderWishes
  readonly builders: readonly Builder[]
  readonly named: Builder | undefined
  readonly engine: Builder | undefined
  readonly kept: Builder | undefined
  readonly current: Builder | undefined
}

/** What to do under a condition. Undefined where the condition does not hold. */
type Rule = (situation: Situation) => BuilderChoice | undefined

const cannotCache = ({ driver }: Builder, { registryCache, containerdStore }: BuilderWishes): boolean =>
  driver === 'docker' && registryCache && !containerdStore

/** Platforms that nothing can run: Buildx would send them to the first node, where they fail late. */
const missingPlatforms = (builder: Builder, { platforms }: BuilderWishes): readonly Platform[] =>
  platforms.filter((platform) => platformSupport(builder, platform) === 'missing')

/**
 * Why a builder cannot do it; undefined when it can. Buildx sends a platform that no node has to the first node without
 * a word (build/resolver/driver.go). Emulators that could be installed count if `installing`.
 */
export const obstacle = (builder: Builder, wishes: BuilderWishes, installing: boolean): string | undefined => {
  if (builder.error !== undefined) return `cannot be reached: ${builder.error}`
  if (cannotCache(builder, wishes)) {
    return 'cannot export registry cache: its Docker engine does not use the containerd image store'
  }
  const missing = missingPlatforms(builder, wishes)
  if (missing.length === 0 || (installing && wishes.mayInstall && isOnEngine(builder))) return undefined
  return `cannot build ${missing.join(', ')}, only ${listedPlatforms(builder).join(', ')}`
}

const refuse = (message: string): BuilderChoice => ({ kind: 'refuse', message })

/** Uses a builder that was asked for, and says why when it cannot: the user's choice is not replaced by another. */
const useOrRefuse = (builder: Builder, wishes: BuilderWishes, reason: string, remedy: string): BuilderChoice => {
  const why = obstacle(builder, wishes, true)
  return why === undefined ? { kind: 'use', builder, reason } : refuse(`builder ${builder.name} ${why}; ${remedy}`)
}

/** In the order of precedence: the first whose condition holds decides, and {@link useCurrentOrCreate} where none does. */
const RULES: readonly Rule[] = [
  // A name that there is none of.
  ({ wishes: { name }, named, builders }) => {
    if (name === undefined || named !== undefined) return undefined
    const known = builders.map((builder) => builder.name).join(', ') || 'none'
    return refuse(`there is no builder ${name}; docker buildx ls has ${known}`)
  },
  // A name.
  ({ wishes, named }) =>
    named && useOrRefuse(named, wishes, 'named by input builder', 'name another one, or leave input builder out'),
  // The engine's own BuildKit.
  ({ wishes, engine }) => {
    if (wishes.engineOnly === undefined) return undefined
    const asked = renderGiven(wishes.engineOnly)
    if (engine === undefined) return refuse(`${asked} is docker, and docker buildx ls has no builder of that driver`)
    return useOrRefuse(engine, wishes, `${asked} is docker`, `leave ${asked} out`)
  },
  // What an earlier run left for this one.
  ({ wishes, kept }) =>
    kept && useOrRefuse(kept, wishes, 'kept by an earlier run with the same settings', `docker buildx rm ${kept.name}`),
  // Settings that no builder of somebody else's has.
  ({ wishes: { own } }) => (own.length === 0 ? undefined : { kind: 'create', reason: renderAllGiven(own) }),
]

/** The current builder, as long as nothing has to be installed for it: a new one brings its own emulators. */
const useCurrentOrCreate = ({ wishes, current }: Situation): BuilderChoice => {
  if (current === undefined) return { kind: 'create', reason: 'there is no current builder' }
  const why = obstacle(current, wishes, false)
  return why === undefined
    ? { kind: 'use', builder: current, reason: 'the current builder' }
    : { kind: 'create', reason: `the current builder ${current.name} ${why}` }
}

/** Which builder a leg uses: one that is asked for, one that was kept, the current one if it can, else a new one. */
export const chooseBuilder = (builders: readonly Builder[], wishes: BuilderWishes): BuilderChoice => {
  const docker = builders.filter(({ driver }) => driver === 'docker')
  const situation = {
    wishes,
    builders,
    named: builders.find(({ name }) => name === wishes.name),
    engine: docker.find(({ current }) => current) ?? docker[0],
    kept: builders.find(({ name }) => name === wishes.kept),
    current: builders.find(({ current }) => current),
  }
  for (const rule of RULES) {
    const choice = rule(situation)
    if (choice !== undefined) return choice
  }
  return useCurrentOrCreate(situation)
}
