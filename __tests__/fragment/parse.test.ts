import { describe, expect, test } from '@jest/globals'
import type { Fragment } from '../../src/fragment/fragment.ts'
import { parseFragment } from '../../src/fragment/parse.ts'

const parse = (text: string): Fragment =>
  parseFragment('f.Dockerfile', text, { layers: ['base', 'core'], contexts: ['src'] })

/** Behind the two lines by which a fragment takes its parent. */
const inStage = (text: string): Fragment => parse(`ARG PARENT\nFROM \${PARENT}\n${text}`)

describe('stages', () => {
  test.each(['', '\n\n', '# nothing yet\n'])('%j adds nothing', (text) => {
    const { stages, args, reads } = parse(text)
    expect(stages.map(({ onParent, steps }) => ({ onParent, steps }))).toEqual([{ onParent: true, steps: [] }])
    expect([...args, ...reads]).toEqual([])
  })

  test.each(['$PARENT', '${PARENT}', '"${PARENT}"', '${PARENT:-ubuntu:24.04}'])('FROM %s is the parent', (from) => {
    expect(parse(`ARG PARENT=alpine\nFROM ${from}\n`).stages).toMatchObject([{ from, onParent: true }])
  })

  test('a fragment of one stage may leave out FROM', () => {
    const [stage, ...others] = parse('# note\nARG A=1\nRUN a\n# end\n').stages
    expect(stage).toMatchObject({ onParent: true, lines: { start: 2, end: 3 } })
    expect(stage).not.toHaveProperty('from')
    expect(others).toEqual([])
  })

  test('auxiliary stages stand before the chain part', () => {
    const text = `ARG GO=1.25
ARG PARENT
FROM --platform=$BUILDPLATFORM golang:\${GO} AS Build
WORKDIR /src
# belongs to the next
FROM build AS test
from $PARENT as other
FROM \${PARENT}
WORKDIR /
RUN a`
    expect(
      parse(text).stages.map(({ name, from, platform, onParent, lines, steps }) => ({
        ...{ name, from, platform, onParent, lines: `${lines.start}-${lines.end}` },
        steps: steps.map((step) => step.text),
      })),
    ).toEqual([
      {
        ...{ name: 'Build', from: 'golang:${GO}', platform: '$BUILDPLATFORM', onParent: false, lines: '3-4' },
        steps: ['WORKDIR /src'],
      },
      { name: 'test', from: 'build', platform: undefined, onParent: false, lines: '6-6', steps: [] },
      { name: 'other', from: '$PARENT', platform: undefined, onParent: true, lines: '7-7', steps: [] },
      { name: undefined, from: '${PARENT}', platform: undefined, onParent: true, lines: '8-10', steps: ['RUN a'] },
    ])
  })

  test('a step is told on one line, without comments and heredocs', () => {
    const [stage] = inStage('RUN a \\\n  # why\n  && b <<EOF\nx\nEOF\nENV A=1\nWORKDIR /\ncopy  x\ty\n').stages
    expect(stage?.steps).toEqual([
      { keyword: 'RUN', lines: { start: 3, end: 7 }, text: 'RUN a && b <<EOF' },
      { keyword: 'COPY', lines: { start: 10, end: 10 }, text: 'copy x y' },
    ])
  })

  test('MAINTAINER is old and no error', () => {
    expect(() => inStage('MAINTAINER me\n')).not.toThrow()
  })
})

describe('arguments', () => {
  test('are all names of all ARGs but PARENT', () => {
    const text =
      'ARG PARENT GO=1.25\nARG OS\nFROM a:$GO AS b\nARG GO A="x y" B=\'=\' \\\n  C=\nFROM $PARENT\nARG TARGETARCH\n'
    expect(parse(text).args.map(({ token, ...argument }) => ({ ...argument, at: token.spans[0]?.start }))).toEqual([
      { name: 'GO', default: '1.25', line: 1, global: true, at: 11 },
      { name: 'OS', line: 2, global: true, at: 4 },
      { name: 'GO', line: 4, global: false, at: 4 },
      { name: 'A', default: '"x y"', line: 4, global: false, at: 7 },
      { name: 'B', default: "'='", line: 4, global: false, at: 15 },
      { name: 'C', default: '', line: 5, global: false, at: 2 },
      { name: 'TARGETARCH', line: 7, global: false, at: 4 },
    ])
  })

  test('are no global ones without a FROM', () => {
    expect(parse('ARG A=1\nRUN a\n').args).toMatchObject([{ name: 'A', global: false }])
  })
})

test('images are those of FROM, --from and mounts', () => {
  const text = `ARG PARENT
ARG GO=1
FROM golang:\${GO} AS build
FROM build AS test
FROM src AS files
FROM scratch AS none
FROM $PARENT
COPY --link --from=busybox:1 /a /a
COPY --from=test --from=build /a /a
RUN --mount=from=ghcr.io/a/b@sha256:${'0'.repeat(64)},target=/x --mount=from=none,target=/y a`
  expect(parse(text).images).toEqual([
    { reference: 'golang:${GO}', line: 3, how: 'from' },
    { reference: 'busybox:1', line: 8, how: 'copy' },
    { reference: `ghcr.io/a/b@sha256:${'0'.repeat(64)}`, line: 10, how: 'mount' },
  ])
})

