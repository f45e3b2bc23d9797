import { hash } from 'node:crypto'
import type { MissReason } from '../../src/records/reason.ts'
import type { CompatibilityRecord, RecordLayer, RecordStep } from '../../src/records/record.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { samplePlan } from '../report/samples.ts'
import { sampleLayer, sampleLeg, sampleWork } from './samples.ts'

/** A run that is made up: how large it is, and what of it was cold. */
export type RunShape = {
  readonly seed: number
  readonly platforms: readonly string[]
  readonly cores: number
  readonly apps: number
  /** Legs of the final build for each platform. */
  readonly legs: number
  /** Whether a wave builds the cores before. */
  readonly wave: boolean
  /** Why a layer ran; a layer without a reason came from cache. Layers above one that ran run, too. */
  readonly cold: (layer: string, variant: string) => MissReason | undefined
  readonly run: { readonly id: string; readonly attempt: number; readonly startedAt: string }
}

const FACTORY = { factory: 'strata.yaml', name: 'llm-factory' }

/** Everything came from cache. */
export const WARM = (): undefined => undefined

/** Nothing was ever built. */
export const FIRST = (): MissReason => ({ kind: 'first-build', evidence: ['no record of an earlier build'] })

/** A small run, and what differs from it. */
export const sampleShape = (changes: Partial<RunShape> = {}): RunShape => ({
  ...{ seed: 1, platforms: ['linux/amd64', 'linux/arm64'], cores: 2, apps: 4, legs: 2, wave: true, cold: WARM },
  run: { id: '8123', attempt: 1, startedAt: '2026-11-22T15:39:57.000Z' },
  ...changes,
})

/** Numbers from 0 to 1 that are the same for every run of a test (mulberry32). */
const chance = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    const more = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32
  }
}

const STEPS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  security: ['RUN apt-get update && apt-get upgrade -y', 'COPY policy/limits.conf /etc/security/limits.d/'],
  core: ['RUN pip install --no-cache-dir numpy==2.3.4', 'RUN pip install --no-cache-dir torch', 'WORKDIR /opt/core'],
  light: ['COPY runtime/bin /usr/local/bin'],
  app: ['WORKDIR /app', 'COPY . /app', 'RUN make -C /app install'],
}

const LAYERS = Object.keys(STEPS)

/** Expected time of a step, ms. */
const costOf = (text: string): number => (text.startsWith('RUN') ? 30_000 : text.startsWith('COPY') ? 1_000 : 100)

const after = (iso: string, ms: number): string => new Date(Date.parse(iso) + ms).toISOString()

/** What a manifest is made of, bottom to top. */
const chainOf = (core: number, app: number): readonly string[] => [
  ...['ubuntu-24.04', '1.0.0', `0.${core}.0`, '0.1.0', `app-${app}`],
]

type Job = { readonly id: string; readonly name: string; readonly platform: string; readonly startedAt: string }

/** Steps that run run in the first leg that has them, as in one bake call; others find them in the cache. */
const makeLayers = (
  shape: RunShape,
  job: Job,
  variants: readonly string[],
  owners: Map<string, string>,
): readonly RecordLayer[] => {
  const random = chance(shape.seed + variants.join().length)
  let root: { readonly layer: string; readonly variant: string; readonly reason: MissReason } | undefined
  let at = job.startedAt
  return variants.map((variant, index): RecordLayer => {
    const layer = LAYERS[index] ?? ''
    const texts = STEPS[layer] ?? []
    const reason = shape.cold(layer, variant)
    if (root === undefined && reason !== undefined && texts.length > 0) root = { layer, variant, reason }
    const chain = variants.slice(0, index + 1)
    const key = hash('sha256', [job.platform, ...chain, root === undefined ? 'old' : shape.run.id].join())
    const owner = owners.get(key) ?? job.id
    owners.set(key, owner)
    const ran = root !== undefined && owner === job.id
    const steps = texts.map((text, position): RecordStep => {
      const execMs = ran ? Math.round(costOf(text) * (0.5 + random())) : 0
      const loadMs = ran ? 0 : Math.round(100 * random())
      const startedAt = at
      at = after(at, execMs + loadMs)
      const [line, downloadedBytes] = [position + 3, ran ? 0 : 1_000_000]
      return { line, text, outcome: ran ? 'run' : 'hit', execMs, loadMs, downloadedBytes, startedAt, completedAt: at }
    })
    const own = root?.layer === layer ? root.reason : reasonAbove(root)
    return {
      ...{ layer, variant, steps, costMs: texts.reduce((sum, text) => sum + costOf(text), 0), measured: 0.5 },
      ...(texts.length === 0 ? {} : { key, ref: `ghcr.io/acme/llm-factory-cache:${layer}-${key.slice(0, 16)}` }),
      ...(texts.length === 0
        ? {}
        : { fragment: { file: `fragments/${layer}/${variant}.Dockerfile`, digest: key.slice(0, 16) } }),
      inputs: [{ kind: 'fragment', name: `fragments/${layer}/${variant}.Dockerfile`, digest: key.slice(0, 16) }],
      ...(ran && own !== undefined ? { reason: own } : {}),
    }
  })
}

const reasonAbove = (
  root: { readonly layer: string; readonly variant: string; readonly reason: MissReason } | undefined,
): MissReason | undefined => {
  if (root === undefined) return undefined
  if (root.reason.kind === 'first-build') return root.reason
  const { layer, variant } = root
  return { kind: 'parent', subject: `${layer}/${variant}`, evidence: [`${layer} changed`], root: { layer, variant } }
}

