import { describe, expect, test } from '@jest/globals'
import {
  findCacheMounts,
  lowestImage,
  mountName,
  renderExtraction,
  renderInjection,
} from '../../src/render/cache-mounts.ts'

const find = (...lines: readonly string[]) => findCacheMounts({ text: lines.join('\n') }, 'linux/arm64')

const namesIn = (...lines: readonly string[]): readonly string[] => find(...lines).mounts.map(mountName)

describe('cache mounts of a Dockerfile', () => {
  // Measured with BuildKit: each of these finds in another build what was written under the name on the right.
  test.each([
    ['type=cache,target=/a', '/a'],
    ['type=cache,target=/a/', '/a'],
    ['type=cache,dst=/a//b/../c', '/a/c'],
    ['type=cache,target=rel/x', 'rel/x'],
    ['type=cache,id=apt,target=/a,sharing=locked', 'apt'],
    ['type=cache,"id=apt",target=/a', 'apt'],
    ['target=/a,type=cache,uid=1000,mode=0770', '/a,uid=1000,mode=0770'],
    ['type=cache,id=apt-$TARGETARCH,target=/a', 'apt-arm64'],
    ['type=cache,target=/a-${V}', '/a-3.10'],
  ])('%s is %s', (mount, name) => {
    expect(namesIn('FROM a AS base', 'ARG V=3.10', 'ARG TARGETARCH', `RUN --mount=${mount} true`)).toEqual([name])
  })

  test('are counted once with all their steps, and stages know the variables of those below', () => {
    const { mounts } = find(
      'FROM a AS base',
      'ENV V=1',
      'RUN --mount=type=cache,id=x,target=/a true',
      'FROM base AS app',
      'RUN --mount=type=cache,id=x,target=/b --mount=type=cache,id=$V,target=/c true',
      'RUN --mount=type=bind,target=/d --mount=type=secret,id=x true',
    )
    expect(mounts).toEqual([
      { id: 'x', settings: {}, lines: [3, 5] },
      { id: '1', settings: {}, lines: [5] },
    ])
  })

  test.each([
    ['type=cache,from=other,target=/a', /another stage or image/],
    ['type=cache,id=$HOME,target=/a', /only the builder knows/],
    ['type=cache,id=\\$x,target=/a', /only the builder knows/],
    ['"type=cache","id=a b",target=/a', /cannot be passed on/],
    ['type=cache,id=$V,target=/a', /cannot be passed on/],
  ])('%s is left out: %s', (mount, reason) => {
    const { mounts, skipped } = find(
      'FROM a AS base',
      'ARG V=$HOME',
      `RUN --mount=${mount.replace('a b', "a' 'b")} true`,
    )
    expect({ mounts, skipped }).toEqual({ mounts: [], skipped: [{ line: 3, reason: expect.stringMatching(reason) }] })
  })
})

test('one build fills all mounts that have an archive, with the settings that make them the same mount', () => {
  const text = renderInjection(
    [{ id: 'a', settings: {} }, undefined, { id: '/c', settings: { mode: '0770' } }],
    'i@d',
    '7',
  )
  expect(text.split('\n')).toEqual([
    'FROM i@d AS tools',
    'USER 0:0',
    'ENV STRATA_RUN=7',
    'RUN --network=none --mount=type=cache,id=a,target=/strata/mount --mount=type=bind,source=mount-0.tar,target=/strata/archive.tar ["tar","-xpf","/strata/archive.tar","-C","/strata/mount"]',
    'RUN --network=none --mount=type=cache,id=/c,target=/strata/mount,mode=0770 --mount=type=bind,source=mount-2.tar,target=/strata/archive.tar ["tar","-xpf","/strata/archive.tar","-C","/strata/mount"]',
    '',
  ])
})

test('one build takes all out, and its result is the archives alone', () => {
  expect(
    renderExtraction([{ id: 'a', settings: {} }], 'i@d', '7')
      .split('\n')
      .slice(3),
  ).toEqual([
    'RUN --network=none --mount=type=cache,id=a,target=/strata/mount ["tar","-cf","/strata-mount-0.tar","-C","/strata/mount","."]',
    'FROM scratch',
    'COPY --from=tools /strata-mount-0.tar /mount-0.tar',
    '',
  ])
})

test('files are moved with the image that the lowest stage starts from', () => {
  const targets = [{ layer: 'base', stage: 'base' }]
  expect(lowestImage({ text: 'FROM go AS base.build\nFROM os@sha256:1 AS base\n', targets })).toBe('os@sha256:1')
  expect(lowestImage({ text: 'FROM scratch AS base\n', targets })).toBeUndefined()
})
