import { describe, expect, test } from '@jest/globals'
import { createStepIndex } from '../../src/progress/step-index.ts'
import { target } from './fixture.ts'

describe('a vertex name and the step that it stands for', () => {
  test.each([
    { written: 'RUN make all', shown: 'RUN make all', same: true },
    { written: 'run make all', shown: 'RUN make all', same: true },
    { written: 'RUN make all', shown: 'RUN make test', same: false },
    { written: 'RUN make $WHAT now', shown: 'RUN make all now', same: true },
    { written: 'RUN make \\ all', shown: 'RUN make  all', same: true },
    { written: 'RUN echo "a b"', shown: 'RUN echo "a b"', same: true },
    { written: 'RUN echo "a b"', shown: 'RUN echo "c d"', same: false },
    { written: "RUN ['true']", shown: "RUN ['true']", same: true },
    { written: 'RUN cat <<END a END', shown: 'RUN cat <<END (a...)', same: true },
    { written: 'RUN cat < in', shown: 'RUN cat < out', same: false },
    { written: 'WORKDIR /x', shown: 'WORKDIR /x', same: true },
    { written: 'WORKDIR /x', shown: 'WORKDIR /y', same: false },
    { written: 'WORKDIR "/x y"', shown: 'WORKDIR /x y', same: true },
    { written: "WORKDIR '/x y'", shown: 'WORKDIR /x y', same: true },
    { written: 'workdir /a"/x y"', shown: 'WORKDIR /a/x y', same: true },
    { written: 'WORKDIR /a"/x y"', shown: 'WORKDIR /b/x y', same: false },
    { written: 'COPY ["a b", "/c d/"]', shown: 'COPY [a b, /c d/]', same: true },
    { written: 'COPY --chmod=755 "a b" /c', shown: 'COPY --chmod=755 a b /c', same: true },
    { written: 'COPY --chmod=755 "a b" /c', shown: 'COPY --chmod=644 a b /c', same: false },
    { written: 'ADD "a" /b', shown: 'ADD a /b', same: true },
    { written: 'ADD "a" /b', shown: 'COPY a /b', same: false },
  ])('$written, shown as $shown: $same', ({ written, shown, same }) => {
    const index = createStepIndex([target('t0', `core 2 ${written}`)])
    expect(index.locate(`[core 2/3] ${shown}`).step?.text).toBe(same ? written : undefined)
  })

  test('stands at its place: stage and index', () => {
    const index = createStepIndex([target('t0', 'core 2 RUN a', 'core 3 RUN a', 'app 2 RUN a')])
    expect(index.locate('[core 3/3] RUN a').step).toMatchObject({ stage: 'core', index: 3 })
    expect(index.locate('[app 2/2] RUN a').step).toMatchObject({ stage: 'app', index: 2 })
    expect(index.locate('[app 3/3] RUN a').step).toBeUndefined()
  })

  test('is without a stage where there is only one', () => {
    expect(createStepIndex([target('t0', 'core 2 RUN a')]).locate('[2/2] RUN a').step?.stage).toBe('core')
    const two = createStepIndex([target('t0', 'core 2 RUN a', 'app 1 RUN a')])
    expect(two.locate('[2/2] RUN a').step).toBeUndefined()
  })

  test('is none of a stage that gathers files, which is known all the same', () => {
    const [step] = target('t0', 'core 2 COPY --from=core.context-1 /a /a').steps
    const steps = step === undefined ? [] : [{ ...step, gatheredIn: 'core.context-1' }]
    const found = createStepIndex([{ target: 't0', steps }]).locate('[core.context-1 1/1] COPY a /a')
    expect(found.step).toBeUndefined()
    expect(found.gathersFor).toBe(steps[0])
  })

  test('is shifted by what ONBUILD of the base put before it', () => {
    const index = createStepIndex([target('t0', 'core 2 RUN a', 'core 3 RUN b')])
    expect(index.locate('[core 3/4] RUN a').step).toBeUndefined()
    expect(index.locate('[core 2/4] ONBUILD RUN x').step).toBeUndefined()
    expect(index.locate('[core 3/4] RUN a').step?.text).toBe('RUN a')
    expect(index.locate('[core 4/4] RUN b').step?.text).toBe('RUN b')
  })
})

describe('several targets', () => {
  const targets = [target('t0', 'core 2 RUN a'), target('t1', 'core 2 RUN a'), target('t2', 'core 2 RUN b')]
  const index = createStepIndex(targets)

  test('have their names in front', () => {
    const located = index.locate('[t1 core 2/2] RUN a')
    expect(located.target).toBe('t1')
    expect(located.step).toBe(targets[1]?.steps[0])
  })

  test('have counterparts of each other’s steps where these are the same', () => {
    const [step] = targets[0]?.steps ?? []
    expect(step && index.counterpart('t1', step)).toBe(targets[1]?.steps[0])
    expect(step && index.counterpart('t2', step)).toBeUndefined()
    expect(step && index.counterpart('t9', step)).toBeUndefined()
  })
})
