import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readArguments } from '../../src/fragment/arguments.ts'
import { readInstructions } from '../../src/fragment/instruction.ts'
import { expandWord } from '../../src/fragment/words.ts'
import { traceLine } from '../../src/render/dockerfile.ts'
import type { StitchedDockerfile } from '../../src/render/stitched.ts'
import { BASE, stitched } from './dockerfile-fixture.ts'

const HARD = ['a', ' ', "'", '"', '\\', '$', '${X}', '$X', '`', '#', '=', '\t', '\r', '<<E', 'é', '\u2028']

/** Any text without a line break, hard ones more often. */
const value = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...HARD), { maxLength: 8 }).map((parts) => parts.join('')),
  )
  .map((text) => text.replaceAll('\n', ''))

/** Values of the ARGs of a Dockerfile, by name, as BuildKit reads them where no variable is set. */
const readBack = ({ text }: StitchedDockerfile): Readonly<Record<string, string | undefined>> => {
  const args = readInstructions(text).instructions.filter(({ keyword }) => keyword === 'ARG')
  const entries = args.flatMap((instruction) => readArguments(instruction, false))
  const expand = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : expandWord(text, () => 'unset')
  return Object.fromEntries(entries.map(({ name, default: text }) => [name, expand(text)]))
}

test('every value arrives as it was given', () => {
  fc.assert(
    fc.property(value, value, (one, two) => {
      const text = 'ARG A=old B="o l\\\n d" \\\n  C\nARG D=4\nRUN a\n'
      const dockerfile = stitched([BASE, { layer: 'core', text, args: { A: `layer: ${one}`, B: `layer: ${two}` } }])
      expect(readBack(dockerfile)).toEqual({ A: one, B: two, C: undefined, D: '4' })
      expect(dockerfile.steps.map((step) => step.text)).toEqual(['RUN a'])
    }),
  )
})

test('a value before FROM arrives in the stages that take it over', () => {
  fc.assert(
    fc.property(value, (one) => {
      const text = 'ARG PARENT X=1\nFROM $PARENT AS a\nARG X\nFROM $PARENT\n'
      expect(readBack(stitched([BASE, { layer: 'core', text, args: { X: `layer: ${one}` } }]))).toEqual({ X: one })
    }),
  )
})

/** Instructions of a stage, none of which stitching has to change. */
const PLAIN = [
  'RUN a',
  'RUN a \\\n  # note\n  && b',
  'RUN <<EOF\nCOPY --from=other a b\n\nEOF',
  'COPY <<-A <<B /x\n\tA\nb\nB',
  "RUN sh -c 'cat <<EOF'",
  'ENV A=1 \\\n    B=2',
  'WORKDIR /x',
  'WORKDIR /',
  '# FROM golang:1 AS other',
  'ARG Z=1',
  '',
  'COPY ["a", "b"]',
]
/** Instructions that name something of the fragment. */
const NAMING = ['COPY --from=build a b', 'RUN --mount=type=bind,from=BUILD,target=/x \\\n  a', 'ARG X=1', 'ARG \\\n X']

const body = fc.array(fc.constantFrom(...PLAIN, ...NAMING), { maxLength: 12 }).map((parts) => parts.join('\n'))

const fragment = fc.tuple(fc.constantFrom('', '# top\n', '\n'), body, body).map(([top, aux, chain]) => {
  const free = aux.replaceAll(/from=build/gi, 'from=busybox')
  return `${top}ARG PARENT\nARG X=0\nFROM golang:1 AS build\n${free}\nFROM \${PARENT}\n${chain}\n`
})

describe('whatever the fragments hold', () => {
  const stacks = fc.array(fragment, { minLength: 1, maxLength: 4 }).map((texts) => ({
    texts,
    dockerfile: stitched([BASE, ...texts.map((text, index) => ({ layer: `l${index}`, text, args: { X: 'new' } }))]),
  }))
  const linesOf = ({ text }: StitchedDockerfile): readonly string[] => text.split('\n').slice(0, -1)
  const changes = /^FROM (golang|\$)|from=build|^(ARG)? X/i

  test('every copied line is that of its fragment, unless it names something', () => {
    fc.assert(
      fc.property(stacks, ({ texts, dockerfile }) => {
        for (const [index, line] of linesOf(dockerfile).entries()) {
          const trace = traceLine(dockerfile, index + 1)
          if (trace === undefined) continue
          const source = texts[Number(trace.layer.slice(1))]?.split('\n')[trace.line - 1] ?? ''
          if (changes.test(source)) expect(line).not.toBe(source)
          else expect(line).toBe(source)
        }
      }),
    )
  })

  test('every line of a fragment is copied once, in order, but for its head and blank ends', () => {
    fc.assert(
      fc.property(stacks, ({ texts, dockerfile }) => {
        const traced = linesOf(dockerfile).flatMap((_, index) => traceLine(dockerfile, index + 1) ?? [])
        const sources = texts.flatMap((text, layer) => {
          const lines = text
            .split('\n')
            .map((line, index) => ({ file: `l${layer}.Dockerfile`, line: index + 1, text: line }))
          const kept = lines.filter((line) => !/^ARG (PARENT|X=0)$/.test(line.text))
          const first = kept.findIndex((line) => line.text !== '')
          return kept.slice(first, kept.findLastIndex((line) => line.text !== '') + 1)
        })
        expect(traced.map(({ file, line }) => `${file}:${line}`)).toEqual(
          sources.map(({ file, line }) => `${file}:${line}`),
        )
      }),
    )
  })

  test('the Dockerfile has the instructions of its fragments', () => {
    fc.assert(
      fc.property(stacks, ({ texts, dockerfile }) => {
        const shape = (text: string): readonly string[] =>
          readInstructions(text).instructions.map(({ keyword, heredocs }) => `${keyword} ${heredocs.length}`)
        const own = texts.flatMap((text) => shape(text).slice(2))
        expect(shape(dockerfile.text)).toEqual(['FROM 0', ...own])
      }),
    )
  })

  test('steps lie where they say, in both files', () => {
    fc.assert(
      fc.property(stacks, ({ dockerfile }) => {
        for (const { rendered, lines, file, layer } of dockerfile.steps) {
          expect(traceLine(dockerfile, rendered.start)).toEqual({ file, layer, line: lines.start })
          expect(traceLine(dockerfile, rendered.end)).toEqual({ file, layer, line: lines.end })
        }
      }),
    )
  })
})
