import { describe, expect, test } from '@jest/globals'
import {
  type PrunedObject,
  type PrunedPlace,
  type PruneOutcome,
  type PruneReport,
  renderPruneFile,
  sizeOf,
  totalsOf,
} from '../../../src/report/prune/prune-report.ts'
import { renderPruneSummary } from '../../../src/report/prune/prune-summary.ts'
import { MIB, sampleObject, samplePlace, sampleReport } from '../../support/prune-report.ts'

const withOutcomes = (...outcomes: readonly (PruneOutcome | undefined)[]): readonly PrunedObject[] =>
  outcomes.map((outcome) => sampleObject(outcome === undefined ? {} : { outcome }))

describe('totalsOf', () => {
  test('counts by what became of it', () => {
    const objects = [
      sampleObject({ verdict: 'keep' }),
      ...withOutcomes('deleted', 'untagged', 'gone', 'moved', 'skipped', 'unsupported', 'exhausted', 'failed', 'left'),
    ]
    expect(totalsOf([samplePlace(objects)])).toEqual({
      ...{ kept: 1, deleted: 3, failed: 2, left: 2, skipped: 2 },
      ...{ bytesBefore: 3 * MIB, bytesAfter: MIB },
    })
  })

  test('counts in a dry run what would be', () => {
    expect(totalsOf([samplePlace(withOutcomes(undefined, undefined))])).toMatchObject({
      deleted: 2,
      failed: 0,
      left: 0,
    })
  })
})

test('sizeOf counts what is shared once', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((digest, index) => ({ digest, size: 10 ** index }))
  if (a === undefined || b === undefined || c === undefined) throw new Error('three blobs')
  expect(sizeOf([[a, b], [b, c], []])).toBe(111)
})

test('the file is the report', () => {
  const report = sampleReport([samplePlace(withOutcomes('deleted'))])
  expect(JSON.parse(renderPruneFile(report))).toEqual(report)
})

describe('the summary', () => {
  const summaryOf = (places: readonly PrunedPlace[], changes: Partial<PruneReport> = {}): string =>
    renderPruneSummary(sampleReport(places, changes))

  test('says how much went, and what the registry has yet to free', () => {
    const summary = summaryOf([samplePlace([...withOutcomes('deleted', 'deleted'), sampleObject({ verdict: 'keep' })])])
    expect(summary).toContain('## 🧹 llm-factory: 2 of 3 objects deleted')
    expect(summary).toContain('In use before: 3 MiB, are 1 MiB after (shared blobs counted once).')
    expect(summary).toContain('garbage collection has yet to free 2 MiB')
    expect(summary).not.toContain('--delete-untagged')
  })

  test('says where untagged manifests have to be collected', () => {
    expect(summaryOf([samplePlace(withOutcomes('untagged'))])).toContain('`garbage-collect --delete-untagged`')
  })

  test('has nothing to collect where GitHub does it', () => {
    expect(summaryOf([samplePlace(withOutcomes('deleted'), { backend: 'ghcr' })])).not.toContain('garbage collection')
  })

  test('says what a dry run would do, and why a run stopped', () => {
    const places = [samplePlace(withOutcomes(undefined))]
    expect(summaryOf(places, { dryRun: true })).toContain('## 🔍 llm-factory: 1 of 1 object would be deleted')
    expect(summaryOf(places, { stopped: 'it would delete 97 %' })).toContain('> it would delete 97 %')
  })

  test('names what was not deleted, those of one reason together', () => {
    const objects = [1, 2, 3].map((number) =>
      sampleObject({ outcome: 'failed', note: `DELETE https://ghcr.io/v2/a/${number}: 500` }),
    )
    const summary = summaryOf([samplePlace(objects)])
    expect(summary).toContain('## ❌ llm-factory: 0 of 3 objects deleted')
    expect(summary.match(/\| failed \| 3 \|/g)).toHaveLength(1)
  })

  test('counts by group, and says what brings something back', () => {
    const restore = 'gh api --method POST /orgs/acme/packages/container/cache/versions/7/restore'
    const summary = summaryOf([samplePlace([sampleObject({ outcome: 'deleted', restore })])])
    expect(summary).toContain('| llm_factory linux/amd64 on main | `ghcr.io/acme/factory-cache` |  | 1 |  |')
    expect(summary).toContain(restore)
  })

  test('says that nothing can be deleted, with the rule', () => {
    const closed = 'Amazon ECR does not delete'
    expect(summaryOf([samplePlace([], { closed })])).toContain(
      '> Nothing can be deleted from `ghcr.io/acme/factory-cache`: Amazon ECR does not delete',
    )
  })

  test('names what could not be read', () => {
    expect(summaryOf([], { unreadable: ['records run-1: 500'] })).toContain('records run-1: 500')
  })

  test('takes names and reasons for text', () => {
    const hostile = '<img src=x> | @everyone **bold** `code`'
    const object = sampleObject({ group: hostile, reason: hostile, outcome: 'failed', note: hostile, tags: [hostile] })
    const summary = summaryOf([samplePlace([object])], { name: hostile, unreadable: [hostile] })
    expect(summary).not.toMatch(/<img|@everyone|\*\*bold/)
  })

  test('stays below what GitHub takes', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => sampleObject({ id: String(index), outcome: 'deleted' }))
    expect(Buffer.byteLength(summaryOf([samplePlace(many)]))).toBeLessThan(1024 * 1024)
  })
})
