import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseBytes } from '../../src/factory/bytes.ts'
import { faultOfSource, parseCacheAttributes } from '../../src/factory/cache-source.ts'
import { renderAttributes } from '../../src/render/attributes.ts'

describe('a cache source', () => {
  test.each([
    ['type=registry,ref=ghcr.io/acme/cache:x', undefined],
    ['ghcr.io/acme/cache:x', undefined],
    ['type=local,src=/tmp/x', undefined],
    ['"type=local","src=/tmp/a,b"', undefined],
    ['type=gha', undefined],
    ['type=gha,scope=x', undefined],
    ['type=registry', 'type registry needs ref'],
    ['type=local,src=', 'type local needs src'],
    ['type=local,dest=/tmp/x', 'type local needs src'],
    ['type=inline', 'there is no type inline to read from'],
    ['type=toString', 'there is no type toString to read from'],
    ['ref=x', 'it has no type'],
    ['type=gha,scope', 'it is no list of name=value'],
    ['type=gha,"scope=x', 'it is no list of name=value'],
    ['', 'it is no list of name=value'],
  ])('%j: %s', (source, fault) => {
    expect(faultOfSource(source)).toBe(fault)
  })

  test('is read as it is rendered', () => {
    const values = fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), fc.string({ minLength: 1 }), { minKeys: 1 })
    fc.assert(
      fc.property(values, (attributes) => {
        fc.pre(Object.values(attributes).every((value) => !/[\r\n]/.test(value)))
        expect(parseCacheAttributes(renderAttributes(attributes))).toEqual(new Map(Object.entries(attributes)))
      }),
      { numRuns: 300 },
    )
  })
})

test.each([
  ['8GiB', 8 * 1024 ** 3],
  ['500MB', 5e8],
  ['0GB', undefined],
  ['8', undefined],
  ['8 GB', undefined],
])('%s is %j bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})
