import { describe, expect, test } from '@jest/globals'
import { chainSteps, staleLayers, stepsByPosition } from '../../src/canary/stale-layers.ts'
import type { StitchedStep } from '../../src/render/stitched.ts'

const step = (layer: string, text: string, stage = layer): StitchedStep => ({
  ...{ stage, index: 1, text, layer, variant: '1', file: `${layer}.Dockerfile` },
  ...{ lines: { start: 2, end: 2 }, rendered: { start: 2, end: 2 } },
})

const STEPS = [step('core', 'RUN make'), step('core', 'COPY . /src'), step('app', 'WORKDIR /app')]

const HISTORY = [
  'ADD rootfs.tar / # buildkit',
  'RUN /bin/sh -c make # buildkit',
  'COPY . /src # buildkit',
  'WORKDIR /app',
]

const difference = (...positions: readonly number[]) => ({
  steps: positions.map((position) => ({ position, packages: [], files: [`f${position}`] })),
  environment: [],
})

describe('chainSteps', () => {
  test('are those of the stages that go on to the next layer', () => {
    const steps = [step('core', 'RUN go build', 'core.build'), ...STEPS]
    const targets = ['core', 'app'].map((layer) => ({ layer, stage: layer }))
    expect(chainSteps(steps, targets)).toEqual(STEPS)
  })
})

describe('stepsByPosition', () => {
  test('counts from the top, as the base has filesystem layers of its own', () => {
    const stepAt = stepsByPosition(HISTORY, STEPS)
    expect([0, 1, 2, 3].map((position) => stepAt(position)?.text)).toEqual([
      undefined,
      'RUN make',
      'COPY . /src',
      'WORKDIR /app',
    ])
  })

  test('says nothing where the history does not fit', () => {
    expect(stepsByPosition(HISTORY.slice(2), STEPS)(0)).toBeUndefined()
    expect(stepsByPosition(HISTORY.toReversed(), STEPS)(3)).toBeUndefined()
  })
})

describe('staleLayers', () => {
  test('are layers with all that differs in them, from the first step that does', () => {
    const found = staleLayers(difference(1, 2, 3), stepsByPosition(HISTORY, STEPS))
    expect(found.map(({ layer, files, step: first }) => [layer, first?.text, files])).toEqual([
      ['core', 'RUN make', ['f1', 'f2']],
      ['app', 'WORKDIR /app', ['f3']],
    ])
  })

  test('are told as unknown where no step can be named', () => {
    expect(staleLayers(difference(0), () => undefined)).toEqual([
      { layer: 'unknown', variant: '', packages: [], files: ['f0'] },
    ])
  })
})
