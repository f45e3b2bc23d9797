import { describe, expect, test } from '@jest/globals'
import { BASE, bodyOf, stitched } from './dockerfile-fixture.ts'

const SRC = { src: 'apps/serve' }

/** The layer `app` of a single step, as lines. */
const appOf = (step: string): readonly string[] =>
  bodyOf(stitched([BASE, { layer: 'app', text: `${step}\n`, contexts: SRC }]))
    .split('\n')
    .slice(2)

describe('a COPY from a build context', () => {
  test.each([
    { step: 'COPY a /b', gather: 'COPY a /a', copy: 'COPY --from=app.context-1 /a /b' },
    { step: 'COPY a .', gather: 'COPY a /a', copy: 'COPY --from=app.context-1 /a .' },
    { step: 'COPY x/y/a b/', gather: 'COPY x/y/a /a', copy: 'COPY --from=app.context-1 /a b/' },
    { step: 'COPY folder/ /b', gather: 'COPY folder/ /folder', copy: 'COPY --from=app.context-1 /folder /b' },
    { step: 'COPY . /b', gather: 'COPY . /context', copy: 'COPY --from=app.context-1 /context /b' },
    { step: 'COPY .. /b', gather: 'COPY .. /context', copy: 'COPY --from=app.context-1 /context /b' },
    { step: 'COPY / /b', gather: 'COPY / /context', copy: 'COPY --from=app.context-1 /context /b' },
    { step: 'COPY *.txt /b/', gather: 'COPY *.txt /context/', copy: 'COPY --from=app.context-1 /context/ /b/' },
    { step: 'copy a /b', gather: 'COPY a /a', copy: 'copy --from=app.context-1 /a /b' },
    {
      step: 'COPY --chown=1:1 --chmod=755 a /b',
      gather: 'COPY a /a',
      copy: 'COPY --from=app.context-1 --chown=1:1 --chmod=755 /a /b',
    },
    {
      step: 'COPY --chmod=755 --from=src a /b',
      gather: 'COPY --from=app.src a /a',
      copy: 'COPY --chmod=755 --from=app.context-1 /a /b',
    },
  ])('$step takes its files from a stage of their own', ({ step, gather, copy }) => {
    expect(appOf(step)).toEqual(['FROM scratch AS app.context-1', gather, '', 'FROM base AS app', copy, ''])
  })

  test('takes several files from one stage', () => {
    const [, gather, , , copy] = appOf('COPY a x/b /c/')
    expect(gather).toBe('COPY a x/b /context/')
    expect(copy?.split(/ +/)).toEqual(['COPY', '--from=app.context-1', '/context/', '/c/'])
  })

  test('takes them from one stage over several lines', () => {
    expect(appOf('COPY \\\n  --chown=1 \\\n  a \\\n  # why\n  b\\\nc \\\n  /d/').join('\n')).toBe(`\
FROM scratch AS app.context-1
COPY a bc /context/

FROM base AS app
COPY --from=app.context-1 \\
  --chown=1 \\
  /context/ \\
  # why
  \\
 \\
  /d/
`)
  })

  test('in an auxiliary stage has its own, too, before all stages of the layer', () => {
    const text = 'ARG PARENT\nFROM golang:1 AS build\nCOPY go.* ./\nRUN make\nFROM $PARENT\nCOPY a /a\n'
    const dockerfile = stitched([BASE, { layer: 'app', text }])
    expect(bodyOf(dockerfile)).toBe(`FROM ubuntu:24.04 AS base

FROM scratch AS app.context-1
COPY go.* /context/

FROM scratch AS app.context-2
COPY a /a

FROM golang:1 AS app.build
COPY --from=app.context-1 /context/ ./
RUN make
FROM base AS app
COPY --from=app.context-2 /a /a
`)
    expect(dockerfile.steps.map(({ stage, index, gatheredIn }) => [stage, index, gatheredIn])).toEqual([
      ['app.build', 2, 'app.context-1'],
      ['app.build', 3, undefined],
      ['app', 1, 'app.context-2'],
    ])
  })

  test.each([
    ['docker-image://busybox:1', false],
    ['oci-layout:///x', false],
    ['target:base', false],
    ['https://example.com/a.git', false],
    ['git@example.com:a/b.git', false],
    ['../apps/serve', true],
    ['/apps', true],
  ])('from %s is one from a folder: %s', (context, expected) => {
    const { steps } = stitched([BASE, { layer: 'app', text: 'COPY --from=SRC a /b\n', contexts: { src: context } }])
    expect(steps.map(({ text, gatheredIn }) => [text, gatheredIn])).toEqual([
      expected ? ['COPY --from=app.context-1 /a /b', 'app.context-1'] : ['COPY --from=app.src a /b', undefined],
    ])
  })

  test.each(['COPY <<END /c\na\nEND', 'COPY a <<END /c/\na\nEND', 'COPY a b .', 'COPY -- --a /c'])(
    '%j stays as it is',
    (step) => {
      expect(appOf(step)).toEqual(['FROM base AS app', ...step.split('\n'), ''])
    },
  )

  test.each([
    'COPY "a b" /c',
    "COPY 'a' /c",
    'COPY ["a", "/c"]',
    'COPY a$B /c',
    'COPY *.txt /c',
    'COPY --link a /c',
    'COPY --parents a /c',
    'COPY --exclude=*.md a /c',
    'COPY --from=busybox:1 a /c',
    'ADD a /c',
  ])('%s stays as it is, since its result could be another', (step) => {
    expect(appOf(step)).toEqual(['FROM base AS app', step, ''])
  })

  test('keeps its words and its place for people, and knows where its files are gathered', () => {
    const { steps } = stitched([BASE, { layer: 'app', text: 'RUN a\nCOPY a /b\nCOPY c /d\n' }])
    expect(steps.map(({ index, lines, original, gatheredIn }) => [index, lines.start, original, gatheredIn])).toEqual([
      [1, 1, undefined, undefined],
      [2, 2, 'COPY a /b', 'app.context-1'],
      [3, 3, 'COPY c /d', 'app.context-2'],
    ])
  })
})
