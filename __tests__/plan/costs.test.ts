import { describe, expect, test } from '@jest/globals'
import { layerCost } from '../../src/plan/costs.ts'
import { addStepTimes, type StepTimes } from '../../src/plan/step-times.ts'
import { sampleItem, sampleResults, sampleStep } from '../report/samples.ts'
import { sampleContent } from './trees.ts'

const NONE: StepTimes = new Map()
const CORE = { layer: 'core', variant: '0.1.0' }
const CONTENT = sampleContent({ steps: 4, stepsBy: { RUN: 2, COPY: 1, WORKDIR: 1 } })

const ran = (text: string, execMs: number) => sampleStep({ text, execMs, outcome: 'run' })

const timesOf = (...steps: readonly ReturnType<typeof sampleStep>[]): StepTimes =>
  addStepTimes(NONE, JSON.stringify(sampleResults({ items: [sampleItem({ steps })] })), 'results.json')

const costOf = (times: StepTimes, emulated = false, platform = 'linux/amd64') =>
  layerCost(CORE, CONTENT, platform, { times, emulated })

describe('layerCost', () => {
  test('is guessed from the kinds of steps where nothing was measured', () => {
    expect(costOf(NONE)).toEqual({ ms: 61_100, bytes: 130e6, measured: 0 })
    expect(costOf(NONE, true).ms).toBe(366_600)
  })

  test('is what was measured, as far as it goes', () => {
    expect(costOf(timesOf(ran('a', 1_000), ran('b', 2_000)))).toEqual({
      ms: 3_000 + 30_550,
      bytes: 130e6,
      measured: 0.5,
    })
    const all = timesOf(...['a', 'b', 'c', 'd'].map((text) => ran(text, 500)))
    expect(costOf(all)).toEqual({ ms: 2_000, bytes: 130e6, measured: 1 })
  })

  test('does not take the times of another platform, nor those of hits', () => {
    expect(costOf(timesOf(ran('a', 1_000)), false, 'linux/arm64').measured).toBe(0)
    expect(costOf(timesOf(sampleStep({ execMs: 1_000 }))).measured).toBe(0)
  })

  test('counts no more steps than there are', () => {
    const many = timesOf(...Array.from({ length: 9 }, (_, index) => ran(`${index}`, 100)))
    expect(costOf(many)).toMatchObject({ ms: 400, measured: 1 })
  })

  test('is nothing for a layer without steps', () => {
    const content = sampleContent({ steps: 0, stepsBy: {} })
    expect(layerCost(CORE, content, 'linux/amd64', { times: NONE, emulated: false })).toEqual({
      ms: 0,
      bytes: 0,
      measured: 1,
    })
  })
})

describe('addStepTimes', () => {
  test('takes the longest time of a step', () => {
    const text = JSON.stringify(sampleResults({ items: [sampleItem({ steps: [ran('a', 2_000)] })] }))
    const times = addStepTimes(timesOf(ran('a', 1_000)), text, 'other.json')
    expect([...times].map(([place, { steps }]) => [place, [...steps.values()]])).toEqual([
      ['linux/amd64 core 0.1.0', [2_000]],
    ])
  })

  test.each([
    ['x', 'costs: results.json holds neither results nor records'],
    ['[]', 'expected a file that output results or records-path of the build action names'],
    ['{"items": 1}', 'costs: results.json holds neither results nor records'],
  ])('refuses %j', (text, message) => {
    expect(() => addStepTimes(NONE, text, 'results.json')).toThrow(message)
  })

  test('passes over what it does not know', () => {
    expect(addStepTimes(NONE, '{"items": [1, {"steps": [null, {"outcome": "run"}]}]}', 'a.json').size).toBe(0)
  })
})
