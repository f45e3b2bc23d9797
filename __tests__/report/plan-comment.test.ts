import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { COMMENT_LIMIT, renderComment } from '../../src/report/comment.ts'
import { type PlanCommentInput, renderPlanComment, type TouchedGroup } from '../../src/report/plan-comment.ts'
import { expectGolden } from './golden.ts'
import { anyText, HOSTILE, pipesByRow, withoutCode } from './hostile.ts'

const MINUTE = 60_000

const group = (changes: Partial<TouchedGroup> = {}): TouchedGroup => ({
  label: 'core/py312-cuda',
  reasons: ['fragments/core/cuda.Dockerfile changed'],
  manifests: ['serve_cuda', 'train_cuda'],
  ...changes,
})

const input = (changes: Partial<PlanCommentInput> = {}): PlanCommentInput => ({
  name: 'llm-factory',
  touched: 14,
  total: 120,
  expectedMs: 38 * MINUTE,
  groups: [group()],
  hints: [],
  ...changes,
})

const MANIFESTS = Array.from({ length: 14 }, (_, index) => `llm_cuda_${index + 1}`)

const SEVERAL = input({
  touched: 31,
  expectedMs: 125 * MINUTE,
  groups: [
    group({
      reasons: ['fragments/core/cuda.Dockerfile changed', 'argument TORCH of the variant changed from 2.9.0 to 2.9.1'],
      manifests: MANIFESTS,
    }),
    group({ label: 'app/serve', reasons: ['apps/serve/main.py changed'], manifests: ['serve', 'serve_cuda'] }),
    group({ label: 'base/debian13', reasons: ['debian:13 points to another digest'], manifests: [] }),
    group({ label: 'app/train', reasons: ['apps/train/Dockerfile changed'], manifests: ['train'] }),
  ],
  hints: ['Copying requirements.txt before the sources in apps/serve/Dockerfile would have kept 12 of 14 work items.'],
})

const hostileInput = (text: string): PlanCommentInput =>
  input({ name: text, groups: [group({ label: text, reasons: [text, text], manifests: [text] })], hints: [text] })

const headlineOf = (changes: Partial<PlanCommentInput>): string =>
  renderPlanComment(input(changes)).split('\n')[0] ?? ''

const SHAPE = pipesByRow(renderPlanComment(hostileInput('tame')))

describe('renderPlanComment', () => {
  test('reads as the golden files do', () => {
    expectGolden(renderPlanComment(input()), 'plan-comment.md')
    expectGolden(renderPlanComment(SEVERAL), 'plan-comment-several.md')
    expectGolden(renderPlanComment(input({ touched: 0, groups: [] })), 'plan-comment-nothing.md')
    expectGolden(
      Object.values(HOSTILE)
        .map((text) => renderPlanComment(hostileInput(text)))
        .join('\n'),
      'plan-comment-hostile.md',
    )
  })

  test.each([
    [{}, '`core/py312-cuda`: 14 of 120 work items, about 38 min, 106 untouched'],
    [{ touched: 120 }, '`core/py312-cuda`: 120 of 120 work items, about 38 min'],
    [{ touched: 1, total: 1, groups: [] }, '1 of 1 work item, about 38 min'],
    [{ touched: 1_200, total: 5_000, groups: [] }, '1,200 of 5,000 work items, about 38 min, 3,800 untouched'],
    [{ expectedMs: 0, groups: [] }, '14 of 120 work items, less than a minute, 106 untouched'],
    [{ expectedMs: 89 * MINUTE, groups: [] }, '14 of 120 work items, about 89 min, 106 untouched'],
    [{ expectedMs: 119.6 * MINUTE, groups: [] }, '14 of 120 work items, about 2 h, 106 untouched'],
    [{ expectedMs: NaN, groups: [] }, '14 of 120 work items, 106 untouched'],
    [{ touched: 0 }, 'nothing: all 120 work items stay as they are'],
    [{ touched: 0, total: 1 }, 'nothing: the only work item stays as it is'],
  ] satisfies readonly (readonly [Partial<PlanCommentInput>, string])[])('%j touches %s', (changes, expected) => {
    expect(headlineOf(changes)).toBe(`📋 **llm-factory** touches ${expected}`)
  })

  test('of a factory without work items says so', () => {
    expect(headlineOf({ touched: 0, total: 0, groups: [] })).toBe('📋 **llm-factory** has no work items')
  })

  test.each(Object.entries(HOSTILE))('keeps its shape with a hostile name: %s', (_, text) => {
    const markdown = renderPlanComment(hostileInput(text))
    expect(pipesByRow(markdown)).toEqual(SHAPE)
    expect(markdown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
    expect(withoutCode(markdown)).not.toMatch(/<img|@octocat|\]\(|:\/\/|www\.|\$\\/)
    expect(withoutCode(markdown).replaceAll(/<code>.*?<\/code>/g, '')).not.toMatch(/(?<!&)#\d|GH-\d/)
  })

  test('no text whatever breaks the table, ends the fold or begins a line', () => {
    const lines = renderPlanComment(hostileInput('tame')).split('\n').length
    fc.assert(
      fc.property(anyText, (text) => {
        const markdown = renderPlanComment(hostileInput(text))
        expect(pipesByRow(markdown)).toEqual(SHAPE)
        expect(markdown.split('\n')).toHaveLength(lines)
        expect(markdown.match(/<\/?details>/g)).toEqual(['<details>', '</details>'])
        expect(markdown).not.toMatch(/^(?!📋|\| |- 💡 |<\/?(details|summary)|\*\*What if|$)/mu)
      }),
      { numRuns: 300 },
    )
  })

  test('stays below the limit, keeps its hints, and says how much it left out', () => {
    const reasons = Array.from({ length: 50 }, (_, index) => `reason ${index}`)
    const manifests = Array.from({ length: 200 }, (_, index) => `item_${index}`)
    const groups = Array.from({ length: 2_000 }, (_, index) => group({ label: `core/${index}`, reasons, manifests }))
    const markdown = renderPlanComment({ ...SEVERAL, groups })
    expect(markdown).toContain('`core/0`, `core/1`, `core/2` and 1,997 more:')
    expect(markdown).toContain('reason 9<br>and 40 more reasons |')
    expect(markdown).toContain('`item_9` and 190 more |')
    expect(markdown).toMatch(/… [\d,]+ more entries left out/)
    expect(markdown).toContain('💡 Copying requirements.txt')
    expect(renderComment('plan', markdown)).toBe(`<!-- strata:plan -->\n${markdown}`)
  })

  test('stays below the limit with the longest of texts', () => {
    const text = '\u202e'.repeat(5_000)
    const hints = Array.from({ length: 50 }, () => text)
    const groups = Array.from({ length: 50 }, () => group({ label: text, reasons: hints, manifests: hints }))
    expect(renderPlanComment(input({ name: text, groups, hints })).length).toBeLessThan(COMMENT_LIMIT - 500)
  })
})
