import { describe, expect, test } from '@jest/globals'
import { readRunRecords } from '../../../src/commands/publishing/run-records.ts'
import type { Context } from '../../../src/io/context.ts'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import { formatReference, type Reference } from '../../../src/oci/reference.ts'
import type { RunEvent } from '../../../src/plan/access.ts'
import { renderRecords } from '../../../src/records/parse-records.ts'
import { recordsReference } from '../../../src/records/place.ts'
import type { CompatibilityRecord } from '../../../src/records/record.ts'
import { samplePlan } from '../../report/samples.ts'
import { literalContext } from '../../support/context.ts'
import { literalIo } from '../../support/io.ts'
import { sampleRecord } from '../../support/records.ts'
import { sampleWork } from '../../support/samples.ts'

const MAIN: RunEvent = { name: 'push', ref: 'refs/heads/main', refProtected: false, defaultBranch: 'main' }
const RUN = { id: '8112', attempt: 2, event: 'push' }
const CONTEXT: Context = { ...literalContext(), event: MAIN, run: RUN }
const [TRUSTED, UNTRUSTED] = ['r.test/acme/cache', 'r.test/acme/branches']

const PLAN = samplePlan({
  items: ['serve', 'train', 'eval'].map((manifestId) => sampleWork({ manifestId })),
  imageKeys: ['1', '1', '1'],
  cache: {
    ...{ strategy: 'layer', ref: TRUSTED, pools: {}, untrusted: UNTRUSTED },
    access: { read: true, write: true, reason: 'a test' },
  },
})

const recordOf = (manifest_id: string, run: Partial<CompatibilityRecord['run']> = {}): CompatibilityRecord => ({
  ...sampleRecord({ manifest_id, factory: PLAN.factory, name: PLAN.name, imageKey: '1' }),
  run: {
    ...{ ...RUN, branch: 'main', leg: manifest_id },
    ...{ startedAt: '2026-11-22T15:39:57.000Z', finishedAt: '2026-11-22T15:41:57.000Z' },
    ...run,
  },
})

/** A registry in which legs kept these records, beside the cache that is named. */
const worldOf = (kept: readonly CompatibilityRecord[] | Error, home = TRUSTED) => {
  const asked: string[] = []
  const { io, told } = literalIo(new Map())
  const places = kept instanceof Error ? [] : kept.map((each) => [recordsReference(home, each.run), each] as const)
  const listTags = ({ registry, repository }: Reference) => {
    asked.push(`${registry}/${repository}`)
    if (kept instanceof Error) return Promise.reject(kept)
    const own = places.flatMap(([place]) => (place?.repository === repository ? (place.tag ?? []) : []))
    return Promise.resolve(own)
  }
  const getText = (place: Reference): Promise<string | undefined> => {
    asked.push(place.tag ?? '')
    const found = places.find(([each]) => each && formatReference(each) === formatReference(place))
    return Promise.resolve(found && renderRecords([found[1]]))
  }
  return { io: { ...io, registry: { ...io.registry, listTags, getText } }, told, asked }
}

const read = async (world: ReturnType<typeof worldOf>, given: readonly CompatibilityRecord[] = [], context = CONTEXT) =>
  (await readRunRecords(PLAN, given, context, world.io)).map((record) => record.manifest_id)

describe('records of this run in the registry', () => {
  test('fill in for work items that nothing else speaks of, and what is still missing is named', async () => {
    const world = worldOf([
      ...[recordOf('serve'), recordOf('train', { attempt: 1 })],
      ...[
        recordOf('eval', { id: '8111' }),
        recordOf('eval', { id: '811', leg: '2-2' }),
        recordOf('eval', { attempt: 3 }),
      ],
    ])
    expect(await read(world, [recordOf('serve')])).toEqual(['train'])
    expect(world.asked).toEqual([
      `${TRUSTED}-records`,
      'run-20261122t154157z-8112-2-serve',
      'run-20261122t154157z-8112-1-train',
    ])
    expect(world.told.infos.at(-1)).toMatch(/^The registry has none of eval linux\/amd64: legs keep there only /)
  })

  test('are not taken when a tag only claims to be of this run', async () => {
    const world = worldOf([])
    const { io } = world
    const tag = 'run-20261122t154157z-8112-2-serve'
    const forged = renderRecords([recordOf('serve', { id: '9', branch: 'evil' })])
    const registry = { ...io.registry, listTags: () => Promise.resolve([tag]), getText: () => Promise.resolve(forged) }
    expect(await readRunRecords(PLAN, [], CONTEXT, { ...io, registry })).toEqual([])
  })

  test('are never looked for beside the untrusted cache', async () => {
    const world = worldOf([recordOf('serve')], UNTRUSTED)
    expect([await read(world), world.asked]).toEqual([[], [`${TRUSTED}-records`]])
  })

  test('are not asked for where all is known, for records of another run, and by runs that are not trusted', async () => {
    const all = ['serve', 'train', 'eval'].map((id) => recordOf(id))
    const pull = { ...MAIN, name: 'pull_request', ref: 'refs/pull/7/merge' }
    const branch = { ...MAIN, ref: 'refs/heads/next' }
    const world = worldOf(all)
    expect(await read(world, all)).toEqual([])
    expect(await read(world, [recordOf('serve', { id: '9' })])).toEqual([])
    for (const event of [pull, branch]) expect(await read(world, [], { ...CONTEXT, event })).toEqual([])
    expect(await read(world, [], { ...CONTEXT, run: {} })).toEqual([])
    expect(world.asked).toEqual([])
    expect(world.told.infos).toContain(
      '3 work items of the plan have no record, and the registry is not asked for it: only a run that writes the ' +
        'trusted cache keeps any that count (a pull request only reads)',
    )
  })

  test('are done without where they cannot be listed', async () => {
    const world = worldOf(new RegistryError('denied', { registry: 'r.test', status: 403 }))
    expect(await read(world)).toEqual([])
    expect(world.told.infos).toContain(
      'Records of earlier builds cannot be listed, so none of this run are read: denied',
    )
    expect(world.told.warnings).toEqual([])
  })
})
