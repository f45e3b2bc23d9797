import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { StepResult } from '../../src/progress/build-result.ts'
import { differingSteps, parseProvenance } from '../../src/progress/provenance.ts'
import { steps } from './fixture.ts'

const range = (start: number, end = start): object => ({ start: { line: start }, end: { line: end } })

const digestMapping = { 'sha256:a': 'step0', 'sha256:b': 'step1', 'sha256:c': 'step2', 'sha256:d': 'step3' }

const source = {
  infos: [{ filename: 'Dockerfile' }],
  locations: {
    step0: { locations: [{ ranges: [range(4)] }] },
    // an instruction of several lines
    step1: { locations: [{ ranges: [range(7), range(6), range(8)] }] },
    // one vertex, two instructions, and one of another Dockerfile
    step2: { locations: [{ ranges: [range(10)] }, { ranges: [range(12)] }, { sourceIndex: 1, ranges: [range(3)] }] },
    // what is in no Dockerfile
    step3: {},
  },
}

const LINES = [
  ['sha256:a', [{ start: 4, end: 4 }]],
  ['sha256:b', [{ start: 6, end: 8 }]],
  [
    'sha256:c',
    [
      { start: 10, end: 10 },
      { start: 12, end: 12 },
    ],
  ],
]

const V02 = { buildConfig: { digestMapping }, metadata: { 'https://mobyproject.org/buildkit@v1#metadata': { source } } }
const V1 = {
  buildDefinition: { internalParameters: { buildConfig: { digestMapping } } },
  runDetails: { metadata: { buildkit_metadata: { source } } },
}

describe('parseProvenance', () => {
  test.each([
    { what: 'SLSA v0.2', metadata: { 'buildx.build.provenance': V02 }, expected: LINES },
    { what: 'SLSA v1', metadata: { 'buildx.build.provenance': V1 }, expected: LINES },
    { what: 'of a platform', metadata: { 'buildx.build.provenance/linux/arm64': V02 }, expected: LINES },
    { what: 'none', metadata: { 'containerimage.digest': 'sha256:1' }, expected: [] },
    { what: 'mode=min', metadata: { 'buildx.build.provenance': { materials: [] } }, expected: [] },
    { what: 'no source', metadata: { 'buildx.build.provenance': { ...V02, metadata: {} } }, expected: [] },
  ])('$what', ({ metadata, expected }) => {
    expect([...parseProvenance(metadata)]).toEqual(expected)
  })

  test('never throws, whatever the metadata are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (mapping, locations) => {
        const given = {
          ...V02,
          buildConfig: { digestMapping: mapping },
          metadata: { 'https://mobyproject.org/buildkit@v1#metadata': { source: { locations } } },
        }
        parseProvenance({ 'buildx.build.provenance': given })
      }),
    )
  })
})

describe('differingSteps', () => {
  const known = parseProvenance({ 'buildx.build.provenance': V02 })

  const resultOf = (line: number, digests: readonly string[]): StepResult => {
    const [step] = steps('core 1 RUN make')
    if (step === undefined) throw new Error('there is one')
    const figures = { execMs: 0, loadMs: 0, downloadedBytes: 0, interrupted: false }
    return { step: { ...step, rendered: { start: line, end: line } }, outcome: 'run', digests, ...figures }
  }

  test.each([
    { what: 'the same line', line: 4, digests: ['sha256:a'], differs: false },
    { what: 'the first of several lines', line: 6, digests: ['sha256:b'], differs: false },
    { what: 'one of two places', line: 12, digests: ['sha256:c'], differs: false },
    { what: 'a vertex of another target', line: 4, digests: ['sha256:x', 'sha256:a'], differs: false },
    { what: 'nothing that is known', line: 4, digests: ['sha256:x'], differs: false },
    { what: 'another line', line: 5, digests: ['sha256:a'], differs: true },
    { what: 'the middle of another instruction', line: 7, digests: ['sha256:b'], differs: true },
    { what: 'two vertices of which one is elsewhere', line: 4, digests: ['sha256:a', 'sha256:b'], differs: true },
  ])('$what', ({ line, digests, differs }) => {
    expect(differingSteps([resultOf(line, digests)], known)).toHaveLength(differs ? 1 : 0)
  })
})
