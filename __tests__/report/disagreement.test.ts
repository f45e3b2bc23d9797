import { describe, expect, test } from '@jest/globals'
import { renderDisagreement } from '../../src/report/disagreement.ts'
import type { Disagreement } from '../../src/report/results.ts'

type Ref = Disagreement['refs'][number]

const core = (changes: Partial<Ref> = {}): Ref => ({
  ref: 'ghcr.io/acme/cache:core-linux-amd64-3f9c0a1b2c3d4e5f',
  ...{ layer: 'core', variant: '0.1.0', written: true },
  ...changes,
})

const app = (changes: Partial<Ref> = {}): Ref => core({ layer: 'app', variant: 'serve', ...changes })

describe('renderDisagreement', () => {
  test.each<[string, Disagreement, string]>([
    ['nothing when BuildKit and the keys agree', { steps: 0, refs: [] }, ''],
    [
      'what was written again',
      { steps: 1, refs: [core()] },
      '⚠️ BuildKit ran 1 step that cache refs promised (`core 0.1.0`); that ref was written again.',
    ],
    [
      'of several refs',
      { steps: 1_234, refs: [core(), app()] },
      '⚠️ BuildKit ran 1,234 steps that cache refs promised (`core 0.1.0`, `app serve`); those refs were written again.',
    ],
    [
      'what could not be written',
      { steps: 2, refs: [core({ written: false }), app({ written: false })] },
      '⚠️ BuildKit ran 2 steps that cache refs promised (`core 0.1.0`, `app serve`); those refs could not be written by this run.',
    ],
    [
      'what is half done',
      { steps: 2, refs: [core(), app({ written: false })] },
      '⚠️ BuildKit ran 2 steps that cache refs promised (`core 0.1.0`, `app serve`); 1 of those refs was written again, the others could not be written by this run.',
    ],
    [
      'each variant once, whatever the platform',
      { steps: 2, refs: [core({ ref: 'amd64' }), core({ ref: 'arm64' })] },
      '⚠️ BuildKit ran 2 steps that cache refs promised (`core 0.1.0`); those refs were written again.',
    ],
    [
      'some of many',
      { steps: 9, refs: ['1', '2', '3', '4', '5', '6', '7'].map((variant) => core({ variant })) },
      '⚠️ BuildKit ran 9 steps that cache refs promised (`core 1`, `core 2`, `core 3`, `core 4`, `core 5` and 2 more); those refs were written again.',
    ],
  ])('says %s', (_, disagreed, line) => {
    expect(renderDisagreement(disagreed)).toBe(line)
  })
})
