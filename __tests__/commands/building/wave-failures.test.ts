import { describe, expect, test } from '@jest/globals'
import { NOTHING_BUILT, type LegOutcome } from '../../../src/commands/building/bake-leg.ts'
import type { BuiltLeg } from '../../../src/commands/building/leg-results.ts'
import type { LegWork } from '../../../src/commands/building/leg-work.ts'
import { dropFailedInWaves, tellFailures } from '../../../src/commands/building/wave-failures.ts'
import type { ArtifactDownload } from '../../../src/io/artifacts.ts'
import type { LegChain } from '../../../src/plan/leg-cache.ts'
import type { Failure } from '../../../src/progress/failures.ts'
import { renderLeg } from '../../../src/render/leg.ts'
import { folded, stack } from '../../progress/fixture.ts'
import { attributeSteps } from '../../../src/progress/attribute.ts'
import { samplePlan } from '../../report/samples.ts'
import { literalIo } from '../../support/io.ts'
import { legItem, legPrefix, legWork, refOf } from '../../support/leg.ts'
import { NO_OPTIONS, sampleLeg } from '../../support/samples.ts'

const WAVE = { id: 'wave-1-linux-amd64-1', name: 'amd64 · wave 1 · core' }
const SECURITY = legPrefix('security')
const CORE = legPrefix('core', { wave: WAVE })
const CUDA = legPrefix('cuda', { wave: { id: 'wave-1-linux-amd64-2', name: 'amd64 · wave 1 · cuda' } })
const [SERVE, TRAIN] = [legPrefix('serve'), legPrefix('train')]

const WORK = legWork({
  items: ['serve', 'train', 'serve_cuda'].map((id) => legItem(id)),
  chains: [
    [SECURITY, CORE, SERVE],
    [SECURITY, CORE, TRAIN],
    [SECURITY, CUDA, SERVE],
  ],
})

const DIGEST = WORK.plan.digest
const CORE_ARTIFACT = `strata-failed-${DIGEST}-wave-1-linux-amd64-1`
const CUDA_ARTIFACT = `strata-failed-${DIGEST}-wave-1-linux-amd64-2`

/** A run whose artifacts hold these texts, or could not be fetched for another reason. */
const worldOf = (artifacts: Readonly<Record<string, string | ArtifactDownload>> = {}) => {
  const texts = new Map<string, string>()
  const asked: string[] = []
  const stored: [string, string | undefined][] = []
  const { io, told } = literalIo(texts, {
    artifacts: {
      list: () => Promise.reject(new Error('a leg knows the names')),
      download: (name) => {
        asked.push(name)
        const kept = artifacts[name] ?? { status: 'missing' }
        if (typeof kept !== 'string') return Promise.resolve(kept)
        texts.set(`/tmp/${name}`, kept)
        return Promise.resolve({ status: 'found', file: `/tmp/${name}` })
      },
      upload: (name, file) => {
        stored.push([name, texts.get(file)])
        return Promise.resolve({ status: 'stored' })
      },
    },
  })
  return { io, told, asked, stored }
}

const known = (...tags: readonly string[]): ReadonlySet<string> => new Set(tags.map(refOf))

const failedKeys = (...keys: readonly string[]): string => JSON.stringify({ failed: keys })

const idsOf = ({ items }: LegWork): readonly string[] => items.map(({ item }) => item.manifestId)

const BUILT_HERE = [
  `core 1.0, which leg "${WAVE.name}" was to build, is not in the cache; it is built here`,
  'cuda 1.0, which leg "amd64 · wave 1 · cuda" was to build, is not in the cache; it is built here',
]

