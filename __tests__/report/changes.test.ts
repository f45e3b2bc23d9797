import { describe, expect, test } from '@jest/globals'
import type { ChangeGroup } from '../../src/plan/changes.ts'
import type { PlanChanges } from '../../src/plan/plan-changes.ts'
import { changeSection } from '../../src/report/change-section.ts'
import { renderChangeLines, renderWhatIf } from '../../src/report/change-texts.ts'
import { renderDocument } from '../../src/report/document.ts'
import { renderPlanComment } from '../../src/report/plan-comment.ts'
import { planCommentInput } from '../../src/report/plan-comment-input.ts'
import { sampleWork } from '../support/samples.ts'

const group = (changes: Partial<ChangeGroup> = {}): ChangeGroup => ({
  ...{ label: 'core/py312', layer: 'core', variant: 'py312', movable: true },
  reasons: ['fragment core/cpu.Dockerfile changed', 'argument PYTHON changed'],
  items: [0, 1],
  ...changes,
})

const changesOf = (groups: readonly ChangeGroup[], changes: Partial<PlanChanges> = {}): PlanChanges => ({
  items: ['a', 'b', 'c'].map((manifestId) => sampleWork({ manifestId })),
  comparison: {
    items: [0, 1, 2].map((index) => ({
      ...{ index, causes: [] },
      changed: groups.some(({ items }) => items.includes(index)),
    })),
    groups,
    gone: [],
  },
  hints: [],
  base: { kind: 'found', text: 'in base.json' },
  ...changes,
})

const HINT = { label: 'core/py312', instead: ['light/one'], before: 14, after: 2 }
const FORECAST = { ...{ positions: 9, unique: 6, shared: 2, warm: 0, cold: 6, repeated: 0 }, expectedMs: 38 * 60_000 }
const PLAN = { name: 'llm', forecast: { ...FORECAST, lowerBoundMs: 0, runnerMs: 0, measured: 1 } }

test('a what-if says where, and on which condition', () => {
  expect(renderWhatIf(HINT, 120)).toBe(
    'What changed in core/py312 touches 14 of 120 work items; the same change in light/one, if nothing else needs it, would touch 2',
  )
})

describe('lines of the log', () => {
  test('say how much changed, then what, then what is gone', () => {
    const changes = changesOf([group(), group({ label: 'keys', items: [0], reasons: ['other'] })], { hints: [HINT] })
    const { comparison } = changes
    const gone = Array.from({ length: 12 }, (_, index) => `g${index}`)
    expect(renderChangeLines({ ...changes, comparison: { ...comparison, gone } })).toEqual([
      '2 of 3 work items changed since the plan in base.json',
      'core/py312, 2 work items: fragment core/cpu.Dockerfile changed; argument PYTHON changed',
      'keys, 1 work item: other',
      'No longer there: g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, 2 more',
      renderWhatIf(HINT, 3),
    ])
  })

  test('say why there is nothing to compare with, and count what is too much', () => {
    expect(renderChangeLines(changesOf([], { base: { kind: 'missing', text: 'nobody kept one' } }))).toEqual([
      'Everything is planned, as nobody kept one',
    ])
    const lines = renderChangeLines(changesOf(Array.from({ length: 25 }, (_, index) => group({ label: `l${index}` }))))
    expect([lines.length, lines.at(-1)]).toEqual([22, 'and 5 more causes'])
  })
})

describe('the section of the summary', () => {
  test('has a row for each group', () => {
    expect(renderDocument(changeSection(changesOf([group({ label: 'core/py|312' })])))).toBe(
      [
        '### What changed',
        '',
        '| Changed | Work items | Why |',
        '| --- | ---: | --- |',
        '| <code>core/py&#124;312</code> | 2 | fragment core/cpu.Dockerfile changed<br>argument PYTHON changed |',
        '',
        '2 of 3 work items changed since the plan in base.json.',
        '',
      ].join('\n'),
    )
  })

  test('is not there without changes, or without a plan to compare with', () => {
    expect(changeSection(undefined)).toEqual([])
    expect(changeSection(changesOf([]))).toEqual([])
    expect(changeSection(changesOf([group()], { base: { kind: 'missing', text: '' } }))).toEqual([])
  })
})

describe('the comment', () => {
  test('says what is touched in its first line', () => {
    const comment = renderPlanComment(planCommentInput(PLAN, changesOf([group()], { hints: [HINT] })))
    expect(comment.split('\n')[0]).toBe('📋 **llm** touches `core/py312`: 2 of 3 work items, about 38 min, 1 untouched')
    expect(comment).toContain('would touch 2')
  })

  test('names work items by platform where there are several', () => {
    const input = planCommentInput(PLAN, changesOf([group()]))
    expect(input.groups).toEqual([{ label: 'core/py312', reasons: group().reasons, manifests: ['a', 'b'] }])
    const items = ['linux/amd64', 'linux/arm64'].map((platform) => sampleWork({ manifestId: 'a', platform }))
    expect(planCommentInput(PLAN, changesOf([group()], { items })).groups[0]?.manifests).toEqual([
      'a linux/amd64',
      'a linux/arm64',
    ])
  })
})
