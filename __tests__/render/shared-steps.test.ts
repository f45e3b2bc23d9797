import { describe, expect, test } from '@jest/globals'
import { sharesStep } from '../../src/render/shared-steps.ts'
import type { StitchedDockerfile } from '../../src/render/stitched.ts'
import { BASE, stitched } from './dockerfile-fixture.ts'

const stack = (core: string, app: string, from = 'ubuntu:24.04'): StitchedDockerfile =>
  stitched([
    { ...BASE, from },
    { layer: 'core', text: core },
    { layer: 'app', text: app },
  ])

/** Which steps of `owner` another Dockerfile shares. */
const shared = (owner: StitchedDockerfile, other: StitchedDockerfile): readonly boolean[] =>
  owner.steps.map((step) => sharesStep(owner, step, other))

const OWNER = stack('RUN a\nRUN b\n', 'RUN c\n')

describe('sharesStep', () => {
  test.each([
    { what: 'the same', other: stack('RUN a\nRUN b\n', 'RUN c\n'), expected: [true, true, true] },
    { what: 'another app', other: stack('RUN a\nRUN b\n', 'RUN d\n'), expected: [true, true, false] },
    { what: 'another step between', other: stack('RUN a\nRUN x\nRUN b\n', 'RUN c\n'), expected: [true, false, false] },
    { what: 'an ENV between', other: stack('RUN a\nENV X=1\nRUN b\n', 'RUN c\n'), expected: [true, false, false] },
    { what: 'fewer steps', other: stack('RUN a\n', 'RUN c\n'), expected: [true, false, false] },
    { what: 'another base', other: stack('RUN a\nRUN b\n', 'RUN c\n', 'debian:13'), expected: [false, false, false] },
  ])('with $what: $expected', ({ other, expected }) => {
    expect(shared(OWNER, other)).toEqual(expected)
  })

  test('does not look at the name of the work item', () => {
    const renamed = { ...OWNER, text: OWNER.text.replace('for demo', 'for other') }
    expect(renamed.text).not.toBe(OWNER.text)
    expect(shared(OWNER, renamed)).toEqual([true, true, true])
  })
})
