import { describe, expect, test } from '@jest/globals'
import type { StepReport } from '../../src/report/results.ts'
import { renderStepLines } from '../../src/report/step-lines.ts'
import { sampleItem, sampleStep } from './samples.ts'

const linesOf = (...steps: readonly StepReport[]): readonly string[] => renderStepLines(sampleItem({ steps })).lines

describe('renderStepLines', () => {
  test('says in the title how it went', () => {
    const steps = [sampleStep(), sampleStep({ outcome: 'run' })]
    const item = sampleItem({ manifestId: 'demo', platform: 'linux/arm/v7', status: 'failed', steps })
    expect(renderStepLines(item).title).toBe('demo linux-arm-v7: failed, 1 of 2 steps from cache')
  })

  test.each([
    ['hit', 'CACHED'],
    ['run', '1m02s'],
    ['failed', 'FAILED'],
    ['canceled', 'canceled'],
    ['skipped', 'not run'],
  ] as const)('says of a step that is %s: %s', (outcome, word) => {
    const [line = ''] = linesOf(sampleStep({ outcome, execMs: 62_000 }))
    expect(line.split(/ {2,}/).slice(1)).toEqual([
      'core',
      'RUN pip install --no-cache-dir numpy==2.3.4',
      word,
      'fragments/core/cpu.Dockerfile:4',
    ])
  })

  test('stands in columns, whatever the length of a step', () => {
    const lines = linesOf(sampleStep(), sampleStep({ layer: 'app', text: `RUN ${'x'.repeat(300)}`, outcome: 'run' }))
    expect(lines[1]).toContain('xxx…')
    expect(new Set(lines.map((line) => line.indexOf('fragments/')))).toEqual(new Set([lines[0]?.indexOf('fragments/')]))
  })

  test('ends with the image, where there is one', () => {
    const item = sampleItem({ steps: [], images: ['a:1', 'b:2'], digest: 'sha256:abc' })
    expect(renderStepLines(item).lines).toEqual(['  image a:1, b:2@sha256:abc'])
    expect(renderStepLines(sampleItem({ steps: [] })).lines).toEqual([])
  })
})
