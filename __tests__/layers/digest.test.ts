import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { digestOf } from '../../src/layers/digest.ts'

describe('digestOf', () => {
  test.each([
    { parts: [], framed: '' },
    { parts: [''], framed: '0:' },
    { parts: ['a', 'bc'], framed: '1:a2:bc' },
    { parts: ['é', '1:a'], framed: '2:é3:1:a' },
  ])('of $parts is the sha256 of $framed', ({ parts, framed }) => {
    expect(digestOf(parts)).toBe(createHash('sha256').update(framed).digest('hex'))
  })

  test('differs where the parts do, wherever one ends and the next begins', () => {
    const parts = fc.array(fc.string({ unit: fc.constantFrom('a', ':', '1', 'é'), maxLength: 3 }), { maxLength: 3 })
    fc.assert(
      fc.property(parts, parts, (one, two) => {
        expect(digestOf(one) === digestOf(two)).toBe(JSON.stringify(one) === JSON.stringify(two))
      }),
    )
  })
})
