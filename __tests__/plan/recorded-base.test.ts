import { describe, expect, test } from '@jest/globals'
import { workItemName } from '../../src/factory/work-item.ts'
import { chainOf } from '../../src/layers/tree.ts'
import { comparePlans } from '../../src/plan/changes.ts'
import type { EarlierRecords } from '../../src/plan/earlier.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { plannedInputs } from '../../src/plan/prefixes.ts'
import { recordedBase } from '../../src/plan/recorded-base.ts'
import { sampleRecord, sampleRecordLayer } from '../support/records.ts'
import { planWorld, type World } from '../support/world.ts'

const FILES = {
  'strata.yaml': `version: 1
name: llm
platforms: [linux/amd64]
id: "{app}-{core}"
layers:
  base: { variants: { ubuntu: { from: "ubuntu:24.04" } } }
  core: { variants: { py312: { fragment: core/Dockerfile, args: { PYTHON: "3.12" } } } }
  app: { variants: { serve: { fragment: app/Dockerfile }, train: { fragment: app/train.Dockerfile } } }
manifests: { all: { base: ubuntu, core: "*", app: "*" } }
`,
  'core/Dockerfile': 'ARG PYTHON=3.11\nRUN install "${PYTHON}"\nENV MODE=cpu\n',
  'app/Dockerfile': 'COPY lib /lib\nRUN serve\nCMD ["serve"]\n',
  'app/train.Dockerfile': 'RUN train\n',
  'lib/a.txt': 'a',
}

const WORLD: World = { files: FILES, images: { 'ubuntu:24.04': { layers: 'ubuntu' } } }

const withFile = (path: keyof typeof FILES, from: string, to: string): World => ({
  ...WORLD,
  files: { ...FILES, [path]: FILES[path].replace(from, to) },
})

const wholeOf = async (world: World): Promise<Plan> => (await planWorld(world)).whole

/** Records of the work items of a plan, as the legs that build it leave them. */
const recordsOf = ({ items, tops, prefixes, contents, imageKeys }: Plan): EarlierRecords =>
  new Map(
    items.map((item, index) => {
      const chain = chainOf(prefixes, tops[index]).flatMap((each) => prefixes[each] ?? [])
      const layers = item.layers.map(({ layer, variant, fragment }) => {
        const prefix = chain.find((each) => each.layer === layer)
        const { key: _, fragment: __, ...bare } = sampleRecordLayer()
        return {
          ...bare,
          ...{ layer, variant, inputs: prefix === undefined ? [] : plannedInputs(prefix, contents) },
          ...(prefix === undefined ? {} : { key: prefix.key }),
          ...(fragment === undefined ? {} : { fragment: { file: fragment, digest: '' } }),
        }
      })
      const record = sampleRecord({ manifest_id: item.manifestId, layers, imageKey: imageKeys[index] ?? '' })
      return [workItemName(item), record] as const
    }),
  )

const BEFORE = await wholeOf(WORLD)
const RECORDS = recordsOf(BEFORE)

describe('recordedBase', () => {
  test.each<[string, World]>([
    ['nothing', WORLD],
    ['an argument', withFile('strata.yaml', '"3.12"', '"3.13"')],
    ['a step', withFile('core/Dockerfile', 'install', 'upgrade')],
    ['a setting that layers above inherit', withFile('core/Dockerfile', 'MODE=cpu', 'MODE=gpu')],
    ['a command', withFile('app/Dockerfile', '["serve"]', '["other"]')],
    ['the base', { ...WORLD, images: { 'ubuntu:24.04': { layers: 'other' } } }],
    [
      'a fragment of another name',
      withFile('strata.yaml', 'fragment: app/train.Dockerfile', 'fragment: core/Dockerfile'),
    ],
  ])('tells the same as the plan itself when %s changed', async (_, world) => {
    const now = await wholeOf(world)
    expect(comparePlans(now, recordedBase(now, RECORDS))).toEqual(comparePlans(now, BEFORE))
  })

  test('knows of a file no more than which pattern takes it', async () => {
    const now = await wholeOf(withFile('lib/a.txt', 'a', 'b'))
    const { groups } = comparePlans(now, recordedBase(now, RECORDS))
    expect(groups.map(({ label, reasons }) => [label, reasons])).toEqual([['app/serve', ['files lib changed']]])
  })

  test('counts work items without a record as changed, and is nothing without any', async () => {
    const now = await wholeOf(WORLD)
    const [first] = RECORDS
    const { items } = comparePlans(now, recordedBase(now, new Map(first === undefined ? [] : [first])))
    expect(items.map(({ changed }) => changed)).toEqual([false, true])
    expect(recordedBase(now, new Map())).toBeUndefined()
    const { imageKey: __, ...old } = sampleRecord()
    expect(
      recordedBase(now, new Map([[workItemName(now.items[0] ?? { manifestId: '', platform: '' }), old]])),
    ).toBeUndefined()
  })
})
