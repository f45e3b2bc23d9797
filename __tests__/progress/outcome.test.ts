import { describe, expect, test } from '@jest/globals'
import { applyStatus, createFold, type Interval } from '../../src/progress/fold.ts'
import { durationOf, gravestOutcome, outcomeOf } from '../../src/progress/outcome.ts'

const at = (second: number): string => `2026-11-22T18:00:${String(second).padStart(2, '0')}.000000001Z`

/** Events as facts and recordings abbreviate them: `.` declared, `s` started, `d` done, `C` cached, `!` error, `x` canceled. */
const intervals = (events: string): readonly Interval[] => {
  const fold = createFold()
  events.split(' ').forEach((event, i) => {
    const started = /[sd]/.test(event) ? { started: at(event.startsWith('s') ? i : i - 1) } : {}
    const completed = event.includes('d') ? { completed: at(i) } : {}
    const cached = event.includes('C') ? { cached: true } : {}
    const error = event.includes('!')
      ? { error: 'exit code: 1' }
      : event.includes('x')
        ? { error: 'context canceled' }
        : {}
    applyStatus(fold, { vertexes: [{ digest: 'a', name: 'n', ...started, ...completed, ...cached, ...error }] })
  })
  return fold.vertices.get('a')?.names.get('n') ?? []
}

describe('outcomeOf', () => {
  test.each([
    { events: '.', outcome: 'skipped', why: 'declared only: downstream of a failure' },
    { events: '. s d', outcome: 'run', why: 'executed' },
    { events: '. sdC', outcome: 'hit', why: 'inferred from a hit above it' },
    { events: '. sC dC', outcome: 'hit', why: 'loaded' },
    { events: '. sC dC s d', outcome: 'hit', why: 'a remote hit, then its layers pulled' },
    { events: '. sC dC s d s d s d', outcome: 'hit', why: 'pulled in several goes' },
    { events: '. sC dC!', outcome: 'failed', why: 'could not be loaded, and that was the end' },
    { events: '. sC dC! s d', outcome: 'run', why: 'could not be loaded, so it was made anew' },
    { events: '. s d!', outcome: 'failed', why: 'failed' },
    { events: '. sC dC s d!', outcome: 'failed', why: 'a hit whose layers are gone' },
    { events: '. s dx', outcome: 'canceled', why: 'a sibling failed' },
    { events: '. sC dC s dx', outcome: 'hit', why: 'a hit whose pull was stopped' },
    { events: '. s', outcome: 'canceled', why: 'the stream broke off' },
    { events: '!', outcome: 'failed', why: 'failed without having started' },
  ])('$events is $outcome: $why', ({ events, outcome }) => {
    expect(outcomeOf(intervals(events))).toBe(outcome)
  })
})

test.each([
  { outcomes: [], expected: 'skipped' },
  { outcomes: ['hit', 'hit'], expected: 'hit' },
  { outcomes: ['hit', 'run'], expected: 'run' },
  { outcomes: ['hit', 'skipped'], expected: 'skipped' },
  { outcomes: ['run', 'failed'], expected: 'failed' },
  { outcomes: ['run', 'canceled'], expected: 'canceled' },
] as const)('gravestOutcome($outcomes)', ({ outcomes, expected }) => {
  expect(gravestOutcome(outcomes)).toBe(expected)
})

const span = (from: number, to?: number): Interval => ({
  started: at(from),
  cached: false,
  ...(to === undefined ? {} : { completed: at(to) }),
})

test.each([
  { description: 'nothing', given: [], ms: 0 },
  { description: 'one', given: [span(1, 3)], ms: 2000 },
  { description: 'apart', given: [span(5, 6), span(1, 3)], ms: 3000 },
  { description: 'overlapping', given: [span(1, 4), span(2, 6)], ms: 5000 },
  { description: 'within one another', given: [span(1, 9), span(2, 3)], ms: 8000 },
  { description: 'without an end', given: [span(1), span(2, 3)], ms: 1000 },
])('durationOf: $description', ({ given, ms }) => {
  expect(durationOf(given)).toBe(ms)
})