describe('dropFailedInWaves', () => {
  test.each<[string, LegWork, ReadonlySet<string>]>([
    ['the waves did what they were to do', WORK, known('core', 'cuda')],
    ['what stands on them is there', WORK, known('serve', 'train')],
    [
      'a further repository has it, where it was to be built',
      { ...WORK, chains: WORK.chains.map(() => [SECURITY, { ...CORE, elsewhere: [refOf('plain-core')] }, SERVE]) },
      known('plain-core'),
    ],
    ['no wave was to do anything', { ...WORK, chains: WORK.chains.map(() => [SECURITY, SERVE]) }, known()],
    ['refs are not named by content', { ...WORK, chains: [] }, known()],
  ])('asks no leg, and keeps all, when %s', async (_, work, refs) => {
    const { io, told, asked } = worldOf()
    await expect(dropFailedInWaves(work, refs, io)).resolves.toEqual({ work, dropped: [] })
    expect(asked).toEqual([])
    expect(told.infos).toEqual([])
  })

  test('leaves out the work items whose prefix failed, with their chains', async () => {
    const { io, told, asked } = worldOf({ [CORE_ARTIFACT]: failedKeys(CORE.key) })
    const { work, dropped } = await dropFailedInWaves(WORK, known('security', 'cuda'), io)
    expect(idsOf(work)).toEqual(['serve_cuda'])
    expect(work.chains).toEqual([WORK.chains[2]])
    expect(dropped.map(({ item, reason }) => [item.item.manifestId, reason])).toEqual([
      ['serve', `core 1.0 failed in leg "${WAVE.name}"`],
      ['train', `core 1.0 failed in leg "${WAVE.name}"`],
    ])
    // once, although two work items miss it
    expect(asked).toEqual([CORE_ARTIFACT])
    expect(told.infos).toEqual([])
  })

  test('builds here what is missing for another reason, and says so once', async () => {
    const { io, told, asked } = worldOf({ [CORE_ARTIFACT]: failedKeys('key-of-something-else') })
    const { work, dropped } = await dropFailedInWaves(WORK, known('security'), io)
    expect(idsOf(work)).toEqual(idsOf(WORK))
    expect(dropped).toEqual([])
    expect(asked).toEqual([CORE_ARTIFACT, CUDA_ARTIFACT])
    expect(told.infos).toEqual(BUILT_HERE)
  })

  test('can leave out all', async () => {
    const failed = { [CORE_ARTIFACT]: failedKeys(CORE.key), [CUDA_ARTIFACT]: failedKeys(CUDA.key) }
    const { work, dropped } = await dropFailedInWaves(WORK, known(), worldOf(failed).io)
    expect(work).toMatchObject({ items: [], chains: [] })
    expect(dropped).toHaveLength(3)
  })

  test.each<[string, string | ArtifactDownload]>([
    ['is not there', { status: 'missing' }],
    ['cannot be asked for', { status: 'unavailable' }],
    ['could not be fetched', { status: 'failed', reason: 'ECONNREFUSED' }],
    ['is no JSON', 'x'],
    ['is something else', '[]'],
    ['says nothing', '{}'],
    ['says something else', '{"failed":"key-core"}'],
    ['holds no keys', '{"failed":[1,null]}'],
  ])('builds here when what the wave says %s', async (_, artifact) => {
    const { io, told } = worldOf({ [CORE_ARTIFACT]: artifact })
    const { dropped } = await dropFailedInWaves(WORK, known('security', 'cuda'), io)
    expect(dropped).toEqual([])
    expect(told.infos).toEqual(BUILT_HERE.slice(0, 1))
  })
})

/** A wave leg over the targets of the recordings, of which some failed. */
const builtLeg = (
  changes: Partial<BuiltLeg>,
  outcome: Partial<LegOutcome>,
  chains: readonly LegChain[] = [],
): BuiltLeg => {
  const refs = { items: [], prefixes: [] }
  const cache = { access: WORK.access, refs, from: [], to: [], home: '/cache' }
  const settings = { cache, push: false, load: false, attests: [], driver: 'docker', folder: '/tmp/leg', context: '.' }
  const rendered = renderLeg([], settings)
  return {
    work: { ...WORK, chains, leg: sampleLeg({ id: WAVE.id, kind: 'wave' }) },
    dropped: [],
    known: new Set(),
    written: {
      ...{ folder: '/tmp/leg', rendered, options: NO_OPTIONS, renderWith: () => rendered },
      secrets: { specs: [], env: {}, files: [], values: [] },
    },
    outcome: { result: NOTHING_BUILT, metadata: {}, failed: new Map(), broken: new Set(), checks: [], ...outcome },
    disagreed: { steps: 0, refs: [] },
    used: { builder: { name: 'strata', driver: 'docker-container' }, buildx: 'v0.36.1', emulated: [] },
    ...changes,
  }
}

