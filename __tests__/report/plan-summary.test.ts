import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Leg, PlannedLeg } from '../../src/plan/leg.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { SUMMARY_LIMIT_BYTES } from '../../src/report/document.ts'
import { renderPlanSummary } from '../../src/report/plan-summary.ts'
import { NO_FORECAST, sampleLayer, sampleLeg, samplePrefix, sampleWork } from '../support/samples.ts'
import { expectGolden } from './golden.ts'
import { anyText, HOSTILE, pipesByRow, withoutCode } from './hostile.ts'
import { samplePlan } from './samples.ts'

const MINUTE = 60_000

const planned = (name: string, changes: Partial<PlannedLeg> = {}, leg: Partial<Leg> = {}): PlannedLeg => ({
  leg: sampleLeg({ id: name, name, ...leg }),
  ...{ items: [], writes: [], repeats: [] },
  ...changes,
})

const IDS = ['llm_factory', 'core_only', 'train', 'train_small', 'serve', 'serve_small', 'explore']

const EXCLUDED = {
  manifestId: 'serve-cuda-debian',
  reason: 'needs a CUDA base',
  place: { file: 'strata.yaml', line: 41, column: 5 },
}

const steps = (count: number, unpinned: readonly string[] = []): Plan['contents'][number] => ({
  ...{ steps: count, inputs: [], auxiliary: false, unpinned },
})

const layersOf = (...variants: readonly string[]) =>
  variants.map((variant, index) => sampleLayer({ layer: ['base', 'core', 'app'][index] ?? '', variant }))

/** Seven images of one core, all known, and one on another platform where nothing is. */
const PLAN = samplePlan({
  items: [
    ...IDS.map((manifestId) => sampleWork({ manifestId, layers: layersOf('ubuntu-24.04', '0.1.0', manifestId) })),
    sampleWork({
      ...{ manifestId: 'llm_factory_cuda', platform: 'linux/arm64' },
      layers: layersOf('cuda-12', '0.2.0-cuda'),
    }),
  ],
  prefixes: [
    samplePrefix({ state: 'warm' }),
    ...IDS.slice(2).map((variant, index) =>
      samplePrefix({
        parent: 0,
        layer: 'app',
        variant,
        item: index + 2,
        content: 1,
        state: index === 0 ? 'cold' : 'warm',
      }),
    ),
    samplePrefix({ platform: 'linux/arm64', variant: '0.2.0-cuda', item: 7, content: 2 }),
  ],
  tops: [0, 0, 1, 2, 3, 4, 5, 6],
  contents: [steps(4), steps(2), steps(5, ['fragments/core/cuda.Dockerfile:9 ADD https://example.com/cuda.run'])],
  legs: [
    planned('amd64 · 7 images', { items: IDS.map((_, index) => index), writes: [1] }),
    planned(
      'arm64 · llm_factory_cuda',
      { items: [7], writes: [6] },
      { platform: 'linux/arm64', 'runs-on': ['self-hosted', 'bigdisk'] },
    ),
  ],
  forecast: {
    ...{ positions: 43, unique: 19, shared: 4, warm: 12, cold: 7, repeated: 0 },
    ...{ expectedMs: 14 * MINUTE, lowerBoundMs: 12 * MINUTE, runnerMs: 17 * MINUTE, measured: 0.4 },
  },
  images: [
    {
      reference: 'ubuntu:24.04',
      pinned: `docker.io/library/ubuntu:24.04@sha256:${'0a1b2c3d'.repeat(8)}`,
      digest: `sha256:${'0a1b2c3d'.repeat(8)}`,
      platforms: ['linux/amd64', 'linux/arm64'],
      contents: {},
    },
    {
      ...{ reference: 'registry.example/base:1', pinned: 'registry.example/base:1' },
      ...{ platforms: ['linux/arm64'], contents: {} },
    },
  ],
  excluded: [EXCLUDED],
})

/** Two shared prefixes on two platforms are built in waves, one of them twice, and one image is there already. */
const WAVES = samplePlan({
  items: ['linux/amd64', 'linux/arm64'].flatMap((platform) =>
    ['serve', 'train'].map((app) =>
      sampleWork({ manifestId: app, platform, layers: layersOf('ubuntu-24.04', '0.1.0', app) }),
    ),
  ),
  prefixes: ['linux/amd64', 'linux/arm64'].flatMap((platform, index) => [
    samplePrefix({ platform, item: index * 2 }),
    samplePrefix({ platform, parent: index * 3, layer: 'app', variant: 'serve', item: index * 2, content: 1 }),
    samplePrefix({ platform, parent: index * 3, layer: 'app', variant: 'train', item: index * 2 + 1, content: 1 }),
  ]),
  tops: [1, 2, 4, 5],
  contents: [steps(3), steps(1)],
  waves: [
    [
      planned('amd64 · wave 1 · 0.1.0', { writes: [0] }, { kind: 'wave' }),
      planned('arm64 · wave 1 · 0.1.0', { writes: [3] }, { kind: 'wave', platform: 'linux/arm64' }),
    ],
  ],
  legs: [
    planned('amd64 · 0.1.0 · 2 images', { items: [0, 1], writes: [1, 2] }),
    planned('arm64 · serve', { items: [2], writes: [4], repeats: [3] }, { platform: 'linux/arm64' }),
    planned('arm64 · train', { items: [3], writes: [5], repeats: [3] }, { platform: 'linux/arm64' }),
  ],
  forecast: {
    ...{ positions: 16, unique: 10, shared: 6, warm: 0, cold: 10, repeated: 6 },
    ...{ expectedMs: 31 * MINUTE, lowerBoundMs: 25 * MINUTE, runnerMs: 125 * MINUTE, measured: 0 },
  },
  unchanged: [{ manifestId: 'core_only', platform: 'linux/amd64', image: 'ghcr.io/acme/llm-factory' }],
})

