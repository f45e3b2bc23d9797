import { hash } from 'node:crypto'
import { literalIo } from '../__tests__/support/io.ts'
import { imageFinderOf } from '../src/commands/planning/survey.ts'
import { growWork } from '../src/commands/planning/layer-facts.ts'
import { readFactory, readFragments } from '../src/commands/planning/sources.ts'
import { expandFactory } from '../src/factory/expand.ts'
import { prefixTags } from '../src/layers/cache-refs.ts'
import type { PlannedCache } from '../src/plan/cache.ts'
import { forecastOf } from '../src/plan/forecast.ts'
import { imagesOf, type PinnedImage } from '../src/plan/images.ts'
import { planPrefixes } from '../src/plan/plan-prefixes.ts'
import { makePlan, type Plan } from '../src/plan/plan.ts'
import { renderPlanFile } from '../src/plan/plan-file.ts'
import { cacheStates } from '../src/plan/prefixes.ts'
import { shareOut } from '../src/plan/work-graph.ts'

/*
 * node bench/plan-once.ts 1000     plans that many work items once, in a process of its own
 *
 * Prints what it took as JSON: ms, the bytes of the plan file, the highest memory of the process in MiB, and the ms of one
 * round trip of the same work items through JSON.
 */

const BASES = ['ubuntu', 'debian']
const PLATFORMS = ['linux/amd64', 'linux/arm64']
const CORES = 5
const LIGHTS = 5

const digestOf = (text: string): string => hash('sha256', text)

/** Every third of them is there. */
const everyThird = (tags: readonly string[]): ReadonlySet<string> => new Set(tags.filter((_, index) => index % 3 === 0))

const fragmentText = (layer: string, variant: number): string => `ARG VERSION=1
ENV ${layer.toUpperCase()}_VERSION=$VERSION
WORKDIR /srv
COPY ${layer}/${variant} /srv/${layer}
RUN install-${layer} --variant ${variant} --version "$VERSION"
LABEL org.example.${layer}=${variant}
`

/** A factory of that many work items, as texts of files by path. One entry of `manifests` for each base. */
const factoryTexts = (count: number): Map<string, string> => {
  const counts = {
    security: 1,
    core: CORES,
    light: LIGHTS,
    app: count / (BASES.length * PLATFORMS.length * CORES * LIGHTS),
  }
  const texts = new Map<string, string>()
  const layers = Object.entries(counts).map(([layer, variants]) => {
    const lines = Array.from({ length: variants }, (_, index) => {
      const fragment = `fragments/${layer}/v${index}.Dockerfile`
      texts.set(fragment, fragmentText(layer, index))
      return `      v${index}: { fragment: ${fragment}, args: { VERSION: "${index}.0" } }`
    })
    return [`  ${layer}:`, '    variants:', ...lines].join('\n')
  })
  const bases = BASES.map((base) => `      ${base}: { from: "${base}:latest" }`)
  const entries = BASES.map(
    (base) => `  all-${base}: { base: ${base}, security: "*", core: "*", light: "*", app: "*" }`,
  )
  const head = ['version: 1', 'name: bench', 'registry: registry.example/bench', `platforms: [${PLATFORMS.join(', ')}]`]
  const text = [...head, 'layers:', '  base:', '    variants:', ...bases, ...layers, 'manifests:', ...entries, ''].join(
    '\n',
  )
  return texts.set('strata.yaml', text)
}

const pin = (reference: string): PinnedImage => ({
  ...{ reference, pinned: `${reference}@sha256:${digestOf(reference)}`, platforms: PLATFORMS },
  digest: `sha256:${digestOf(reference)}`,
  contents: Object.fromEntries(
    PLATFORMS.map((platform) => [platform, { digest: digestOf(`${reference} ${platform}`), bytes: 30e6 }]),
  ),
})

const CACHE: PlannedCache = {
  ...{ strategy: 'layer', ref: 'registry.example/bench-cache', pools: {} },
  access: { read: true, write: true, reason: 'a benchmark' },
}

/** All the work of the factory, with every third prefix warm. What it is found by is not needed any more then. */
const surveyWork = async (texts: Map<string, string>) => {
  const { io } = literalIo(texts)
  const factory = await readFactory('strata.yaml', io)
  const { items, excluded, aliases } = expandFactory(factory)
  const fragments = await readFragments(items, io)
  const finder = imageFinderOf(fragments, items)
  const needs = imagesOf(
    items.map((item) => ({ item, images: finder.ofItem(item) })),
    fragments,
  )
  const images = needs.map(({ reference }) => pin(reference))
  const { tree, imageKeys, files } = growWork({ items, fragments, finder, images, context: '.', cache: CACHE }, io)
  const tags = prefixTags(tree.prefixes)
  const known = everyThird(tags)
  const states = cacheStates(
    tree,
    tags.map((tag) => [tag]),
    { exists: (tag) => known.has(tag), earlier: () => [] },
  )
  const work = planPrefixes({ items, tree, tags, states, images, times: new Map(), reasons: [] })
  return { factory, excluded, aliases, images, imageKeys, files, work }
}

/** What the plan command does, but for asking registries. */
const planOnce = async (texts: Map<string, string>): Promise<Plan> => {
  const { factory, excluded, aliases, images, imageKeys, files, work } = await surveyWork(texts)
  const schedule = shareOut(
    work,
    { cache: CACHE, handsOn: true },
    {
      ...{ maxLegs: 256, maxParallel: 20, maxLegMs: 300 * 60_000, maxLegBytes: 14 * 1024 ** 3, maxLegTargets: 200 },
      ...{ waves: 'auto', repeat: 'cheap', legStartMs: 30_000 },
    },
  )
  const { bytes: _, ...planned } = work
  return makePlan({
    ...{ plannedAt: '2026-11-22T15:39:57.000Z', factory: 'strata.yaml', name: factory.name, context: '.' },
    ...{ cache: CACHE, builders: {} },
    ...{ images, files, imageKeys, ...planned, excluded, aliases, unchanged: [] },
    ...{ forecast: forecastOf(planned, schedule), schedule, pools: factory.pools },
  })
}

const timed = async <T>(work: () => Promise<T> | T): Promise<{ readonly value: T; readonly ms: number }> => {
  const began = performance.now()
  const value = await work()
  return { value, ms: performance.now() - began }
}

const count = Number(process.argv[2])
const texts = factoryTexts(count)
const planned = await timed(async () => {
  const plan = await planOnce(texts)
  let bytes = 0
  for (const piece of renderPlanFile(plan)) bytes += Buffer.byteLength(piece)
  return { plan, bytes }
})
const { plan, bytes } = planned.value
if (plan.items.length !== count) throw new Error(`${plan.items.length} work items were planned instead of ${count}`)
const peakMiB = process.resourceUsage().maxRSS / 1024
const json = await timed(() => (JSON.parse(JSON.stringify(plan.items)) as unknown[]).length)
process.stdout.write(`${JSON.stringify({ ms: planned.ms, bytes, peakMiB, jsonMs: json.ms })}\n`)
