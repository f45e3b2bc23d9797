import { describe, expect, test } from '@jest/globals'
import { parseNeeds } from '../../src/report/needs.ts'
import { sampleLeg } from '../support/samples.ts'

const job = (result: string, outputs: Readonly<Record<string, string>> = {}) => ({ result, outputs })

describe('parseNeeds', () => {
  test('tells how jobs ended, and which legs there should be', () => {
    const matrix = JSON.stringify({ include: [sampleLeg()] })
    const wave = JSON.stringify({ include: [sampleLeg({ id: 'wave-1-a', kind: 'wave' })] })
    const nothing = JSON.stringify({ include: [{ id: 'none', name: 'nothing to do', 'runs-on': 'ubuntu-24.04' }] })
    const outputs = { matrix, 'wave-1': wave, 'wave-2': nothing, 'has-matrix': 'true', other: '{"include":' }
    const text = JSON.stringify({ plan: job('success', outputs), build: job('skipped') })
    expect(parseNeeds(text)).toEqual({
      jobs: [
        { name: 'plan', result: 'success' },
        { name: 'build', result: 'skipped' },
      ],
      legs: [
        { id: 'llm_factory-linux-amd64', name: 'amd64 · llm_factory', kind: 'build', pool: 'linux/amd64' },
        { id: 'wave-1-a', name: 'amd64 · llm_factory', kind: 'wave', pool: 'linux/amd64' },
      ],
      plans: ['3f9c0a1b2c3d4e5f'],
    })
  })

  test('knows of nothing where there is nothing', () => {
    expect(parseNeeds('{}')).toEqual({ jobs: [], legs: [], plans: [] })
  })

  test.each([
    ['success', 'input needs is no JSON object'],
    ['[]', 'input needs is no JSON object'],
    ['{"build":{"result":"great"}}', 'input needs has job "build" without a result'],
    ['{"build":1}', 'input needs has job "build" without a result'],
  ])('refuses %s', (text, message) => {
    expect(() => parseNeeds(text)).toThrow(`${message}; expected \${{ toJSON(needs) }}`)
  })
})
