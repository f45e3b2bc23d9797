import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseFragment } from '../../src/fragment/parse.ts'
import { withoutDefaults } from '../../src/fragment/redact.ts'

const redact = (text: string): string =>
  withoutDefaults(parseFragment('a.Dockerfile', text, { layers: [], contexts: [] }))

describe('withoutDefaults', () => {
  test.each([
    ['ARG A=secret\nRUN a', 'ARG A=…\nRUN a'],
    ['ARG A\nRUN a', 'ARG A\nRUN a'],
    ['ARG A="b c" D B=2\nRUN a', 'ARG A=… D B=…\nRUN a'],
    ['ARG A=1\nRUN a\nARG A=2\nRUN b', 'ARG A=…\nRUN a\nARG A=…\nRUN b'],
    ['ARG A=se\\\ncret B=2\nRUN a', 'ARG A=…\\\n B=…\nRUN a'],
    ['arg A=1\nRUN echo A=1', 'arg A=…\nRUN echo A=1'],
  ])('of %j is %j', (text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  test('never shows a default', () => {
    const value = fc.stringMatching(/^[a-z0-9]{6,12}$/).map((text) => `zq${text}`)
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const lines = values.map((each, index) => `ARG A${index}=${each}`)
        const shown = redact(`${lines.join('\n')}\nRUN true\n`)
        for (const each of values) expect(shown).not.toContain(each)
      }),
    )
  })
})