test('an argument can choose the stage', () => {
  const text = 'ARG PARENT KIND=cpu\nFROM a:1 AS kind-cpu\nFROM kind-${KIND} AS kind\nFROM $PARENT\n'
  expect(parse(text).images).toEqual([{ reference: 'a:1', line: 2, how: 'from' }])
})

describe('reads', () => {
  const paths = (text: string): readonly string[] =>
    inStage(text).reads.map(({ context, path, line }) => `${line} ${context ?? '-'} ${path}`)

  test.each([
    ['sources, not the destination', 'COPY --chown=a a b*.txt ${DIR}/ /x/', ['3 - a', '3 - b*.txt', '3 - ${DIR}/']],
    ['exec form', 'COPY ["a b", "c", "/x"]', ['3 - a b', '3 - c']],
    ['heredocs, which are no files', 'COPY a <<B "<<C" /x/\nB\n', ['3 - a', '3 - "<<C"']],
    ['a named context', 'COPY --from=src . /x', ['3 src .']],
    ['an image, which is no context', 'COPY --from=busybox a b', []],
    ['ADD', 'ADD a.tar https://a.example/b git@a.example:b.git /x', ['3 - a.tar']],
    ['a mount', 'RUN --mount=type=bind,source=a,target=/a a', ['3 - a']],
    ['a mount of everything', 'RUN --mount=target=/a a', ['3 - /']],
    ['a mount of a named context', 'RUN --mount=type=bind,src=b,from=src,target=/a a', ['3 src b']],
    ['caches and the like, which read nothing', 'RUN --mount=type=cache,target=/a --mount=type=tmpfs,target=/b a', []],
  ])('%s', (_, text, expected) => {
    expect(paths(text)).toEqual(expected)
  })

  test('a stage that is a named context reads all of it', () => {
    expect(parse('ARG PARENT\nFROM src AS files\nFROM $PARENT\n').reads).toEqual([
      { context: 'src', path: '/', line: 2 },
    ])
  })
})

test('what ADD fetches is known, and whether it can change', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567'
  const text = `ADD https://a.example/b /b
ADD --checksum=sha256:x https://a.example/c /c
ADD https://github.com/a/b.git#main /d
ADD git@github.com:a/b.git#${commit}:sub /e
COPY https:/x /f`
  expect(inStage(text).remotes).toEqual([
    { url: 'https://a.example/b', pinned: false, line: 3 },
    { url: 'https://a.example/c', pinned: true, line: 4 },
    { url: 'https://github.com/a/b.git#main', pinned: false, line: 5 },
    { url: `git@github.com:a/b.git#${commit}:sub`, pinned: true, line: 6 },
  ])
})

test('secrets and ssh agents have the ids that BuildKit gives them', () => {
  const text = `RUN --mount=type=secret,id=token,required a
RUN --mount=type=secret,target=/run/secrets/key,required=true --mount=type=secret,src=s,required=false a
RUN --mount=type=ssh --mount=type=ssh,id=github --mount="type=ssh,id=a b" a`
  const { secrets, ssh } = inStage(text)
  expect(secrets).toEqual([
    { id: 'token', required: true, line: 3 },
    { id: 'key', required: true, line: 4 },
    { id: 's', required: false, line: 4 },
  ])
  expect(ssh).toEqual([
    { id: 'default', line: 5 },
    { id: 'github', line: 5 },
    { id: 'a b', line: 5 },
  ])
})

test('what needs BuildKit is listed', () => {
  const text = `COPY --link --chmod=644 <<A /a
A
COPY --from=src --chown=a a b
RUN --network=none --mount=type=cache,target=/a --mount=type=cache,target=/b --security=insecure a
ADD --checksum=sha256:x https://a.example /a
HEALTHCHECK --interval=1s CMD a
COPY --parents --exclude=*.md a b`
  expect(inStage(text).buildkitOnly.map(({ feature, line }) => `${line} ${feature}`)).toEqual([
    '3 heredoc',
    '3 --link',
    '3 --chmod',
    '5 named context',
    '6 --network',
    '6 --mount',
    '6 --security',
    '7 --checksum',
    '9 --parents',
    '9 --exclude',
  ])
})

test('a pinned syntax is kept', () => {
  const reference = `docker/dockerfile:1@sha256:${'a'.repeat(64)}`
  const { syntax, preamble } = parse(`# syntax = ${reference}\n# why\nARG \\\n  PARENT\nFROM $PARENT\n`)
  expect(syntax).toBe(reference)
  expect(preamble).toEqual([
    { start: 1, end: 1 },
    { start: 3, end: 4 },
  ])
})