const makeRecord = (
  shape: RunShape,
  job: Job,
  variants: readonly string[],
  owners: Map<string, string>,
): CompatibilityRecord => {
  const layers = makeLayers(shape, job, variants, owners)
  const steps = layers.flatMap((layer) => layer.steps)
  const isItem = variants.length === LAYERS.length
  const name = isItem ? `${variants[4]}-${variants[2]}` : `core-${variants.at(-1)}-${layers.at(-1)?.key?.slice(0, 8)}`
  const ended = steps.at(-1)?.completedAt ?? job.startedAt
  const run = steps.some(({ outcome }) => outcome === 'run')
  return {
    ...{ version: 1, kind: isItem ? 'work-item' : 'prefix', manifest_id: name, aliases: [], platform: job.platform },
    ...FACTORY,
    run: {
      ...shape.run,
      url: `https://github.com/acme/factory/actions/runs/${shape.run.id}`,
      ...{ workflow: 'images', event: 'push', branch: 'main', commit: '3f9c0a1b2c3d4e5f3f9c0a1b2c3d4e5f3f9c0a1b' },
      ...{ leg: job.id, legName: job.name, pool: job.platform },
      startedAt: job.startedAt,
      finishedAt: after(ended, 5_000),
    },
    builder: {
      ...{ name: 'strata', driver: 'docker-container', buildkit: 'v0.32.2', buildx: 'v0.36.1' },
      emulated: job.platform !== 'linux/amd64',
    },
    strategy: 'layer',
    images: [{ reference: 'ubuntu:24.04', digest: `sha256:${'a'.repeat(64)}` }],
    ...{ verdict: 'built', downloadedBytes: 0 },
    published: isItem ? [`ghcr.io/acme/llm-factory:${name}`] : [],
    ...(isItem ? { digest: `sha256:${hash('sha256', name)}` } : {}),
    layers,
    cacheFrom: layers.flatMap(({ ref }) => (ref === undefined ? [] : [{ ref, ms: 40 }])),
    cacheTo: layers.flatMap(({ ref, layer, reason }) =>
      ref === undefined || reason === undefined
        ? []
        : [{ ref, layer, written: true, bytes: 2_000_000, addedBytes: 1_500_000, ms: 800 }],
    ),
    totalSteps: steps.length,
    cachedSteps: steps.filter(({ outcome }) => outcome === 'hit').length,
    durationMs: Date.parse(ended) - Date.parse(job.startedAt),
    exportMs: run ? 3_000 : 1_000,
  }
}

const shortOf = (platform: string): string => platform.replace('linux/', '')

const slugOf = (platform: string): string => platform.replaceAll('/', '-')

const waveJob = (shape: RunShape, platform: string): Job => ({
  ...{ id: `wave-1-${slugOf(platform)}-1`, name: `${shortOf(platform)} · wave 1 · mixed`, platform },
  startedAt: shape.run.startedAt,
})

const buildJob = (shape: RunShape, platform: string, slot: number): Job => ({
  ...{ id: `${slugOf(platform)}-${slot + 1}`, name: `${shortOf(platform)} · mixed · ${slot + 1}`, platform },
  startedAt: after(shape.run.startedAt, shape.wave ? 120_000 : 0),
})

type Combination = { readonly platform: string; readonly core: number; readonly app: number; readonly slot: number }

const combinationsOf = ({ platforms, cores, apps, legs }: RunShape): readonly Combination[] =>
  platforms.flatMap((platform) =>
    Array.from({ length: cores * apps }, (_, index) => ({
      ...{ platform, core: index % cores, app: Math.floor(index / cores) },
      slot: index % legs,
    })),
  )

/** The records of a run: for each platform a wave for the cores, then legs that take its work items in turn. */
export const generateRun = (shape: RunShape): readonly CompatibilityRecord[] => {
  const owners = new Map<string, string>()
  const cores = Array.from({ length: shape.cores }, (_, core) => core)
  const waves = !shape.wave
    ? []
    : shape.platforms.flatMap((platform) =>
        cores.map((core) => makeRecord(shape, waveJob(shape, platform), chainOf(core, 0).slice(0, 3), owners)),
      )
  const items = combinationsOf(shape).map(({ platform, core, app, slot }) =>
    makeRecord(shape, buildJob(shape, platform, slot), chainOf(core, app), owners),
  )
  return [...waves, ...items]
}

/** The plan that such a run follows. */
export const planOf = (shape: RunShape): Plan => {
  const combinations = combinationsOf(shape)
  const items = combinations.map(({ platform, core, app }) => {
    const variants = chainOf(core, app)
    const layers = variants.map((variant, index) => sampleLayer({ layer: LAYERS[index] ?? '', variant }))
    return sampleWork({ manifestId: `${variants[4]}-${variants[2]}`, platform, layers })
  })
  const planned = (job: Job, kind: 'wave' | 'build') =>
    sampleLeg({ id: job.id, name: job.name, platform: job.platform, pool: job.platform, kind })
  const legs = shape.platforms.flatMap((platform) =>
    Array.from({ length: shape.legs }, (_, slot) => ({
      leg: planned(buildJob(shape, platform, slot), 'build'),
      items: combinations.flatMap((each, index) => (each.platform === platform && each.slot === slot ? [index] : [])),
      ...{ writes: [], repeats: [] },
    })),
  )
  const wave = shape.platforms.map((platform) => ({
    ...{ leg: planned(waveJob(shape, platform), 'wave'), items: [], writes: [], repeats: [] },
  }))
  return samplePlan({ items, tops: items.map(() => null), legs, waves: shape.wave ? [wave] : [] })
}
