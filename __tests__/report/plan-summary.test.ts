import { describe, expect, test } from '@jest/globals'
import type { Leg, PlannedLeg } from '../../src/plan/leg.ts'
import { SUMMARY_LIMIT_BYTES } from '../../src/report/document.ts'
import { renderPlanSummary } from '../../src/report/plan-summary.ts'
import { sampleLeg, sampleWork } from '../support/samples.ts'
import { expectGolden } from './golden.ts'
import { samplePlan } from './samples.ts'

const leg = (name: string, changes: Partial<Leg> = {}): Leg => sampleLeg({ id: name, name, ...changes })

const IDS = ['llm_factory', 'core_only', 'train', 'train_small', 'serve', 'serve_small', 'explore']

const LEGS: readonly PlannedLeg[] = [
  { leg: leg('amd64 · 7 images'), items: IDS.map((_, index) => index) },
  {
    leg: leg('arm64 · llm_factory_cuda', { platform: 'linux/arm64', 'runs-on': ['self-hosted', 'bigdisk'] }),
    items: [7],
  },
]

const PLAN = samplePlan({
  items: [
    ...IDS.map((manifestId) => sampleWork({ manifestId })),
    sampleWork({ manifestId: 'llm_factory_cuda', platform: 'linux/arm64' }),
  ],
  legs: LEGS,
  images: [
    {
      reference: 'ubuntu:24.04',
      pinned: `docker.io/library/ubuntu:24.04@sha256:${'0a1b2c3d'.repeat(8)}`,
      digest: `sha256:${'0a1b2c3d'.repeat(8)}`,
      platforms: ['linux/amd64', 'linux/arm64'],
    },
    { reference: 'registry.example/base:1', pinned: 'registry.example/base:1', platforms: ['linux/arm64'] },
  ],
  excluded: [
    {
      manifestId: 'serve-cuda-debian',
      reason: 'needs a CUDA base',
      place: { file: 'strata.yaml', line: 41, column: 5 },
    },
  ],
})

describe('renderPlanSummary', () => {
  test('reads as the golden files do', () => {
    expectGolden(renderPlanSummary(PLAN), 'plan.md')
    expectGolden(renderPlanSummary(samplePlan()), 'plan-nothing.md')
  })

  test('stays below the limit, and says how many legs it left out', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({ leg: leg(`amd64 · item_${index}`), items: [0] }))
    const markdown = renderPlanSummary({ ...PLAN, legs: many })
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES)
    expect(markdown).toContain('in 20,000 legs')
    expect(markdown).toMatch(/… [\d,]+ more entries left out/)
    expect(markdown).toContain('`ubuntu:24.04`')
  })
})
