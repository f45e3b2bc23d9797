import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { unpack } from '../../../src/report/page/model/unpack.ts'
import { pack, type Json } from '../../../src/report/page/pack.ts'
import { growRunReport } from '../../support/run-report/run-report.ts'
import { anyText, HOSTILE } from '../hostile.ts'

const sent = (value: Json): unknown => unpack(JSON.parse(JSON.stringify(pack(value))) as ReturnType<typeof pack>)

const { json } = fc.letrec<{ readonly json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    anyText,
    fc.constantFrom('~', '~1', '~~', 'often', 'often', '__proto__', 'constructor'),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json')),
    fc.dictionary(fc.oneof(anyText, fc.constantFrom('__proto__', 'a', 'b')), tie('json')),
  ),
}))

describe('pack', () => {
  test('is undone by unpack, whatever JSON holds', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(sent(value)).toStrictEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test.each([
    ['a text that is there once stays where it is', ['once'], { strings: [], shapes: [], root: [0, 'once'] }],
    [
      'one that is there twice is in the table',
      ['twice', 'twice'],
      { strings: ['twice'], shapes: [], root: [0, '~0', '~0'] },
    ],
    ['a short one is not worth it', ['abc', 'abc'], { strings: [], shapes: [], root: [0, 'abc', 'abc'] }],
    ['one that looks like a place is in the table', '~0', { strings: ['~0'], shapes: [], root: '~0' }],
    [
      'records of one shape share their names',
      [
        { a: 1, b: null },
        { a: 2, b: true },
      ],
      { strings: [], shapes: [['a', 'b']], root: [0, [1, 1, null], [1, 2, true]] },
    ],
    ['what is not there is left out', { a: undefined, b: 1 }, { strings: [], shapes: [['b']], root: [1, 1] }],
  ] as const)('%s', (_, value, packed) => {
    expect(pack(value)).toEqual(packed)
  })

  test('keeps hostile texts as they are', () => {
    expect(sent(HOSTILE)).toEqual(HOSTILE)
  })

  test('takes less than half of what plain JSON takes', () => {
    const report = growRunReport({ manifests: 300 })
    expect(JSON.stringify(pack(report)).length).toBeLessThan(JSON.stringify(report).length / 2)
    expect(sent(report)).toEqual(report)
  })
})
