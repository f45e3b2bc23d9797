import { describe, expect, test } from '@jest/globals'
import { keepRecords } from '../../../src/commands/building/keep-records.ts'
import type { RecordInputs } from '../../../src/commands/inputs.ts'
import type { ArtifactUpload } from '../../../src/io/artifacts.ts'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import { formatReference, type Reference } from '../../../src/oci/reference.ts'
import type { CacheAccess } from '../../../src/plan/access.ts'
import { parseRecords } from '../../../src/records/parse-records.ts'
import type { CompatibilityRecord } from '../../../src/records/record.ts'
import { samplePlan } from '../../report/samples.ts'
import { literalIo } from '../../support/io.ts'
import { legWork } from '../../support/leg.ts'
import { sampleRecord, sampleRecordLayer } from '../../support/records.ts'
import { samplePrefix, sampleWork } from '../../support/samples.ts'

const WRITES: CacheAccess = { read: true, write: true, reason: 'a test' }
const KEY = 'k'.repeat(64)
const CACHE = { strategy: 'layer', ref: 'ghcr.io/acme/cache', pools: {}, access: WRITES } as const

/** A leg of one work item, which the plan found a record of with the same key, or with another one. */
const workOf = (recorded: boolean, access = WRITES) => {
  const plan = samplePlan({ cache: CACHE, items: [sampleWork()], tops: [0], prefixes: [samplePrefix({ key: KEY })] })
  return legWork({ access, plan: { ...plan, ...(recorded ? { recorded: [0] } : {}) } })
}

const built = (changes: Partial<CompatibilityRecord> = {}): CompatibilityRecord =>
  sampleRecord({ layers: [sampleRecordLayer({ key: KEY })], ...changes })

const run = async (
  records: readonly CompatibilityRecord[],
  {
    work = workOf(false),
    inputs = { keep: 'registry' },
    upload = { status: 'unavailable' },
    fault,
  }: {
    readonly work?: ReturnType<typeof workOf>
    readonly inputs?: RecordInputs
    readonly upload?: ArtifactUpload
    readonly fault?: Error
  } = {},
) => {
  const texts = new Map<string, string>()
  const { io, told } = literalIo(texts)
  const [uploads, puts]: [string[], string[]] = [[], []]
  const artifacts = { ...io.artifacts, upload: (name: string) => Promise.resolve((uploads.push(name), upload)) }
  const putText = (place: Reference): Promise<void> => {
    if (fault !== undefined) return Promise.reject(fault)
    puts.push(formatReference(place))
    return Promise.resolve()
  }
  const world = { ...io, artifacts, registry: { ...io.registry, putText } }
  const path = await keepRecords(work, records, { inputs, folder: '/tmp/leg' }, world)
  return { path, told, uploads, puts, texts }
}

describe('keepRecords', () => {
  test('writes them to a file, hands them on and keeps them', async () => {
    const { path = '', uploads, puts, texts, told } = await run([built()], { upload: { status: 'stored' } })
    expect(parseRecords(texts.get(path) ?? '', path)).toEqual([built()])
    expect(path).toBe('/tmp/leg/records.jsonl')
    expect(uploads).toEqual(['strata-records-amd64-1-1'])
    expect(puts).toEqual(['ghcr.io/acme/cache-records:run-20261122t154157z-7-1-amd64-1'])
    expect(told.warnings).toEqual([])
  })

  test('keeps what a probe said, which is no part of the report', async () => {
    const probe = { digest: '0123456789abcdef', at: '2026-11-22T15:41:57Z' }
    const { uploads, puts } = await run([
      built({
        kind: 'prefix',
        layers: [sampleRecordLayer({ key: KEY, probe })],
        run: { ...built().run, leg: 'probes' },
      }),
    ])
    expect(uploads).toEqual([])
    expect(puts).toEqual(['ghcr.io/acme/cache-records:run-20261122t154157z-7-1-probes'])
  })

  test('writes them where it is told', async () => {
    expect(await run([built()], { inputs: { keep: 'files', path: 'out/a.jsonl' } })).toMatchObject({
      path: 'out/a.jsonl',
      puts: [],
    })
  })

  test('writes none when it is told so, or when there are none', async () => {
    const none = await run([built()], { inputs: { keep: 'none' } })
    expect([none.path, none.uploads, none.puts]).toEqual([undefined, [], []])
    expect((await run([])).path).toBeUndefined()
  })

  test('names the artifact of a job without a leg after what it built', async () => {
    const { leg: _, ...whole } = built().run
    const [a, b] = await Promise.all(['a', 'b'].map((id) => run([built({ manifest_id: id, run: whole })])))
    expect(a?.uploads[0]).toMatch(/^strata-records-[0-9a-f]{8}-1$/)
    expect(a?.uploads).not.toEqual(b?.uploads)
  })

  test.each<[string, CompatibilityRecord, Parameters<typeof run>[1], boolean]>([
    ['a generation that is known', built(), { work: workOf(true) }, false],
    ['another generation', built({ layers: [sampleRecordLayer({ key: 'other' })] }), { work: workOf(true) }, true],
    ['a failure', built({ verdict: 'failed' }), {}, false],
    ['a run that may not write', built(), { work: workOf(false, { ...WRITES, write: false }) }, false],
    ['a prefix that was written', built({ kind: 'prefix', cacheTo: [{ ref: 'a', written: true }] }), {}, true],
    ['a prefix that was there', built({ kind: 'prefix', cacheTo: [{ ref: 'a', written: false }] }), {}, false],
  ])('of %s', async (_, record, options, kept) => {
    expect((await run([record], options)).puts).toHaveLength(kept ? 1 : 0)
  })

  test('warns where it cannot, and never fails', async () => {
    const fault = new RegistryError('denied', { registry: 'ghcr.io', status: 403 })
    const { told } = await run([built()], { fault, upload: { status: 'failed', reason: 'no room' } })
    expect(told.warnings).toEqual([
      expect.stringContaining(
        'could not be stored as artifact strata-records-amd64-1-1, so the report will miss this job: no room',
      ),
      expect.stringContaining('so later runs know less of what changed: denied'),
    ])
    const cold = built({ cacheTo: [{ ref: 'a', written: false, error: 'no route' }] })
    expect((await run([cold], { fault })).told.warnings).toEqual([])
    await expect(run([built()], { fault: new TypeError('bug') })).rejects.toThrow('bug')
  })
})
