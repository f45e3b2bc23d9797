import { describe, expect, test } from '@jest/globals'
import { foldLegacy } from '../../src/progress/legacy.ts'
import { BASE, stitched } from '../render/dockerfile-fixture.ts'
import { outcomes } from './fixture.ts'

const DOCKERFILE = stitched([
  BASE,
  { layer: 'core', text: 'ENV X=1\nRUN a\nCOPY b /b\nWORKDIR /\n' },
  { layer: 'app', text: 'WORKDIR /w\n' },
])

/** What Docker 29 prints with `DOCKER_BUILDKIT=0`, shortened. */
const FROM = ['Sending build context to Docker daemon', 'Step 1/10 : FROM ubuntu:24.04 AS base', ' ---> 0a0a']
const GATHER = ['Step 2/10 : FROM scratch AS core.context-1', ' ---> ', 'Step 3/10 : COPY b /b', ' ---> 1b1b']
const ENV = ['Step 4/10 : FROM base AS core', ' ---> 0a0a', 'Step 5/10 : ENV X=1', ' ---> Using cache', ' ---> cdef']
const RUN = [
  'Step 6/10 : RUN a',
  ' ---> Running in 0123',
  'hello',
  ' ---> Removed intermediate container 0123',
  ' ---> 4567',
]
const COPY = ['Step 7/10 : COPY --from=core.context-1 /b /b', ' ---> 89ab']
const ROOT = ['Step 8/10 : WORKDIR /', ' ---> Running in 89ab', ' ---> 0e0e']
const WORKDIR = [
  ...['Step 9/10 : FROM core AS app', ' ---> 0e0e'],
  ...['Step 10/10 : WORKDIR /w', ' ---> Running in 4567', ' ---> 0f0f'],
]

const BEFORE = [...FROM, ...GATHER, ...ENV]

const cached = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => (line.startsWith('Step ') ? [line, ' ---> Using cache'] : [' ---> 4567']))

const fold = (lines: readonly string[], failed = false) =>
  foldLegacy(lines, { target: 't0', dockerfile: DOCKERFILE, failed })

describe('foldLegacy', () => {
  test('is about these instructions', () => {
    expect(DOCKERFILE.steps.map(({ text }) => text)).toEqual([
      'RUN a',
      'COPY --from=core.context-1 /b /b',
      'WORKDIR /w',
    ])
  })

  test.each([
    { what: 'a cold build', lines: [BEFORE, RUN, COPY, ROOT, WORKDIR], expected: 't0: run run run' },
    {
      what: 'a warm build',
      lines: [BEFORE, cached(RUN), cached(COPY), cached(ROOT), cached(WORKDIR)],
      expected: 't0: hit hit hit',
    },
    {
      what: 'a build that is warm at first',
      lines: [BEFORE, cached(RUN), COPY, ROOT, WORKDIR],
      expected: 't0: hit run run',
    },
    { what: 'nothing', lines: [], expected: 't0: skipped skipped skipped' },
  ])('reads $what', ({ lines, expected }) => {
    expect(outcomes(fold(lines.flat()))).toEqual([expected])
  })

  test.each([
    { what: 'at a step', lines: [BEFORE, cached(RUN), COPY], expected: 't0: hit failed skipped' },
    { what: 'between steps', lines: [BEFORE, RUN, COPY, ROOT], expected: 't0: run run skipped' },
    { what: 'before any step', lines: [FROM], expected: 't0: skipped skipped skipped' },
    { what: 'where a step’s files are gathered', lines: [FROM, GATHER], expected: 't0: skipped failed skipped' },
  ])('reads a build that failed $what', ({ lines, expected }) => {
    expect(outcomes(fold(lines.flat(), true))).toEqual([expected])
  })

  test('takes nothing that a program prints for the builder’s own words', () => {
    const printed = ['Step by step', '---> Using cache', 'Step 9 : RUN x', 'Step 6/10 : RUN a', 'Step 9/10 : RUN b']
    expect(outcomes(fold([...BEFORE, ...RUN.slice(0, 2), ...printed, ...COPY]))).toEqual(['t0: run run skipped'])
  })

  test('counts each step once', () => {
    const { targets, unique } = fold([...BEFORE, ...cached(RUN), ...COPY, ...ROOT, ...WORKDIR])
    expect(unique).toEqual({ cached: 1, total: 3, ratio: 1 / 3, execMs: 0 })
    expect(targets[0]?.counts).toEqual(unique)
  })
})
