import { describe, expect, test } from '@jest/globals'
import type { LegOutcome } from '../../../src/commands/building/bake-leg.ts'
import { healRefs } from '../../../src/commands/building/heal.ts'
import type { LegWork } from '../../../src/commands/building/leg-work.ts'
import { attributeSteps } from '../../../src/progress/attribute.ts'
import type { Failure } from '../../../src/progress/failures.ts'
import type { BuildOptions } from '../../../src/render/bake.ts'
import { folded, stack } from '../../progress/fixture.ts'
import { legBuild, legItem, legPrefix, legWork, playedIo, refOf, targetsOf } from '../../support/leg.ts'
import { NO_OPTIONS } from '../../support/samples.ts'

const LAYERS = ['security', 'core', 'app'].map((layer) => ({ layer, text: `RUN ${layer}\n` }))
const [SECURITY, CORE, SERVE, BATCH] = [
  legPrefix('security'),
  legPrefix('core', { mode: 'max' }),
  legPrefix('app', { ref: refOf('serve') }),
  legPrefix('app', { ref: refOf('batch') }),
]

/** The work items of the recordings: `t0` (serve) and `t1` (batch) on one platform. */
const WORK = legWork({
  items: [legItem('serve', LAYERS), legItem('batch', LAYERS)],
  chains: [
    [SECURITY, CORE, SERVE],
    [SECURITY, CORE, BATCH],
  ],
})

const outcomeOf = (recording: string, changes: Partial<LegOutcome> = {}): LegOutcome => ({
  result: attributeSteps(folded(recording), stack),
  ...{ metadata: {}, failed: new Map(), broken: new Set(), checks: [] },
  ...changes,
})

const WRITTEN = { 'cache.manifest': 'sha256:a' }

type Case = {
  readonly known: readonly string[]
  readonly outcome?: LegOutcome
  readonly work?: LegWork
  readonly options?: Partial<BuildOptions>
}

const heal = async (
  { known, outcome = outcomeOf('cold'), work = WORK, options = {} }: Case,
  metadata?: object,
): Promise<{ readonly healing: Awaited<ReturnType<typeof healRefs>> } & ReturnType<typeof playedIo>> => {
  const world = playedIo(metadata === undefined ? [] : [{ metadata }])
  const leg = legBuild([], {
    options: { ...NO_OPTIONS, ...options },
    allow: ['fs.read=/tmp/leg'],
    env: { SECRET: 'x' },
  })
  const healing = await healRefs(work, { known: new Set(known.map(refOf)), leg, outcome }, world.io)
  return { ...world, healing }
}

const FAILURE: Failure = { step: undefined, targets: [], error: 'no', logTail: [] }

describe('healRefs', () => {
  test.each<[string, Case]>([
    ['no ref was there', { known: [] }],
    ['all steps came from the cache', { known: ['serve', 'batch'], outcome: outcomeOf('warm-local') }],
    [
      'a ref was found to be broken',
      { known: ['core'], outcome: outcomeOf('cold', { broken: new Set([refOf('core')]) }) },
    ],
    [
      'the work items failed, which tells nothing',
      { known: ['core'], outcome: outcomeOf('cold', { failed: new Map(['t0', 't1'].map((name) => [name, FAILURE])) }) },
    ],
    ['the cache was not read', { known: ['core'], work: { ...WORK, access: { ...WORK.access, read: false } } }],
    ['no cache was to be used', { known: ['core'], options: { noCache: true } }],
    ['none was to be used for some stages', { known: ['core'], options: { noCacheFilters: ['core'] } }],
    ['refs are not named by content', { known: ['core'], work: { ...WORK, chains: [] } }],
  ])('finds nothing when %s', async (_, given) => {
    const { healing, calls } = await heal(given)
    expect(healing).toEqual({ steps: 0, refs: [] })
    expect(calls).toEqual([])
  })

  test('writes every ref again that promised a step which ran, in one call', async () => {
    const { healing, calls } = await heal({ known: ['core'] }, { h0: WRITTEN, h1: WRITTEN })
    // `security` has one step, `core` three and as many in its auxiliary stage; both work items share them
    expect(healing).toEqual({
      steps: 7,
      refs: [
        { ref: refOf('security'), layer: 'security', variant: '1.0', written: true },
        { ref: refOf('core'), layer: 'core', variant: '1.0', written: true },
      ],
    })
    expect(calls).toHaveLength(1)
    const [call] = calls
    expect(call?.args).toEqual([
      ...['buildx', 'bake', '--builder', 'strata', '--file', '/tmp/leg/docker-bake.heal.json', '--progress=rawjson'],
      ...['--metadata-file', '/tmp/leg/docker-bake.heal.metadata.json', '--allow=fs.read=/tmp/leg'],
    ])
    expect(call?.env).toMatchObject({ SECRET: 'x' })
    expect(JSON.parse(call?.file ?? '')).toMatchObject({
      group: { default: { targets: ['h0', 'h1'] } },
      target: {
        h0: {
          dockerfile: '/tmp/leg/serve-linux-amd64.Dockerfile',
          target: 'security',
          'cache-to': [expect.stringMatching(`^type=registry,ref=${refOf('security')},mode=min,`)],
          output: ['type=cacheonly'],
        },
        h1: {
          target: 'core',
          'cache-to': [expect.stringMatching(`^type=registry,ref=${refOf('core')},mode=max,`)],
          output: ['type=cacheonly'],
        },
      },
    })
    // what it would import is what was wrong
    expect(call?.file).not.toContain('cache-from')
  })

  test('finds each ref once, of each work item its own', async () => {
    const { healing, calls } = await heal({ known: ['serve', 'batch'] }, {})
    expect(healing.refs.map(({ ref }) => ref)).toEqual(['security', 'core', 'serve', 'batch'].map(refOf))
    expect(calls.map(targetsOf)).toEqual([['h0', 'h1', 'h2', 'h3']])
  })

  test('leaves alone the refs below the first step that ran', async () => {
    const { targets, ...rest } = attributeSteps(folded('cold'), stack)
    const result = {
      ...rest,
      targets: targets.map((target) => ({
        ...target,
        steps: target.steps.map((step) => (step.step.layer === 'app' ? step : { ...step, outcome: 'hit' as const })),
      })),
    }
    const { healing } = await heal({ known: ['serve'], outcome: { ...outcomeOf('cold'), result } }, { h0: WRITTEN })
    expect(healing).toMatchObject({ steps: 2, refs: [{ ref: refOf('serve'), written: true }] })
    expect(healing.refs).toHaveLength(1)
  })

  test('says which refs did not arrive', async () => {
    const { healing } = await heal({ known: ['core'] }, { h0: {}, h1: WRITTEN })
    expect(healing.refs.map(({ layer, written }) => [layer, written])).toEqual([
      ['security', false],
      ['core', true],
    ])
  })

  test('a run that may not write only finds them', async () => {
    const { healing, calls } = await heal({
      known: ['core'],
      work: { ...WORK, access: { ...WORK.access, write: false } },
    })
    expect(healing).toMatchObject({ steps: 7, refs: [{ written: false }, { written: false }] })
    expect(calls).toEqual([])
  })
})
