import { describe, expect, test } from '@jest/globals'
import { foldPins, pinnedRef } from '../../src/plan/pins.ts'
import type { CompatibilityRecord, RecordWrite } from '../../src/records/record.ts'
import { sampleRecord } from '../support/records.ts'

const [OLD, NEW] = ['a', 'b'].map((hex) => `sha256:${hex.repeat(64)}`)
const REF = 'ghcr.io/acme/cache:core'

/** The record of a run that wrote a ref. */
const record = (
  write: Partial<RecordWrite>,
  run: Partial<CompatibilityRecord['run']> = {},
  finishedAt = '2026-11-22T15:41:57.000Z',
): CompatibilityRecord =>
  sampleRecord({
    run: { event: 'push', branch: 'main', startedAt: finishedAt, finishedAt, ...run },
    cacheTo: [{ ref: REF, written: true, ...(OLD === undefined ? {} : { digest: OLD }), ...write }],
  })

const { branch: _branch, ...withoutBranch } = record({}).run
const { event: _event, ...withoutEvent } = record({}).run

const pinsOf = (...records: readonly CompatibilityRecord[]) => foldPins(records, { name: 'release' })

describe('foldPins', () => {
  test('pins a ref to the digest that was written last, in whatever order the records come', () => {
    const newer = record({ digest: NEW ?? '' }, {}, '2026-11-23T00:00:00.000Z')
    const expected = new Map([[REF, `ghcr.io/acme/cache@${NEW ?? ''}`]])
    expect(pinsOf(record({}), newer)).toEqual(expected)
    expect(pinsOf(newer, record({}))).toEqual(expected)
  })

  test.each<[string, CompatibilityRecord]>([
    ['was not written', record({ written: false })],
    ['has a digest that is none', record({ digest: 'latest' })],
    ['is in no registry', record({ ref: 'local://demo:core' })],
    ['a pull request wrote', record({}, { event: 'pull_request' })],
    ['a run on no branch wrote', { ...record({}), run: withoutBranch }],
    ['a run on some machine wrote', { ...record({}), run: withoutEvent }],
  ])('pins nothing that %s', (_, given) => {
    expect(pinsOf(given)).toEqual(new Map())
  })

  test('a local run trusts records of local runs', () => {
    expect(foldPins([{ ...record({}), run: withoutEvent }], {}).size).toBe(1)
  })
})

test('pinnedRef is the ref itself where nothing has to be pinned', () => {
  expect(pinnedRef(REF, undefined)).toBe(REF)
  expect(pinnedRef(REF, new Map())).toBeUndefined()
  expect(pinnedRef(REF, new Map([[REF, 'x']]))).toBe('x')
})
