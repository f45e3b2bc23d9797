import { closeSync, openSync, writeSync } from 'node:fs'
import type { FollowedTarget } from '../src/commands/building/follow-progress.ts'
import type { StitchedStep } from '../src/render/stitched.ts'

/*
 * A made-up progress stream in the shape of recorded ones (__tests__/fixtures/progress): one bake call of many targets,
 * in which a vertex that targets share is told once for each of them, by a name of its own and with clocks that differ a
 * little. However long it is, it is a stream of the same build: what grows is how much the steps print and pull.
 */

const PLATFORMS = 2
const CORES = 6
const LIGHTS = 2
const APPS = 8
/** Steps of each layer; `base` is FROM alone. */
const STEPS = { base: 1, security: 2, core: 8, light: 4, app: 10 }
const BLOBS = 6
/** Bytes of what is there however little the steps print and pull. */
const FRAME_BYTES = 9.5e6
/** Share of the rest that is progress of what is pulled; the other part is output. */
const PULLED = 0.6
const START = Date.parse('2026-11-22T18:00:00Z')

type Layer = keyof typeof STEPS

/** A vertex, and the targets that share it by number. */
type Step = {
  readonly digest: string
  readonly inputs: readonly string[]
  readonly layer: Layer
  readonly index: number
  readonly text: string
  readonly sharedBy: readonly number[]
}

type Random = () => number

/** Numbers from 0 to 1 that only depend on the seed (mulberry32). */
const createRandom = (seed: number): Random => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const hex = (random: Random, length: number): string =>
  Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('')

const digest = (random: Random): string => `sha256:${hex(random, 64)}`

const textOf = (layer: Layer, index: number, owner: string): string => {
  if (layer === 'base') return 'FROM registry.example/testbed/ubuntu:24.04@sha256:4f2ae9b1d0a8c6e3'
  if (index % 5 === 1) return `WORKDIR /opt/${layer}-${owner}`
  if (index % 5 === 2) return `COPY --from=${layer}.build /opt/${owner}/out ./out`
  return `RUN --mount=type=cache,target=/root/.cache install-${layer} --variant ${owner} --part ${index} && rm -rf /var/lib/apt/lists/*`
}

/** Which variants a target has, as the name that it shares with others. */
const ownerOf = (layer: Layer, target: number): string => {
  const depth = ['base', 'security', 'core', 'light', 'app'].indexOf(layer)
  const counts = [PLATFORMS, 1, CORES, LIGHTS, APPS].slice(0, depth + 1)
  const all = [PLATFORMS, 1, CORES, LIGHTS, APPS].reduce((product, count) => product * count, 1)
  const group = counts.reduce((product, count) => product * count, 1)
  return `v${Math.floor(target / (all / group))}`
}

const TARGETS = Array.from({ length: PLATFORMS * CORES * LIGHTS * APPS }, (_, target) => target)
const LAYERS: readonly Layer[] = ['base', 'security', 'core', 'light', 'app']

const growSteps = (random: Random): readonly Step[] =>
  LAYERS.flatMap((layer) =>
    [...Map.groupBy(TARGETS, (target) => ownerOf(layer, target))].flatMap(([owner, sharedBy]) =>
      Array.from({ length: STEPS[layer] }, (_, at) => ({
        ...{ digest: digest(random), inputs: [digest(random), digest(random)].slice(at % 2) },
        ...{ layer, index: at + 1, text: textOf(layer, at + 1, owner), sharedBy },
      })),
    ),
  )

/** Whether a step is not run: a base image, or one whose result comes from a cache. */
const isPulled = ({ layer, index }: Step): boolean =>
  layer === 'base' || layer === 'security' || (layer === 'core' && index % 2 === 0)

const nameOf = ({ layer, index, text }: Step, target: number): string =>
  `[t${target} ${layer} ${String(index).padStart(String(STEPS[layer]).length)}/${STEPS[layer]}] ${text}`

const stamp = (ms: number, nanoseconds: number): string =>
  new Date(START + ms).toISOString().replace('Z', `${String(nanoseconds % 1e6).padStart(6, '0')}Z`)

/** The clock of one target: that of BuildKit, a little off. */
const timeOf = (target: number, ms: number): string => stamp(ms + (target % 7), target * 7919)

type Line = (record: object) => void

const vertexOf = (step: Step, target: number, fields: object): object => ({
  ...{ digest: step.digest, inputs: step.inputs, name: nameOf(step, target) },
  ...fields,
})

/** Tells every target that shares a step of its vertex, some in a record of their own and some twice in one. */
const tellVertex = (step: Step, line: Line, fields: (target: number) => object): void => {
  for (const target of step.sharedBy) {
    const vertex = vertexOf(step, target, fields(target))
    line({ vertexes: target % 3 === 0 ? [vertex, vertex] : [vertex] })
  }
}

/** How far the blobs of a step have come; records of progress often tell of the vertex, too. */
const tellProgress = (step: Step, blobs: readonly string[], tick: number, ms: number, line: Line): void => {
  for (const target of step.sharedBy) {
    const times = { timestamp: timeOf(target, ms + tick * 100), started: timeOf(target, ms) }
    const statuses = blobs.map((id, at) => {
      const total = 3_000_000 * (at + 1)
      return { id, vertex: step.digest, total, current: Math.floor((total * tick) / (tick + 8)), ...times }
    })
    if (target % 3 !== 0) for (const status of statuses) line({ statuses: [status] })
    else line({ vertexes: [vertexOf(step, target, { started: timeOf(target, ms) })], statuses })
  }
}

