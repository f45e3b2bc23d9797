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
