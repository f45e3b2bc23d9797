import { expect, test } from '@jest/globals'
import { foldPruneState, parsePruneState, renderPruneState } from '../../src/retention/prune-state.ts'

const NOW = '2026-11-28T12:00:00.000Z'
const EARLIER = '2026-11-20T12:00:00.000Z'

test('keeps the time of the first note, forgets what was not noted, and corrects a note from the future', () => {
  const state = { version: 1, noted: { a: EARLIER, b: EARLIER, c: '2027-01-01T00:00:00.000Z' } } as const
  expect(foldPruneState(state, ['d', 'c', 'a'], NOW).noted).toEqual({ a: EARLIER, c: NOW, d: NOW })
})

test('survives its text', () => {
  const state = { version: 1, noted: { b: NOW, a: EARLIER } } as const
  expect(parsePruneState(renderPruneState(state))).toEqual(state)
  expect(renderPruneState(state)).toBe(renderPruneState({ version: 1, noted: { a: EARLIER, b: NOW } }))
})

test.each(['', '[]', '{"version":2,"noted":{}}', '{"version":1}'])('%j is no state', (text) => {
  expect(parsePruneState(text)).toBeUndefined()
})

test('a time that is none is no note', () => {
  expect(parsePruneState(`{"version":1,"noted":{"a":"soon","b":7,"c":"${NOW}"}}`)?.noted).toEqual({ c: NOW })
})
