import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { COMMENT_LIMIT, renderComment, renderMarker } from '../../src/report/comment.ts'

describe('renderMarker', () => {
  test.each([
    ['plan', '<!-- strata:plan -->'],
    ['plan two', '<!-- strata:plan%20two -->'],
    ['a-->b<script>', '<!-- strata:a-%2D%3Eb%3Cscript%3E -->'],
    ['a---', '<!-- strata:a-%2D- -->'],
    ['half \ud83d', '<!-- strata:half%20%EF%BF%BD -->'],
  ])('%j is %s', (marker, expected) => {
    expect(renderMarker(marker)).toBe(expected)
  })

  test('no marker ends its HTML comment, and different markers are different comments', () => {
    const text = fc.string({ unit: fc.constantFrom('-', '>', '!', '<', '\n', 'a', '%', '2', 'D', ' ') })
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(renderMarker(one).slice(4, -3)).not.toMatch(/--|[<>\n]/)
        expect(renderMarker(one) === renderMarker(other)).toBe(one === other)
      }),
    )
  })
})

describe('renderComment', () => {
  test('begins with the marker, on a line of its own', () => {
    expect(renderComment('plan', '## Title')).toBe('<!-- strata:plan -->\n## Title')
  })

  test('cuts at the end of a line, and says so where no fold hides it', () => {
    const body = ['## Title', '<details>', ...Array.from({ length: 9_000 }, (_, line) => `- line ${line}`)].join('\n')
    const [marker, note, blank, ...lines] = renderComment('plan', body).split('\n')
    expect([marker, note, blank]).toEqual([
      '<!-- strata:plan -->',
      '_The end of this comment is left out: GitHub takes 65,536 characters at most._',
      '',
    ])
    expect(body.split('\n').slice(0, lines.length)).toEqual(lines)
  })

  test('takes as much as GitHub does, and never half of a character', () => {
    const run = fc.tuple(fc.constantFrom('🚢', 'a', '\n', 'ü'), fc.nat(20_000))
    const body = fc.array(run, { maxLength: 8 }).map((runs) => runs.map(([text, count]) => text.repeat(count)).join(''))
    fc.assert(
      fc.property(body, (text) => {
        const comment = renderComment('plan', text)
        expect(comment.length).toBeLessThanOrEqual(COMMENT_LIMIT)
        expect(comment.isWellFormed()).toBe(true)
        if (text.length < COMMENT_LIMIT - 30) expect(comment.endsWith(text)).toBe(true)
      }),
    )
  })
})