/** Twelve cores of twenty apps each. */
const largePlan = (): Plan => {
  const chains = Array.from({ length: 12 }, (_, core) =>
    Array.from({ length: 20 }, (__, app) => ({ core, app })),
  ).flat()
  return samplePlan({
    items: chains.map(({ core, app }) =>
      sampleWork({ manifestId: `a${app}-c${core}`, layers: layersOf('debian-13', `c${core}`, `a${app}`) }),
    ),
    prefixes: Array.from({ length: 12 }, (_, core) => [
      samplePrefix({ variant: `c${core}`, item: core * 20, state: 'warm' }),
      ...Array.from({ length: 20 }, (__, app) =>
        samplePrefix({
          ...{ parent: core * 21, layer: 'app', variant: `a${app}`, item: core * 20 + app, content: 1 },
          state: app < core ? 'warm' : 'cold',
        }),
      ),
    ]).flat(),
    tops: chains.map(({ core, app }) => core * 21 + 1 + app),
    contents: [steps(3), steps(2)],
    forecast: { ...NO_FORECAST, positions: 1_200, unique: 516, shared: 36, warm: 168, cold: 348, measured: 1 },
  })
}

/** A plan in which every name is this text. */
const hostilePlan = (text: string): Plan =>
  samplePlan({
    ...PLAN,
    name: text,
    factory: text,
    items: [sampleWork({ manifestId: text, layers: layersOf(text, text) })],
    prefixes: [samplePrefix({ variant: text, layer: text }), samplePrefix({ variant: text, parent: 0 })],
    tops: [1],
    contents: [steps(1, [text])],
    waves: [[planned(text, { writes: [0] })]],
    legs: [planned(text, { items: [0], repeats: [0], writes: [1] }, { platform: text, 'runs-on': text })],
    excluded: [{ ...EXCLUDED, manifestId: text, reason: text }],
    unchanged: [{ manifestId: text, platform: text, image: text }],
  })

const SHAPE = pipesByRow(renderPlanSummary(hostilePlan('tame')))
const withoutDiagrams = (markdown: string): string => markdown.replaceAll(/^```mermaid\n[\s\S]*?\n```$/gm, '')

describe('renderPlanSummary', () => {
  test('reads as the golden files do', () => {
    expectGolden(renderPlanSummary(PLAN), 'plan.md')
    expectGolden(renderPlanSummary(samplePlan()), 'plan-nothing.md')
    expectGolden(renderPlanSummary(WAVES), 'plan-waves.md')
    expectGolden(renderPlanSummary(largePlan()), 'plan-large.md')
  })

  test.each([
    [{ measured: 0 }, 'Expected time about 14 min (expected from defaults);'],
    [{ measured: 0.004 }, 'Expected time about 14 min (1% of it from measured times);'],
    [{ measured: 1 }, 'Expected time about 14 min (from measured times);'],
    [{ cold: 0, repeated: 0 }, 'Expected time about 14 min; no schedule could beat about 12 min.'],
  ])('says what its forecast rests on: %j', (changes, expected) => {
    expect(renderPlanSummary({ ...PLAN, forecast: { ...PLAN.forecast, ...changes } })).toContain(expected)
  })

  test('promises no more than it knows', () => {
    const prefixes = PLAN.prefixes.map((prefix) => ({ ...prefix, state: 'unknown' as const }))
    expect(renderPlanSummary({ ...PLAN, prefixes })).toContain('this plan runs at most 7.')
  })

  test.each(Object.entries(HOSTILE))('keeps its shape with a hostile name: %s', (_, text) => {
    const markdown = renderPlanSummary(hostilePlan(text))
    expect(pipesByRow(markdown)).toEqual(SHAPE)
    expect(markdown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
    expect(withoutCode(withoutDiagrams(markdown))).not.toMatch(/<img|@octocat|\]\(|:\/\/|www\.|\$\\/)
  })

  test('no text whatever adds a line or a cell', () => {
    const lines = renderPlanSummary(hostilePlan('tame')).split('\n').length
    fc.assert(
      fc.property(anyText, (text) => {
        const markdown = renderPlanSummary(hostilePlan(text))
        expect(pipesByRow(markdown)).toEqual(SHAPE)
        expect(markdown.split('\n')).toHaveLength(lines)
      }),
    )
  })

  test('stays below the limit, and says how many legs it left out', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => planned(`amd64 · item_${index}`, { items: [0] }))
    const markdown = renderPlanSummary({ ...PLAN, legs: many })
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES)
    expect(markdown).toContain('in 20,000 legs')
    expect(markdown).toMatch(/… [\d,]+ more entries left out/)
    expect(markdown).toContain('`ubuntu:24.04`')
  })
})
