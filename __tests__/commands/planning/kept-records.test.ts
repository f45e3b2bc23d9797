import { expect, test } from '@jest/globals'
import { keepNewestRecords, readKeptRecords } from '../../../src/commands/planning/kept-records.ts'
import { foldProbes } from '../../../src/plan/probes.ts'
import type { CompatibilityRecord } from '../../../src/records/record.ts'
import { literalIo } from '../../support/io.ts'
import { sampleRecord, sampleRecordLayer } from '../../support/records.ts'

const HOME = 'local:///var/cache/strata'

/** A folder of a local cache that can be written. */
const world = () => {
  const texts = new Map<string, string>()
  const { io } = literalIo(new Map())
  const localCache = {
    ...io.localCache,
    readText: (folder: string, file: string) => Promise.resolve(texts.get(`${folder}/${file}`)),
    writeText: (folder: string, file: string, text: string) =>
      Promise.resolve(void texts.set(`${folder}/${file}`, text)),
  }
  return { ...io, localCache }
}

const prefix = (day: number, at?: string): CompatibilityRecord => {
  const finishedAt = `2026-11-0${day}T10:00:00.000Z`
  const probe = at === undefined ? {} : { probe: { digest: 'a', at } }
  const { run } = sampleRecord()
  const layers = [sampleRecordLayer({ key: 'key', ...probe })]
  return sampleRecord({ kind: 'prefix', manifest_id: 'core-1-3f9c0a1b', run: { ...run, finishedAt }, layers })
}

test('the last answer of a probe outlives what was built after it', async () => {
  const io = world()
  await keepNewestRecords(HOME, [prefix(1)], io)
  await keepNewestRecords(HOME, [prefix(2, '2026-11-02T10:00:00Z')], io)
  await keepNewestRecords(HOME, [prefix(3, '2026-11-03T10:00:00Z')], io)
  await keepNewestRecords(HOME, [prefix(4)], io)
  const kept = await readKeptRecords(HOME, io)
  expect(kept.map(({ run }) => run.finishedAt.slice(8, 10)).toSorted()).toEqual(['03', '04'])
  expect(foldProbes(kept).get('key')?.at).toBe('2026-11-03T10:00:00Z')
})
