import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { showText } from '../../src/report/invisible.ts'
import { anyText } from './hostile.ts'

test.each([
  ['plain text', 'plain text'],
  ['evil\u202egpj.exe', 'evil\\u{202e}gpj.exe'],
  ['a\nb\u2028c\u0000', 'a\\u{a}b\\u{2028}c\\u{0}'],
  ['tag \u{e0041}', 'tag \\u{e0041}'],
  ['half \ud83d', 'half \ufffd'],
  ['👩\u200d💻', '👩\u200d💻'],
])('%j is shown as %j', (text, shown) => {
  expect(showText(text)).toBe(shown)
})

test('nothing invisible is left but joiners, and showing again changes nothing', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = showText(text)
      expect(shown.replaceAll(/[\u200c\u200d]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      expect(showText(shown)).toBe(shown)
    }),
  )
})
