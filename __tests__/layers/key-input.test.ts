import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { differingInputs, inputName, type KeyInput } from '../../src/layers/key-input.ts'

const input = (name: string, digest = '1', kind: KeyInput['kind'] = 'files'): KeyInput => ({ kind, name, digest })

describe('inputName', () => {
  test('tells kinds apart that have one name', () => {
    expect(inputName(input('apps/a'))).toBe('files apps/a')
    expect(inputName(input('a', '1', 'argument'))).not.toBe(inputName(input('a')))
  })
})

describe('differingInputs', () => {
  test.each<[string, before: readonly KeyInput[], after: readonly KeyInput[], differing: readonly KeyInput[]]>([
    ['nothing of nothing', [], [], []],
    ['nothing of the same', [input('a'), input('b')], [input('a'), input('b')], []],
    ['nothing of another order', [input('a'), input('b')], [input('b'), input('a')], []],
    ['what has another digest, as it is now', [input('a', '1')], [input('a', '2')], [input('a', '2')]],
    ['what is new', [input('a')], [input('a'), input('b')], [input('b')]],
    ['what is gone', [input('a'), input('b')], [input('a')], [input('b')]],
    ['all of a first plan', [], [input('a'), input('b')], [input('a'), input('b')]],
    [
      'what is another kind of thing, both ways',
      [input('a', '1', 'image')],
      [input('a', '1', 'context')],
      [input('a', '1', 'context'), input('a', '1', 'image')],
    ],
    [
      'what is now before what is gone',
      [input('gone'), input('a', '1')],
      [input('a', '2'), input('new')],
      [input('a', '2'), input('new'), input('gone')],
    ],
  ])('are %s', (_, before, after, differing) => {
    expect(differingInputs(before, after)).toEqual(differing)
  })

  test('are none exactly where the lists hold the same', () => {
    const one = fc.record({
      kind: fc.constantFrom('files' as const, 'image' as const),
      name: fc.constantFrom('a', 'b', 'c'),
      digest: fc.constantFrom('1', '2'),
    })
    const list = fc.uniqueArray(one, { selector: inputName })
    const texts = (inputs: readonly KeyInput[]) => inputs.map((each) => `${inputName(each)} ${each.digest}`).sort()
    fc.assert(
      fc.property(list, list, (before, after) => {
        const same = JSON.stringify(texts(before)) === JSON.stringify(texts(after))
        expect(differingInputs(before, after).length === 0).toBe(same)
      }),
    )
  })
})
