import { describe, expect, test } from '@jest/globals'
import { textOf } from '../../src/fragment/flags.ts'
import { placeOf, readInstructions, tokenOf } from '../../src/fragment/instruction.ts'

/** Each instruction on one line: first and last line, keyword, flags, heredocs. */
const shape = (text: string): readonly string[] =>
  readInstructions(text).instructions.map(({ lines, keyword, flags, heredocs, open }) =>
    [
      `${lines.start}-${lines.end}`,
      keyword,
      ...flags.map(({ name, value }) => `--${name}${value === undefined ? '' : `=${textOf(value)}`}`),
      ...heredocs.map(({ name, chomp }) => `${chomp ? '<<-' : '<<'}${name}`),
      ...(open === undefined ? [] : ['open']),
    ].join(' '),
  )

/** Every expectation is what BuildKit 0.32's own parser says (frontend/dockerfile/parser). */
const SHAPES: readonly (readonly [description: string, text: string, ...shape: readonly string[]])[] = [
  ['nothing', ''],
  ['comments and blank lines', '# a\n\n  # b\n'],
  ['keywords in any case, indented', 'run a\n\t Copy b c\n', '1-1 RUN', '2-2 COPY'],
  ['a continued line', 'RUN a \\\n  b\nRUN c\n', '1-2 RUN', '3-3 RUN'],
  ['blanks behind the backslash', 'RUN a \\ \t\nb\nRUN c\n', '1-2 RUN', '3-3 RUN'],
  ['two backslashes, which do not continue', 'RUN a \\\\\nRUN c\n', '1-1 RUN', '2-2 RUN'],
  ['comments and blank lines within', 'RUN a \\\n# x\n\n  # y\n  b\nRUN c\n', '1-5 RUN', '6-6 RUN'],
  ['a keyword over two lines', 'RU\\\nN a\n', '1-2 RUN'],
  ['flags over lines', 'COPY --link \\\n  --chown=a:b \\\n x y\n', '1-3 COPY --link --chown=a:b'],
  ['quotes in flags', 'RUN --mount="type=bind,from=a b" x\n', '1-1 RUN --mount=type=bind,from=a b'],
  ['flags end at the first word', 'RUN a--b --from=x\n', '1-1 RUN'],
  ['a double dash ends flags', 'RUN --link -- --from=x\n', '1-1 RUN --link'],
  ['a heredoc', 'RUN <<EOF\nRUN no\nEOF\nRUN c\n', '1-3 RUN <<EOF', '4-4 RUN'],
  ['a heredoc with backslashes', 'RUN <<EOF\na\\\nEOF\nRUN c\n', '1-3 RUN <<EOF', '4-4 RUN'],
  ['two heredocs', 'COPY <<A <<"B" /x/\na\nA\nb\nB\nRUN c\n', '1-5 COPY <<A <<B', '6-6 RUN'],
  ['tabs only where the dash is', 'RUN <<-A <<B\n\tA\n\tB\nB\nRUN c\n', '1-4 RUN <<-A <<B', '5-5 RUN'],
  ['a numbered heredoc', 'RUN 3<<EOF cat\nCOPY a b\nEOF\nRUN c\n', '1-3 RUN <<EOF', '4-4 RUN'],
  ['a blank before the name', 'RUN cat << EOF\na\nEOF\n', '1-3 RUN <<EOF'],
  ['a heredoc behind a continued line', 'RUN a && \\\n  b <<EOF\nx\nEOF\nRUN c\n', '1-4 RUN <<EOF', '5-5 RUN'],
  ['no heredoc in single quotes', "RUN sh -c 'cat <<EOF'\nRUN c\n", '1-1 RUN', '2-2 RUN'],
  ['no heredoc in double quotes', 'RUN sh -c "cat <<EOF"\nRUN c\n', '1-1 RUN', '2-2 RUN'],
  ['no heredoc in exec form', 'RUN ["sh", "-c", "cat <<X"]\nRUN c\n', '1-1 RUN', '2-2 RUN'],
  ['no heredoc in other instructions', 'ENV A=<<EOF\nRUN c\n', '1-1 ENV', '2-2 RUN'],
  ['a here-string', 'RUN cat <<<word\nRUN c\n', '1-1 RUN', '2-2 RUN'],
  ['a heredoc in ONBUILD', 'ONBUILD RUN <<EOF\na\nEOF\nRUN c\n', '1-3 ONBUILD <<EOF', '4-4 RUN'],
  ['a heredoc without an end', 'RUN <<EOF\na\n', '1-2 RUN <<EOF open'],
  ['a continuation without an end', 'RUN a \\\n# b\n', '1-2 RUN open'],
]

describe('reads as BuildKit does', () => {
  test.each(SHAPES)('%s', (_, text, ...expected) => {
    expect(shape(text)).toEqual(expected)
  })
})

describe('lines', () => {
  test('lose a byte order mark and carriage returns, also in heredocs', () => {
    const { lines } = readInstructions('\uFEFFRUN <<EOF\r\na\r\nEOF\r\n')
    expect(lines).toEqual(['RUN <<EOF', 'a', 'EOF'])
  })

  test('keep carriage returns that end no line', () => {
    expect(readInstructions('RUN a\rb\n').lines).toEqual(['RUN a\rb'])
  })

  test('do not depend on a line break at the end', () => {
    expect(readInstructions('RUN a')).toEqual(readInstructions('RUN a\n'))
  })
})

describe('directives', () => {
  const names = (text: string): readonly string[] =>
    readInstructions(text).directives.map(({ name, value, line }) => `${line} ${name} ${value}`)

  test('stand on top', () => {
    expect(names('# syntax=a\n#Escape = `\nRUN x\n')).toEqual(['1 syntax a', '2 escape `'])
  })

  test('may follow a shebang', () => {
    expect(names('#!/usr/bin/env docker\n# syntax=a b\n')).toEqual(['2 syntax a b'])
  })

  test.each([
    ['another comment', '# hello\n# syntax=a\n'],
    ['a blank line', '\n# syntax=a\n'],
    ['a comment that looks like one', '# note=1\n# syntax=a\n'],
  ])('end at %s', (_, text) => {
    expect(names(text)).toEqual([])
  })
})

describe('tokens', () => {
  const [instruction] = readInstructions('\n  RUN --mount=type=bind,from=bu\\\n# c\nild x\n').instructions

  test('know their places on all lines they are on', () => {
    const start = instruction?.text.indexOf('build') ?? -1
    expect(instruction && tokenOf(instruction, start, start + 5)).toEqual({
      text: 'build',
      spans: [
        { line: 2, start: 29, end: 31 },
        { line: 4, start: 0, end: 3 },
      ],
    })
  })

  test('begin at a line and column', () => {
    expect(instruction && placeOf('f', tokenOf(instruction, 0, 3))).toEqual({ file: 'f', line: 2, column: 3 })
  })
})