const FAILURE: Failure = { step: undefined, targets: [], error: 'no', logTail: [] }

const failedOf = (...targets: readonly string[]): ReadonlyMap<string, Failure> =>
  new Map(targets.map((target) => [target, FAILURE]))

/** The recorded leg, as if the first step of this layer had failed in a target. */
const resultWith = (layer: string, target: string): LegOutcome['result'] => {
  const result = attributeSteps(folded('cold'), stack)
  const targets = result.targets.map((each) => {
    if (each.target !== target) return each
    const first = each.steps.findIndex(({ step }) => step.layer === layer)
    return {
      ...each,
      steps: each.steps.map((step, index) => (index === first ? { ...step, outcome: 'failed' as const } : step)),
    }
  })
  return { ...result, targets }
}

describe('tellFailures', () => {
  const [APP, BATCH] = [legPrefix('app'), legPrefix('app', { key: 'key-batch' })]
  const CHAINS: readonly LegChain[] = [
    [SECURITY, CORE, APP],
    [SECURITY, CORE, BATCH],
  ]

  test.each<[string, BuiltLeg]>([
    ['in a wave where all went well', builtLeg({}, {}, CHAINS)],
    [
      'in a leg for which nobody waits',
      builtLeg({ work: { ...WORK, leg: sampleLeg() } }, { failed: failedOf('t0') }, CHAINS),
    ],
    ['in a run that is one leg', builtLeg({ work: WORK }, { failed: failedOf('t0') }, CHAINS)],
  ])('says nothing %s', async (_, built) => {
    const { io, stored } = worldOf()
    await tellFailures(built, io)
    expect(stored).toEqual([])
  })

  test.each<[string, Partial<LegOutcome>, readonly string[]]>([
    [
      'the layer whose step failed, and those above',
      { failed: failedOf('t0'), result: resultWith('core', 't0') },
      ['key-core', 'key-app'],
    ],
    ['the top alone', { failed: failedOf('t1'), result: resultWith('app', 't1') }, ['key-batch']],
    [
      'the whole chain',
      { failed: failedOf('t0'), result: resultWith('security', 't0') },
      ['key-security', 'key-core', 'key-app'],
    ],
    ['the top where no step is to blame', { failed: failedOf('t0') }, ['key-app']],
    ['each prefix once', { failed: failedOf('t0', 't1'), result: resultWith('app', 't0') }, ['key-app', 'key-batch']],
    ['nothing for a target that is no prefix of its own', { failed: failedOf('p0') }, []],
  ])('names %s', async (_, outcome, keys) => {
    const { io, stored } = worldOf()
    await tellFailures(builtLeg({}, outcome, CHAINS), io)
    expect(stored).toEqual([[CORE_ARTIFACT, failedKeys(...keys)]])
  })

  test('tells what the legs that wait understand', async () => {
    const { io, stored } = worldOf()
    const built = builtLeg({}, { failed: failedOf('t0'), result: resultWith('core', 't0') }, CHAINS)
    await tellFailures({ ...built, work: { ...built.work, plan: samplePlan() } }, io)
    const artifacts = Object.fromEntries(stored.map(([name, text]) => [name, text ?? '']))
    const { dropped } = await dropFailedInWaves(WORK, known('security', 'cuda'), worldOf(artifacts).io)
    expect(dropped.map(({ item }) => item.item.manifestId)).toEqual(['serve', 'train'])
  })
})