const OUTPUT = [
  'Get:147 http://archive.example/ubuntu noble-updates/main amd64 libssl3t64 amd64 3.0.13-0ubuntu3.4 [1940 kB]\n',
  'Unpacking python3.12-minimal (3.12.3-1ubuntu0.3) over (3.12.3-1) ...\n',
  '  [ 43%] Building CXX object src/CMakeFiles/engine.dir/kernels/attention_forward.cc.o\n',
  'Downloading torch-2.9.1-cp312-cp312-manylinux_2_28_x86_64.whl (899.7 MB) ━━━━━━━━╸      412.0/899.7 MB 88.1 MB/s\r',
  'npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory.\n',
]

const tellOutput = (step: Step, ms: number, random: Random, line: Line): void => {
  const lines = Array.from({ length: 1 + Math.floor(random() * 4) }, () => OUTPUT[Math.floor(random() * OUTPUT.length)])
  const data = Buffer.from(lines.join('')).toString('base64')
  const stream = random() < 0.8 ? 1 : 2
  line({ logs: [{ vertex: step.digest, stream, data, timestamp: timeOf(step.sharedBy[0] ?? 0, ms) }] })
}

/** What the linter says of a target's Dockerfile, which comes with all of it and with its LLB. */
const tellWarning = (target: number, random: Random, line: Line): void => {
  const source = LAYERS.flatMap((layer) => textOf(layer, 3, ownerOf(layer, target))).join('\n')
  const sourceInfo = {
    ...{ filename: `t${target}.Dockerfile`, data: Buffer.from(source.repeat(8)).toString('base64') },
    definition: { def: [Buffer.from(hex(random, 1500)).toString('base64')], metadata: {} },
  }
  const short = Buffer.from('FromAsCasing: ‘as’ and ‘FROM’ keywords’ casing do not match').toString('base64')
  const range = [{ start: { line: 3 }, end: { line: 3 } }]
  line({ warnings: [{ vertex: digest(random), level: 1, short, detail: [short], sourceInfo, range }] })
}

/** A line writer that gathers what is written, and counts its bytes. */
const createWriter = (file: string) => {
  const handle = openSync(file, 'w')
  let [pieces, waiting, bytes] = [[] as string[], 0, 0]
  const flush = (): void => {
    bytes += writeSync(handle, pieces.join(''))
    ;[pieces, waiting] = [[], 0]
  }
  return {
    line: (record: object): void => {
      const text = `${JSON.stringify(record)}\n`
      pieces.push(text)
      if ((waiting += text.length) > 1e6) flush()
    },
    written: (): number => bytes + waiting,
    close: (): number => {
      flush()
      closeSync(handle)
      return bytes
    },
  }
}

/** One step from its start to its end: what is cached is pulled, and what runs prints. */
const tellStep = (step: Step, at: number, line: Line, work: () => void): void => {
  const loaded = isPulled(step) && step.layer !== 'base'
  const told = (from: number, fields: (target: number) => object = () => ({})): void => {
    tellVertex(step, line, (target) => ({ started: timeOf(target, from), ...fields(target) }))
  }
  told(at)
  if (loaded) told(at, (target) => ({ completed: timeOf(target, at + 1), cached: true }))
  const begun = loaded ? at + 2 : at
  if (loaded) told(begun)
  work()
  told(begun, (target) => ({ completed: timeOf(target, at + 4000) }))
}

/** Writes a stream of about that many bytes. The same seed makes the same stream. Returns its exact size. */
export const writeStream = (
  file: string,
  { bytes, seed }: { readonly bytes: number; readonly seed: number },
): number => {
  const random = createRandom(seed)
  const steps = growSteps(random)
  const { line, written, close } = createWriter(file)
  for (const step of steps) tellVertex(step, line, () => ({}))
  for (const target of TARGETS) tellWarning(target, random, line)
  const pulled = steps.filter(isPulled).length
  const rest = Math.max(0, bytes - FRAME_BYTES)
  for (const [at, step] of steps.entries()) {
    const pulls = isPulled(step)
    const room = pulls ? (rest * PULLED) / pulled : (rest * (1 - PULLED)) / (steps.length - pulled)
    const blobs = Array.from({ length: BLOBS }, () => digest(random))
    tellStep(step, at * 1000, line, () => {
      const end = written() + room
      for (let tick = 1; written() < end; tick++) {
        if (pulls) tellProgress(step, blobs, tick, at * 1000 + 2, line)
        else tellOutput(step, at * 1000 + tick * 20, random, line)
      }
    })
  }
  return close()
}

/** The targets of the stream's bake call with their steps, as the main job follows them. */
export const streamTargets = (seed: number): readonly FollowedTarget[] => {
  const steps = growSteps(createRandom(seed)).filter(({ layer }) => layer !== 'base')
  const lines = { start: 1, end: 1 }
  const places = TARGETS.map((): StitchedStep[] => [])
  for (const { layer, index, text, sharedBy } of steps) {
    const step = { stage: layer, index, text, layer, variant: 'v', file: `${layer}.Dockerfile`, lines, rendered: lines }
    for (const target of sharedBy) places[target]?.push(step)
  }
  return places.map((found, target) => ({ target: `t${target}`, steps: found, title: `amd64 image-${target}` }))
}
