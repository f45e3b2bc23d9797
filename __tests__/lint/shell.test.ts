import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { textOf, type Chars } from '../../src/fragment/flags.ts'
import { programsOf } from '../../src/lint/program.ts'
import { readCommands } from '../../src/lint/shell.ts'

const charsOf = (text: string): Chars => Array.from({ length: text.length }, (_, at) => ({ char: text[at] ?? '', at }))

const commandsIn = (text: string): readonly (readonly string[])[] =>
  readCommands(charsOf(text)).map(({ words }) => words.map(textOf))

describe('readCommands', () => {
  test.each<[string, readonly (readonly string[])[]]>([
    ['a b  c', [['a', 'b', 'c']]],
    ['a && b || c; d | e & f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['a\nb # c\n# d\ne#f', [['a'], ['b'], ['e#f']]],
    [`a 'b c' "d e" f\\ g`, [['a', 'b c', 'd e', 'f g']]],
    ['a "x\\"y" \'\\\'', [['a', 'x"y', '\\']]],
    ['a "$HOME/${B:-c d}" $1', [['a', '$HOME/${B:-c d}', '$1']]],
    ['a $(b "c $(d)") e', [['d'], ['b', 'c $(d)'], ['a', '$(b "c $(d)")', 'e']]],
    [
      'a `b c` d',
      [
        ['b', 'c'],
        ['a', '`b c`', 'd'],
      ],
    ],
    ['a $((1 + 2))', [['a', '$((1 + 2))']]],
    ['a \\\n  b', [['a', 'b']]],
    ['(a; b)', [['a'], ['b']]],
    ['a > f 2>&1 < g b', [['a', 'b']]],
    ['a <<END\nb c\nEND\nd', [['a'], ['d']]],
    ['a <<-END && e\n\tb\n\tEND\nd', [['a'], ['e'], ['d']]],
    ['case $x in y) a ;; *) b ;; esac', [['case', '$x', 'in', 'y'], ['a'], ['*'], ['b'], ['esac']]],
    ['a &> f', [['a']]],
    ['', []],
    ['a "b', [['a', 'b']]],
    ['a $(b', [['a', '$(b']]],
  ])('%j', (text, expected) => {
    expect(commandsIn(text)).toEqual(expected)
  })

  test('knows what is read and written', () => {
    const [command] = readCommands(charsOf('xargs a < in.txt > out.txt'))
    expect([command?.inputs.map(textOf), command?.outputs.map(textOf)]).toEqual([['in.txt'], ['out.txt']])
  })

  test('says where words stand', () => {
    const [, command] = readCommands(charsOf('a; "b c"'))
    expect(command?.words[0]?.map(({ at }) => at)).toEqual([4, 5, 6])
  })

  test('takes any text, and comes to an end', () => {
    const pieces = fc.constantFrom(
      '$(',
      '${',
      '`',
      '"',
      "'",
      '\\',
      '<<',
      '>',
      '&',
      ')',
      '}',
      '#',
      '\n',
      ' ',
      'a',
      '(',
      '<<E\n',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 60 }), (parts) => {
        const text = parts.join('')
        for (const { words } of readCommands(charsOf(text))) {
          for (const word of words) for (const { char, at } of word) expect(char).toBe(text[at])
        }
      }),
      { numRuns: 500 },
    )
    expect(commandsIn('$('.repeat(2_000)).length).toBeGreaterThan(0)
  })
})

describe('programsOf', () => {
  const programsIn = (text: string) => programsOf(readCommands(charsOf(text))).map(({ texts }) => texts.join(' '))

  test.each<[string, readonly string[]]>([
    ['if ! /usr/bin/curl x; then y; fi', ['/usr/bin/curl x', 'y', 'fi']],
    ['A=1 B="c d" env X=y sudo -E apt-get update', ['apt-get update']],
    ['xargs -r -n 1 apt-get install < a', ['apt-get install']],
    ['timeout 60 curl x', ['curl x']],
    [`bash -euxc 'a && b "c"'`, [`bash -euxc a && b "c"`, 'a', 'b c']],
    ['A=1', []],
    ['for i in 1 2; do a $i; done', ['for i in 1 2', 'a $i', 'done']],
  ])('%s', (text, expected) => {
    expect(programsIn(text)).toEqual(expected)
  })
})
