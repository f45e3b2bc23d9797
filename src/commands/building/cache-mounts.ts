import { join } from 'node:path'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { MOUNT_ENTRIES } from '../../layers/actions-cache-key.ts'
import { digestOf } from '../../layers/digest.ts'
import { platformSlug, type Platform } from '../../oci/platform.ts'
import { BUILDKIT_IMAGE } from '../../plan/builder-settings.ts'
import { renderBytes } from '../../plan/bytes.ts'
import { highestReadable } from '../../plan/leg-cache.ts'
import type { StepResult } from '../../progress/build-result.ts'
import { archiveName, lowestImage, renderExtraction, renderInjection } from '../../render/cache-mounts.ts'
import { legMounts, type LegMount } from '../../render/leg-mounts.ts'
import { mountGain } from '../../report/cache-mounts.ts'
import type { CacheMountResult, CacheMountsResult } from '../../report/results.ts'
import type { LegBuild, LegOutcome } from './bake-leg.ts'
import type { KnownRefs } from './decide-cache.ts'
import type { LegWork } from './leg-work.ts'

/** The most that is kept of one mount, bytes. A repository has 10 GB of Actions cache, and all branches share it. */
const MAX_BYTES = 2 * 1024 ** 3

/** A mount, where its archive lies, and what of it was kept by an earlier run. */
type FilledMount = LegMount & {
  /** Always the same path, as that is part of what the cache service finds it by. */
  readonly file: string
  /** Keys of what is kept of it begin so; the first one for the same fragments. */
  readonly prefixes: readonly [string, string]
  readonly restored?: { readonly digest: string; readonly bytes: number; readonly emptyMs?: number }
}

/** Mounts that were filled before the build, as far as there was something to fill them with. */
export type FilledMounts = {
  readonly mounts: readonly FilledMount[]
  readonly write: boolean
  readonly platform: Platform
  /** Images with the programs that move files, in the order in which they are tried. */
  readonly tools: readonly string[]
  readonly nonce: string
  readonly restoreMs: number
}

/** Which layers of which work items will run, as far as the cache's refs tell. */
const coldLayers = ({ chains }: LegWork, known: KnownRefs, { options }: LegBuild) => {
  const warm = chains.map(
    (chain) => new Set(chain.slice(0, highestReadable(chain, (ref) => known.has(ref)) + 1).map(({ layer }) => layer)),
  )
  return (item: number, layer: string): boolean =>
    options.noCache || options.noCacheFilters.includes(layer) || warm[item]?.has(layer) !== true
}

/** What keys say of a mount: which it is, for which platforms and fragments. */
const withKeys = (mount: LegMount, { items }: LegWork, folder: string): FilledMount => {
  const id = digestOf([mount.name]).slice(0, 16)
  const layers = mount.users.map(({ item, step }) => items[item]?.layers.find(({ layer }) => layer === step.layer))
  const fragments = new Set(layers.map((layer) => layer?.fragment?.digest ?? ''))
  const prefix = `${MOUNT_ENTRIES}${id}-${mount.platforms.map(platformSlug).join('+')}-`
  const own = `${prefix}${digestOf([...fragments].sort()).slice(0, 16)}-`
  return { ...mount, file: join(folder, `${id}.tar`), prefixes: [own, prefix] }
}

/** A key ends with the digest of the files, and the time of the steps with an empty mount where that was seen, ms. */
const keyOf = ({ prefixes }: FilledMount, digest: string, emptyMs: number | undefined): string =>
  `${prefixes[0]}${digest.slice(0, 16)}-${emptyMs === undefined ? 'x' : Math.round(emptyMs)}`

const emptyMsOf = (key: string): { readonly emptyMs?: number } => {
  const text = /-(\d+)$/.exec(key)?.[1]
  return text === undefined ? {} : { emptyMs: Number(text) }
}

const fetchMount = async (mount: FilledMount, io: Io): Promise<FilledMount> => {
  const restored = await io.actionsCache.restore(mount.file, mount.prefixes)
  if (restored.status === 'failed') {
    io.actions.warning({ title: 'Cache mounts', message: `${mount.name} could not be fetched: ${restored.reason}` })
  }
  if (restored.status !== 'restored') return mount
  const content = await io.files.readArchive(mount.file)
  if (content === undefined) return mount
  return { ...mount, restored: { ...content, ...emptyMsOf(restored.key) } }
}

