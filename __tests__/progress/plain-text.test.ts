import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fitLine, plainLine, plainTail } from '../../src/progress/plain-text.ts'

describe('plainLine', () => {
  test.each([
    { text: 'plain', expected: 'plain' },
    { text: '\u001b[1;31mred\u001b[0m', expected: 'red' },
    { text: '\u001b]8;;https://example.org\u0007link\u001b]8;;\u0007', expected: 'link' },
    { text: '\u001b(Bx\u001b=y', expected: 'xy' },
    { text: 'a\tb\r\nc', expected: 'a b c' },
    { text: 'bell\u0007 back\u0008space', expected: 'bell backspace' },
    { text: 'left\u202eright', expected: 'leftright' },
    { text: '::error file=x::y', expected: ': :error file=x::y' },
    { text: '  ::add-mask::y', expected: '  : :add-mask::y' },
    { text: '\u001b[0m::warning::y', expected: ': :warning::y' },
    { text: 'std::vector', expected: 'std::vector' },
    { text: 'x ##[error]y', expected: 'x # #[error]y' },
  ])('$text', ({ text, expected }) => {
    expect(plainLine(text)).toBe(expected)
  })

  test('is never a workflow command, nor more than one line', () => {
    const piece = fc.constantFrom(
      ':',
      '::',
      '#',
      '##[',
      '[',
      ' ',
      '\t',
      '\r',
      '\n',
      '\u001b',
      '\u001b[',
      'm',
      'x',
      '\u0000',
      '\ufeff',
      '\u2028',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'grapheme' })), { maxLength: 20 }), (pieces) => {
        const line = plainLine(pieces.join(''))
        expect(line.trimStart().startsWith('::')).toBe(false)
        expect(line).not.toContain('##[')
        expect(line).not.toMatch(/\p{Cc}/u)
      }),
    )
  })
})

describe('plainTail', () => {
  test.each([
    { text: '', lines: 3, expected: [] },
    { text: '\n\n', lines: 3, expected: [] },
    { text: 'a\nb\nc\n\n', lines: 2, expected: ['b', 'c'] },
    { text: 'a\r\n::error::b\r\n', lines: 5, expected: ['a', ': :error::b'] },
    { text: ' 10%\r 50%\r100%\r\ndone', lines: 5, expected: ['100%', 'done'] },
  ])('the last $lines of $text', ({ text, lines, expected }) => {
    expect(plainTail(text, lines)).toEqual(expected)
  })
})

test.each([
  { text: 'abc', width: 3, expected: 'abc' },
  { text: 'abcd', width: 3, expected: 'ab…' },
  { text: '🧱🧱🧱', width: 3, expected: '🧱🧱🧱' },
  { text: '🧱🧱🧱', width: 2, expected: '🧱…' },
])('fitLine($text, $width)', ({ text, width, expected }) => {
  expect(fitLine(text, width)).toBe(expected)
})
