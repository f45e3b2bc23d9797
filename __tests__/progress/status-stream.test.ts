import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode, foldOf, recording } from './fixture.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const record = { vertexes: [{ digest: 'sha256:a', name: '[core 1/2] RUN printf "{\\n}"' }] }
const indented = JSON.stringify(record, null, 2)

describe('createStatusStream', () => {
  test.each([
    {
      description: 'one record a line',
      input: `${JSON.stringify(record)}\n{}\n`,
      expected: [{ status: record }, { status: {} }],
    },
    { description: 'no line feed at the end', input: JSON.stringify(record), expected: [{ status: record }] },
    { description: 'carriage returns', input: `${JSON.stringify(record)}\r\n`, expected: [{ status: record }] },
    {
      description: 'indented records',
      input: `${indented}\n{}\n${indented}\n`,
      expected: [{ status: record }, { status: {} }, { status: record }],
    },
    {
      description: 'text around records',
      input: `WARNING: x\n{}\nERROR: y`,
      expected: [{ text: 'WARNING: x' }, { status: {} }, { text: 'ERROR: y' }],
    },
    {
      description: 'JSON that is no record',
      input: '"a"\n12\n[1]\n{"logs":1}\n',
      expected: ['"a"', '12', '[1]', '{"logs":1}'].map((text) => ({ text })),
    },
    {
      description: 'a brace that opens no record',
      input: '{\n  x\nERROR\n',
      expected: ['{', '  x', 'ERROR'].map((text) => ({ text })),
    },
    { description: 'a brace at the end', input: '{}\n{\n', expected: [{ status: {} }, { text: '{' }] },
    {
      description: 'a record right behind a lone brace',
      input: `{\n${JSON.stringify(record)}\n`,
      expected: [{ text: '{' }, { status: record }],
    },
    {
      description: 'braces around text',
      input: '{\n  not json\n}\n{}',
      expected: [{ text: '{' }, { text: '  not json' }, { text: '}' }, { status: {} }],
    },
  ])('$description', ({ input, expected }) => {
    expect(decode(bytes(input))).toEqual(expected)
  })

  test('a line of many megabytes', () => {
    const long = { warnings: [{ vertex: 'sha256:a', short: 'x'.repeat(8 << 20) }] }
    const chunks = Buffer.from(JSON.stringify(long))
    const pieces = Array.from({ length: Math.ceil(chunks.length / 65536) }, (_, i) =>
      chunks.subarray(i * 65536, (i + 1) * 65536),
    )
    expect(decode(...pieces)).toEqual([{ status: long }])
  })

  test('however a stream is cut into chunks, the same is found', () => {
    const whole = Buffer.concat([
      bytes('WARNING: naïve “quotes” 🧱\n'),
      bytes(indented),
      bytes('\n'),
      recording('parse-error'),
    ])
    const expected = decode(whole)
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 40 }), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), whole.length]
        const chunks = cuts.slice(1).map((to, i) => whole.subarray(cuts[i], to))
        expect(decode(...chunks)).toEqual(expected)
      }),
    )
    expect(decode(...Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(expected)
  })

  test('indented, a recording folds to the same', () => {
    const decoded = decode(recording('failing'))
    const text = decoded.map((item) => ('status' in item ? JSON.stringify(item.status, null, 2) : item.text)).join('\n')
    expect(foldOf(decode(bytes(text)))).toEqual(foldOf(decoded))
  })
})
