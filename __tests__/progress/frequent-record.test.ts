import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseFrequent } from '../../src/progress/frequent-record.ts'
import type { SolveStatus } from '../../src/progress/status.ts'
import { recording } from './fixture.ts'

const RECORDINGS = ['cold', 'warm-remote', 'failing', 'single', 'multi-platform']

const LINES = RECORDINGS.flatMap((name) => recording(name).toString().split('\n')).filter((line) =>
  line.startsWith('{'),
)

/** What a fold takes from a record. */
const essence = ({ logs, statuses, ...rest }: SolveStatus): SolveStatus => ({
  ...rest,
  ...(logs === undefined ? {} : { logs }),
  ...(statuses === undefined
    ? {}
    : { statuses: statuses.map(({ id, vertex, current, timestamp }) => ({ id, vertex, current, timestamp })) }),
})

const agreesWithJson = (line: string): void => {
  const quick = parseFrequent(line)
  if (quick !== undefined) expect(quick).toEqual(essence(JSON.parse(line) as SolveStatus))
}

describe('a frequent record', () => {
  test('says what JSON.parse says, in every line that was recorded', () => {
    LINES.forEach(agreesWithJson)
    const single = LINES.filter((line) => /^\{"(logs|statuses)":\[\{[^{]*\}\]\}$/.test(line))
    expect(single.length).toBeGreaterThan(200)
    expect(single.filter((line) => parseFrequent(line) === undefined)).toEqual([])
  })

  test('says what JSON.parse says, whatever the strings and numbers are', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '"}]}', '\u0000', 'sha256:a'))
    const log = fc.record({ vertex: text, stream: fc.nat(), data: text, timestamp: text })
    const status = fc.record(
      { id: text, vertex: text, name: text, total: fc.maxSafeNat(), current: fc.maxSafeInteger(), timestamp: text },
      { requiredKeys: ['id', 'vertex', 'current', 'timestamp'] },
    )
    const record = fc.oneof(
      fc.record({ logs: fc.array(log, { minLength: 1, maxLength: 2 }) }),
      fc.record({ statuses: fc.array(status, { minLength: 1, maxLength: 2 }) }),
    )
    fc.assert(
      fc.property(record, (value) => {
        agreesWithJson(JSON.stringify(value))
      }),
    )
  })

  test.each([
    ['a vertex', '{"vertexes":[{"digest":"a"}]}'],
    ['no stream', '{"logs":[{"vertex":"a","data":"","timestamp":""}]}'],
    ['fields in another order', '{"logs":[{"stream":1,"vertex":"a","data":"","timestamp":""}]}'],
    ['more beside it', '{"logs":[{"vertex":"a","stream":1,"data":"","timestamp":""}],"warnings":[]}'],
    ['not all of it', '{"statuses":[{"id":"a","vertex":"b","current":1,"timestamp":"'],
    ['a fraction', '{"statuses":[{"id":"a","vertex":"b","current":1.5,"timestamp":""}]}'],
  ])('%s is left to JSON.parse', (_, line) => {
    expect(parseFrequent(line)).toBeUndefined()
  })
})
