import type { Json, JsonObject } from '../factory/factory.ts'
import type { Platform } from '../oci/platform.ts'

/** What `docker buildx` is told about every target alike; names and forms of docker/build-push-action. */
export type BuildOptions = {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: readonly string[]
  /** Secrets as Buildx takes them: `id=x,env=NAME` or `id=x,src=PATH`. Never a value. */
  readonly secrets: readonly string[]
  readonly ssh: readonly string[]
  /** `type=provenance,…` and `type=sbom,…` */
  readonly attests: readonly string[]
  readonly noCache: boolean
  readonly noCacheFilters: readonly string[]
  readonly pull: boolean
  readonly network?: string
  readonly addHosts: Readonly<Record<string, string>>
  readonly allow: readonly string[]
  readonly shmSize?: string
  readonly ulimits: readonly string[]
}

/** One target of the bake file. */
export type BakeTarget = {
  /** `t0`, `t1`, …; mapped back to the work item by position. */
  readonly name: string
  readonly dockerfile: string
  /** Stage to build; the last one when absent. Such a target exports cache alone. */
  readonly stage?: string
  readonly context: string
  readonly contexts: Readonly<Record<string, string>>
  readonly platform: Platform
  readonly tags: readonly string[]
  /** Besides those of all targets. */
  readonly annotations: readonly string[]
  readonly outputs: readonly string[]
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
  /** The user's own keys, merged in as they are. */
  readonly extra: JsonObject
}

/**
 * Bake evaluates `${` and `%{` in every string, also in JSON; with the sign doubled, they stand for themselves. (In a
 * replacement, `$$` is one dollar sign and `$&` the match.)
 */
const escapeText = (text: string): string => text.replaceAll('${', '$$$&').replaceAll('%{', '%$&')

const escapeJson = (value: Json): Json => {
  if (typeof value === 'string') return escapeText(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((entry: Json) => escapeJson(entry))
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [escapeText(key), escapeJson(entry)]))
}

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === false ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/** Leaves out what says nothing, so that the file shows only what matters. */
const compact = (record: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(record).filter((entry): entry is [string, Json] => !isEmpty(entry[1])))

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Objects are merged and lists joined, so that a user's own key adds to what Strata says; else the user's value wins. */
const mergeExtra = (ours: JsonObject, extra: JsonObject): JsonObject => {
  const merged = Object.entries(extra).map(([key, theirs]): [string, Json] => {
    const mine = ours[key]
    if (isObject(mine) && isObject(theirs)) return [key, { ...mine, ...theirs }]
    if (Array.isArray(mine) && Array.isArray(theirs))
      return [key, [...(mine as readonly Json[]), ...(theirs as readonly Json[])]]
    return [key, theirs]
  })
  return { ...ours, ...Object.fromEntries(merged) }
}

/** Buildx attests images by default. */
const NO_ATTESTATIONS: readonly string[] = ['type=provenance,disabled=true']

const renderTarget = (target: BakeTarget, options: BuildOptions): JsonObject => {
  const image = target.stage === undefined
  const ours = compact({
    context: target.context,
    contexts: target.contexts,
    dockerfile: target.dockerfile,
    target: target.stage,
    platforms: [target.platform],
    tags: target.tags,
    labels: image ? options.labels : {},
    annotations: image ? [...options.annotations, ...target.annotations] : [],
    secret: options.secrets,
    ssh: options.ssh,
    attest: image ? options.attests : NO_ATTESTATIONS,
    'no-cache': options.noCache,
    'no-cache-filter': options.noCacheFilters,
    pull: options.pull,
    network: options.network,
    'extra-hosts': options.addHosts,
    'shm-size': options.shmSize,
    ulimits: options.ulimits,
    entitlements: options.allow,
    'cache-from': target.cacheFrom,
    'cache-to': target.cacheTo,
    output: target.outputs,
  })
  return mergeExtra(ours, target.extra)
}

/**
 * A target that depends on every leaf of a platform, so that one export holds them all: several targets that write one
 * ref would each replace it. The wildcard matches nothing, so nothing is copied.
 */
export type CollectorTarget = {
  readonly name: string
  readonly platform: Platform
  /** Names of the targets it collects. */
  readonly leaves: readonly string[]
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
  /** Cache refs that it writes. */
  readonly refs: readonly string[]
}

const renderCollector = ({ platform, leaves, cacheFrom, cacheTo }: CollectorTarget): JsonObject => {
  const copies = leaves.map((leaf) => `COPY --from=${leaf} /strata-collecto[r] /`)
  return compact({
    context: '.',
    contexts: Object.fromEntries(leaves.map((leaf) => [leaf, `target:${leaf}`])),
    'dockerfile-inline': ['FROM scratch', ...copies, ''].join('\n'),
    platforms: [platform],
    'cache-from': cacheFrom,
    'cache-to': cacheTo,
    output: ['type=cacheonly'],
  })
}

/** A target that is built anywhere: of a Dockerfile's text, and described by what it builds. */
export type PortableTarget = { readonly target: BakeTarget; readonly dockerfile: string; readonly description: string }

const renderFile = (rendered: readonly (readonly [string, JsonObject])[]): string => {
  const file = {
    group: { default: { targets: rendered.map(([name]) => name) } },
    target: Object.fromEntries(rendered.map(([name, target]) => [name, escapeJson(target)])),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/**
 * A bake file that reproduces targets on another machine, from the root of a checkout: the Dockerfiles are inside, caches
 * are read and not written, and nothing is exported unless it is asked for.
 */
export const renderPortableBake = (targets: readonly PortableTarget[], options: BuildOptions): string =>
  renderFile(
    targets.map(({ target, dockerfile, description }) => {
      const { dockerfile: _, ...rest } = renderTarget({ ...target, tags: [], outputs: [], cacheTo: [] }, options)
      const output = ['type=cacheonly']
      return [target.name, { description, ...rest, 'dockerfile-inline': dockerfile, output }] as const
    }),
  )

/** The bake file: JSON that plain `docker buildx bake` builds. */
export const renderBake = (
  targets: readonly BakeTarget[],
  collectors: readonly CollectorTarget[],
  options: BuildOptions,
): string => {
  const rendered: readonly (readonly [string, JsonObject])[] = [
    ...targets.map((target) => [target.name, renderTarget(target, options)] as const),
    ...collectors.map((collector) => [collector.name, renderCollector(collector)] as const),
  ]
  return renderFile(rendered)
}
