import { describe, expect, test } from '@jest/globals'
import { workItemName } from '../../src/factory/work-item.ts'
import { stableRecords, stableWork } from '../../src/plan/stable-work.ts'
import { sampleRecord, sampleRecordLayer } from '../support/records.ts'
import { sampleLayer, sampleWork } from '../support/samples.ts'

const LAYERS = [
  { name: 'base', stable: true },
  { name: 'core', stable: true },
  { name: 'app', stable: false },
]

const base = sampleLayer()
const [cpu, gpu] = ['cpu', 'gpu'].map((variant) => sampleLayer({ layer: 'core', variant }))
const [serve, train] = ['serve', 'train'].map((variant) => sampleLayer({ layer: 'app', variant }))

const stack = (...layers: readonly (typeof cpu)[]) => ({ layers: layers.flatMap((layer) => layer ?? []) })

const WORK = [
  sampleWork({ manifestId: 'cpu_serve', ...stack(base, cpu, serve) }),
  sampleWork({ manifestId: 'cpu_train', ...stack(base, cpu, train) }),
  sampleWork({ manifestId: 'gpu_serve', ...stack(base, gpu, serve) }),
  sampleWork({ manifestId: 'cpu_serve', platform: 'linux/arm64', ...stack(base, cpu, serve) }),
]

/** What is left of work items: `cpu_serve linux/amd64: base core`. */
const told = (items: ReturnType<typeof stableWork>['items']): readonly string[] =>
  items.map((item) => `${workItemName(item)}: ${item.layers.map(({ variant }) => variant).join(' ')}`)

describe('stableWork', () => {
  test('is every stack of stable layers once for each platform, under the name of the first manifest that has it', () => {
    expect(told(stableWork(WORK, LAYERS).items)).toEqual([
      'cpu_serve linux/amd64: ubuntu-24.04 cpu',
      'gpu_serve linux/amd64: ubuntu-24.04 gpu',
      'cpu_serve linux/arm64: ubuntu-24.04 cpu',
    ])
    expect(stableWork(WORK, LAYERS).sources.map((items) => items.map(workItemName))).toEqual([
      ['cpu_serve linux/amd64', 'cpu_train linux/amd64'],
      ['gpu_serve linux/amd64'],
      ['cpu_serve linux/arm64'],
    ])
  })

  test('keeps apart what other pools or other options of bake build', () => {
    const [first = sampleWork()] = WORK
    const others = [first, { ...first, pool: 'linux/amd64+cuda' }, { ...first, bake: { network: 'host' } }]
    expect(stableWork(others, LAYERS).items).toHaveLength(3)
  })

  test('has no image, and nothing where no layer is stable', () => {
    expect(stableWork(WORK, LAYERS).items.flatMap(({ tags }) => tags)).toEqual([])
    expect(stableWork(WORK, [{ name: 'base', stable: false }]).items).toEqual([])
  })
})

describe('stableRecords', () => {
  const record = (manifestId: string, finishedAt: string, key: string) => {
    const layers = [sampleRecordLayer({ layer: 'core', key }), sampleRecordLayer({ layer: 'app', key: 'app' })]
    const { run } = sampleRecord()
    return [
      workItemName({ manifestId, platform: 'linux/amd64' }),
      sampleRecord({ manifest_id: manifestId, layers, run: { ...run, finishedAt } }),
    ] as const
  }

  test('are of the newest build of any work item with the stack, and say nothing of the layers above', () => {
    const records = new Map([
      record('cpu_serve', '2026-11-22T10:00:00Z', 'old'),
      record('cpu_train', '2026-11-23T10:00:00Z', 'new'),
    ])
    const found = [...stableRecords(stableWork(WORK, LAYERS), records)]
    expect(found.map(([name, { layers }]) => [name, layers.map(({ key }) => key)])).toEqual([
      ['cpu_serve linux/amd64', ['new']],
    ])
  })
})