type Run = {
  readonly dockerfile: (image: string) => string
  readonly folder: string
  readonly output: string
  readonly leg: LegBuild
}

/** Builds a generated Dockerfile on the leg's builder with the first image that has the programs; says why none did. */
const runBuild = async (
  { dockerfile, folder, output, leg }: Run,
  { tools, platform }: Pick<FilledMounts, 'tools' | 'platform'>,
  io: Io,
): Promise<string | undefined> => {
  let why = 'there is no image with the programs for it'
  for (const image of tools) {
    const file = join(folder, 'Dockerfile')
    await io.files.write(file, dockerfile(image))
    const told: Buffer[] = []
    const args = ['buildx', 'build', '--builder', leg.builder, '--platform', platform, '--file', file]
    const quiet = ['--provenance=false', '--sbom=false', '--progress=plain']
    const code = await io.docker.run([...args, ...quiet, '--output', output, folder], {
      ...{ env: {}, signal: leg.signal },
      onStderr: (chunk) => told.push(chunk),
    })
    if (code === 0) return undefined
    why = Buffer.concat(told).toString().trim().split('\n').at(-1) ?? why
  }
  return why
}

const elapsed = (since: Date, io: Io): number => io.clock.now().getTime() - since.getTime()

/** Puts what was fetched into the builder. What could not be put there counts as not fetched. */
const inject = async (filled: FilledMounts, leg: LegBuild, io: Io): Promise<FilledMounts> => {
  if (filled.mounts.every(({ restored }) => restored === undefined)) return filled
  const folder = await io.files.makeFolder('strata-mounts')
  const filling = filled.mounts.map((mount) => (mount.restored === undefined ? undefined : mount))
  for (const [index, mount] of filling.entries())
    if (mount !== undefined) await io.files.move(mount.file, join(folder, archiveName(index)))
  const dockerfile = (image: string): string => renderInjection(filling, image, filled.nonce)
  const why = await runBuild({ dockerfile, folder, output: 'type=cacheonly', leg }, filled, io)
  await io.files.removeFolder(folder)
  if (why === undefined) return filled
  io.actions.warning({ title: 'Cache mounts', message: `they could not be filled, so steps find them empty: ${why}` })
  return { ...filled, mounts: filled.mounts.map(({ restored: _, ...mount }) => mount) }
}

/** Fetches the files of the cache mounts that cold layers use, and fills the mounts. Undefined when there are none. */
export const fillMounts = async (
  work: LegWork,
  { known, leg, context }: { readonly known: KnownRefs; readonly leg: LegBuild; readonly context: Context },
  io: Io,
): Promise<FilledMounts | undefined> => {
  const { mounts, skipped } = legMounts(work.items, coldLayers(work, known, leg))
  skipped.forEach(io.actions.info)
  const [first] = mounts
  const item = work.items[first?.users[0]?.item ?? -1]
  if (item === undefined || !(work.access.read || work.access.write)) return undefined
  const startedAt = io.clock.now()
  const folder = join(context.temporary, 'strata-cache-mounts')
  const keyed = mounts.map((mount) => withKeys(mount, work, folder))
  const fetched = work.access.read ? await Promise.all(keyed.map((mount) => fetchMount(mount, io))) : keyed
  const own = lowestImage(item.dockerfile)
  const filled = await inject(
    {
      ...{ mounts: fetched, write: work.access.write, platform: item.item.platform },
      tools: [...(own === undefined ? [] : [own]), BUILDKIT_IMAGE],
      nonce: String(startedAt.getTime()),
      restoreMs: 0,
    },
    leg,
    io,
  )
  const bytes = filled.mounts.reduce((sum, { restored }) => sum + (restored?.bytes ?? 0), 0)
  const restoreMs = elapsed(startedAt, io)
  io.actions.info(`Cache mounts: ${mounts.length} are used by cold layers; ${renderBytes(bytes)} brought back`)
  return { ...filled, restoreMs }
}

/** The distinct steps with a mount that ran, by their vertices. */
const stepsThatRan = ({ users }: LegMount, { result }: LegOutcome): ReadonlyMap<string, StepResult> => {
  const ran = users.flatMap(({ item, step }) => {
    const steps = result.targets.find(({ target }) => target === `t${item}`)?.steps ?? []
    return steps.filter((each) => each.step.rendered.start === step.rendered.start && each.outcome === 'run')
  })
  return new Map(ran.map((step) => [step.digests[0] ?? '', step]))
}

