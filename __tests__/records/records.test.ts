import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formatReference } from '../../src/oci/reference.ts'
import { generationOf, newestRecords } from '../../src/records/newest.ts'
import { parseRecords, renderRecords } from '../../src/records/parse-records.ts'
import { recordsReference, recordsRepository, recordsTags } from '../../src/records/place.ts'
import type { CompatibilityRecord, RecordRun } from '../../src/records/record.ts'
import { parseRun } from '../../src/records/run.ts'
import { sampleRecord, sampleRecordLayer } from '../support/records.ts'

describe('parseRecords', () => {
  test('reads what renderRecords wrote, one a line', () => {
    const records = [sampleRecord(), sampleRecord({ manifest_id: 'train' })]
    const text = renderRecords(records)
    expect(text.split('\n')).toHaveLength(3)
    expect(parseRecords(text, 'a.jsonl')).toEqual(records)
    expect(parseRecords(`\n${text}\r\n\n`, 'a.jsonl')).toEqual(records)
  })

  test.each([
    ['x', 'a.jsonl:2 is not JSON; expected records of a build action, one JSON object a line'],
    ['[]', 'a.jsonl:2 holds no record'],
    ['{"version": 2}', 'a.jsonl:2 holds a record of version 2'],
    ['{"version": 1}', 'a.jsonl:2 holds a record of version 1'],
  ])('refuses %s and says where', (line, message) => {
    expect(() => parseRecords(`\n${line}`, 'a.jsonl')).toThrow(message)
  })
})

describe('newestRecords', () => {
  const at = (finishedAt: string, branch: string | undefined, changes: Partial<CompatibilityRecord> = {}) => {
    const run = { startedAt: finishedAt, finishedAt, ...(branch === undefined ? {} : { branch }) }
    return sampleRecord({ run, ...changes })
  }
  const [MONDAY, TUESDAY] = ['2026-11-23T10:00:00.000Z', '2026-11-24T10:00:00.000Z']

  test('takes the newest of the first branch that has one', () => {
    const records = [at(MONDAY, 'next'), at(TUESDAY, 'main'), at(MONDAY, 'main'), at(TUESDAY, 'other')]
    const newest = (branches: readonly string[]) => [...newestRecords(records, branches).values()].map(({ run }) => run)
    expect(newest(['next', 'main'])).toMatchObject([{ branch: 'next', finishedAt: MONDAY }])
    expect(newest(['gone', 'main'])).toMatchObject([{ branch: 'main', finishedAt: TUESDAY }])
    expect(newest(['gone'])).toEqual([])
    expect(newest([])).toEqual([])
  })

  test('takes no failures, no prefixes, and none of tags and pull requests', () => {
    const records = [
      at(TUESDAY, 'main', { verdict: 'failed' }),
      at(TUESDAY, 'main', { kind: 'prefix' }),
      at(TUESDAY, undefined),
    ]
    expect(newestRecords(records, ['main']).size).toBe(0)
  })

  test('does not depend on the order of the records', () => {
    const times = fc.integer({ min: 0, max: 5 }).map((day) => `2026-11-2${day}T00:00:00.000Z`)
    const record = fc
      .record({ time: times, branch: fc.constantFrom('main', 'next'), id: fc.constantFrom('a', 'b') })
      .map(({ time, branch, id }) => at(time, branch, { manifest_id: id }))
    const shuffled = fc
      .array(record)
      .chain((records) => fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length })))
    const shown = (list: readonly CompatibilityRecord[]) =>
      [...newestRecords(list, ['next', 'main'])].map(([name, { run }]) => [name, run.finishedAt, run.branch]).sort()
    fc.assert(
      fc.property(shuffled, ([records, others]) => {
        expect(shown(others)).toEqual(shown(records))
      }),
    )
  })
})

test('a generation is told by the keys of the layers that have steps', () => {
  const { key: _, ...none } = sampleRecordLayer()
  const layers = [none, sampleRecordLayer({ key: 'a' }), sampleRecordLayer({ key: 'b' })]
  expect(generationOf(sampleRecord({ layers }))).toBe('a b')
})

describe('where records are kept', () => {
  const RUN: RecordRun = { startedAt: '2026-11-25T14:00:00.000Z', finishedAt: '2026-11-25T14:30:01.250Z' }

  test('is beside the cache, under a tag that sorts by time', () => {
    const name = (run: Partial<RecordRun>): string | undefined => {
      const place = recordsReference('ghcr.io/acme/cache:tag', { ...RUN, ...run })
      return place && formatReference(place)
    }
    const tag = 'ghcr.io/acme/cache-records:run-20261125t143001z'
    expect(name({})).toBe(`${tag}-local-1-all`)
    expect(name({ id: '17', attempt: 2, leg: 'amd64-1' })).toBe(`${tag}-17-2-amd64-1`)
    expect(recordsRepository('not a ref')).toBeUndefined()
  })

  test('lists the newest first, and nothing else that lies there', () => {
    const tags = ['plan-demo-main', 'run-20261124t000000z-1-1-all', 'run-x', 'run-20261125t000000z-2-1-all']
    expect(recordsTags(tags)).toEqual(['run-20261125t000000z-2-1-all', 'run-20261124t000000z-1-1-all'])
  })
})

describe('parseRun', () => {
  test('reads the variables of the runner', () => {
    const run = parseRun({
      ...{ GITHUB_RUN_ID: '17', GITHUB_RUN_ATTEMPT: '2', GITHUB_SERVER_URL: 'https://github.com' },
      ...{ GITHUB_REPOSITORY: 'acme/factory', GITHUB_WORKFLOW: 'ci', GITHUB_EVENT_NAME: 'push', GITHUB_SHA: 'abc' },
    })
    const url = 'https://github.com/acme/factory/actions/runs/17'
    expect(run).toEqual({ id: '17', attempt: 2, url, workflow: 'ci', event: 'push', commit: 'abc' })
  })

  test('knows nothing outside GitHub, and takes no nonsense', () => {
    expect(parseRun({})).toEqual({})
    expect(parseRun({ GITHUB_RUN_ID: '', GITHUB_RUN_ATTEMPT: 'x' })).toEqual({})
  })
})
