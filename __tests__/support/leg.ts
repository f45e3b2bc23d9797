import type { LegBuild, LegTarget } from '../../src/commands/building/bake-leg.ts'
import type { LegWork, LegWorkItem } from '../../src/commands/building/leg-work.ts'
import type { Io } from '../../src/io/io.ts'
import type { LegPrefix } from '../../src/plan/leg-cache.ts'
import type { BakeTarget } from '../../src/render/bake.ts'
import type { RenderItem } from '../../src/render/leg.ts'
import { BASE, stitched, type TestLayer } from '../render/dockerfile-fixture.ts'
import { samplePlan } from '../report/samples.ts'
import { literalIo, type Told } from './io.ts'
import { NO_OPTIONS, sampleWork } from './samples.ts'

/** Where the refs of test legs are. */
export const CACHE_REPOSITORY = 'ghcr.io/acme/cache'

/** A cache ref of test legs. */
export const refOf = (tag: string): string => `${CACHE_REPOSITORY}:${tag}`

/** A prefix of a layer in version 1.0, whose key and ref are called as the layer is. */
export const legPrefix = (layer: string, changes: Partial<LegPrefix> = {}): LegPrefix => ({
  ...{ key: `key-${layer}`, ref: refOf(layer), layer, variant: '1.0', stage: layer, mode: 'min' },
  ...{ writes: true, elsewhere: [], imports: [] },
  ...changes,
})

/** A work item with these layers on a base. */
export const legItem = (
  manifestId: string,
  layers: readonly TestLayer[] = [],
  platform = 'linux/amd64',
): LegWorkItem => ({
  item: sampleWork({ manifestId, platform }),
  dockerfile: stitched([BASE, ...layers], {}, platform),
  images: [`ghcr.io/acme/app:${manifestId}`],
  layers: [],
  bases: [],
})

/** What a leg builds, and what differs from nothing at all. */
export const legWork = (changes: Partial<LegWork> = {}): LegWork => ({
  plan: samplePlan(),
  kind: 'build',
  items: [],
  fragments: new Map(),
  access: { read: true, write: true, reason: 'a test' },
  chains: [],
  ...changes,
})

/** A target of a bake call that builds a Dockerfile. */
export const legTarget = (name: string, { dockerfile }: RenderItem, changes: Partial<BakeTarget> = {}): LegTarget => ({
  bake: {
    ...{ name, dockerfile: `/tmp/leg/${name}.Dockerfile`, context: '.', contexts: {}, platform: 'linux/amd64' },
    ...{ tags: [], annotations: [], outputs: ['type=cacheonly'], cacheFrom: [], cacheTo: [], extra: {} },
    ...changes,
  },
  ...{ dockerfile, title: `amd64 ${name}`, isItem: true },
})

/** A bake call over these targets. */
export const legBuild = (targets: readonly LegTarget[], changes: Partial<LegBuild> = {}): LegBuild => ({
  ...{ targets, collectors: [], options: NO_OPTIONS, builder: 'strata', folder: '/tmp/leg', allow: [], env: {} },
  signal: new AbortController().signal,
  withoutRefs: () => ({ targets, collectors: [] }),
  ...changes,
})

/** How a bake call ends: its exit code, what BuildKit streamed, and what Buildx wrote of each target. */
export type PlayedCall = { readonly code?: number; readonly stream?: Buffer; readonly metadata?: object }

/** A bake call as it was made, with the bake file that it was given. */
export type MadeCall = {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly file: string
}

const valueOf = (args: readonly string[], flag: string): string => args[args.indexOf(flag) + 1] ?? ''

/** An io whose Docker plays these calls one after the other. Further ones throw. */
export const playedIo = (
  plays: readonly PlayedCall[],
): {
  readonly io: Io
  readonly told: Told
  readonly calls: readonly MadeCall[]
  readonly texts: Map<string, string>
} => {
  const texts = new Map<string, string>()
  const { io, told } = literalIo(texts)
  const calls: MadeCall[] = []
  const run: Io['docker']['run'] = (args, { env, onStderr }) => {
    const play = plays[calls.length]
    if (play === undefined) throw new Error(`no call number ${calls.length + 1} was expected`)
    calls.push({ args, env, file: texts.get(valueOf(args, '--file')) ?? '' })
    onStderr(play.stream ?? Buffer.alloc(0))
    if (play.metadata !== undefined) texts.set(valueOf(args, '--metadata-file'), JSON.stringify(play.metadata))
    return Promise.resolve(play.code ?? 0)
  }
  const clock = { ...io.clock, every: () => () => undefined }
  return { io: { ...io, clock, docker: { ...io.docker, run } }, told, calls, texts }
}

/** Names of the targets in the bake file of a call. */
export const targetsOf = ({ file }: MadeCall): readonly string[] =>
  Object.keys((JSON.parse(file) as { readonly target: object }).target)