type Used = { readonly mount: FilledMount; readonly ran: ReadonlyMap<string, StepResult>; readonly stepMs: number }

/** Stores what a mount holds now, unless it is what was brought back. */
const store = async (
  { mount, stepMs }: Used,
  file: string,
  io: Io,
): Promise<Pick<CacheMountResult, 'kept' | 'bytes'>> => {
  const content = await io.files.readArchive(file)
  if (content === undefined) return { kept: 'failed' }
  const { digest, bytes } = content
  if (digest === mount.restored?.digest) return { kept: 'unchanged', bytes }
  if (bytes > MAX_BYTES) {
    io.actions.warning({
      title: 'Cache mounts',
      message: `${mount.name} holds ${renderBytes(bytes)} and is not kept; at most ${renderBytes(MAX_BYTES)} are`,
    })
    return { kept: 'too-large', bytes }
  }
  await io.files.move(file, mount.file)
  const emptyMs = mount.restored === undefined ? stepMs : mount.restored.emptyMs
  const saved = await io.actionsCache.save(mount.file, keyOf(mount, digest, emptyMs))
  if (saved.status === 'saved') return { kept: 'saved', bytes }
  const why = saved.status === 'failed' ? saved.reason : 'there is no Actions cache here'
  io.actions.info(`Cache mount ${mount.name} could not be stored: ${why}`)
  return { kept: 'failed', bytes }
}

/** Takes the mounts out of the builder in one build, and stores each; by name of the mount. */
const extract = async (
  used: readonly Used[],
  filled: FilledMounts,
  leg: LegBuild,
  io: Io,
): Promise<ReadonlyMap<string, Pick<CacheMountResult, 'kept' | 'bytes'>>> => {
  if (used.length === 0 || !filled.write) return new Map()
  const folder = await io.files.makeFolder('strata-mounts')
  const mounts = used.map(({ mount }) => mount)
  const dockerfile = (image: string): string => renderExtraction(mounts, image, filled.nonce)
  const output = `type=local,dest=${join(folder, 'out')}`
  const why = await runBuild({ dockerfile, folder, output, leg }, filled, io)
  if (why !== undefined) io.actions.warning({ title: 'Cache mounts', message: `they could not be kept: ${why}` })
  const kept = new Map<string, Pick<CacheMountResult, 'kept' | 'bytes'>>()
  for (const [index, each] of used.entries()) {
    const file = join(folder, 'out', archiveName(index))
    kept.set(each.mount.name, why === undefined ? await store(each, file, io) : { kept: 'failed' })
  }
  await io.files.removeFolder(folder)
  return kept
}

/** Keeps the files of the mounts whose steps ran for the next run, and says what all of it cost and brought. */
export const keepMounts = async (
  filled: FilledMounts,
  { leg, outcome }: { readonly leg: LegBuild; readonly outcome: LegOutcome },
  io: Io,
): Promise<CacheMountsResult> => {
  const startedAt = io.clock.now()
  const all = filled.mounts.map((mount): Used => {
    const ran = stepsThatRan(mount, outcome)
    return { mount, ran, stepMs: [...ran.values()].reduce((sum, { execMs }) => sum + execMs, 0) }
  })
  const used = all.filter(({ ran }) => ran.size > 0)
  const kept = await extract(used, filled, leg, io)
  const mounts = all.map(({ mount: { name, users, restored }, ran, stepMs }): CacheMountResult => {
    const layers = [...new Set(users.map(({ step }) => step.layer))]
    return {
      ...{ mount: name, layers, stepMs, kept: ran.size === 0 ? 'unused' : 'read-only', ...kept.get(name) },
      ...(restored === undefined ? {} : { restoredBytes: restored.bytes }),
      ...(restored?.emptyMs === undefined ? {} : { emptyMs: restored.emptyMs }),
    }
  })
  const gainMs = mountGain(all.map(({ ran }, index) => ({ steps: [...ran.keys()], mount: mounts[index] })))
  const costs = { restoreMs: filled.restoreMs, saveMs: elapsed(startedAt, io) }
  return { ...costs, ...(gainMs === undefined ? {} : { gainMs }), mounts }
}
