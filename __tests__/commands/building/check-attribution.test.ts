import { describe, expect, test } from '@jest/globals'
import { askedProvenance, checkAttribution } from '../../../src/commands/building/check-attribution.ts'
import { attributeSteps } from '../../../src/progress/attribute.ts'
import { folded, stack } from '../../progress/fixture.ts'
import { literalIo } from '../../support/io.ts'

const RESULT = attributeSteps(folded('cold'), stack)

/** Metadata in which BuildKit has each step of a target that many lines further down. */
const metadataOf = (target: string, shift: (index: number) => number) => {
  const steps = RESULT.targets.find((each) => each.target === target)?.steps ?? []
  const digestMapping = Object.fromEntries(
    steps.flatMap(({ digests }, index) => digests.map((digest) => [digest, `step${index}`])),
  )
  const locations = Object.fromEntries(
    steps.map(({ step }, index) => {
      const position = { line: step.rendered.start + shift(index) }
      return [`step${index}`, { locations: [{ ranges: [{ start: position, end: position }] }] }]
    }),
  )
  const metadata = { 'https://mobyproject.org/buildkit@v1#metadata': { source: { locations } } }
  return { [target]: { 'buildx.build.provenance': { buildConfig: { digestMapping }, metadata } } }
}

const warningsOf = (metadata: Parameters<typeof checkAttribution>[1]): readonly string[] => {
  const { io, told } = literalIo(new Map())
  checkAttribution(RESULT, metadata, io)
  return told.warnings
}

describe('checkAttribution', () => {
  test('says nothing without provenance, and where BuildKit agrees', () => {
    expect(warningsOf({})).toEqual([])
    expect(warningsOf({ t0: { 'containerimage.digest': 'sha256:1' } })).toEqual([])
    expect(warningsOf(metadataOf('t0', () => 0))).toEqual([])
  })

  test('warns once of all steps that differ', () => {
    const [one, ...others] = warningsOf(metadataOf('t0', (index) => (index === 4 ? 1 : 0)))
    expect([one, others]).toEqual([
      expect.stringMatching(/^attribution differs from BuildKit's own map at step core\.Dockerfile:10:/),
      [],
    ])
    expect(warningsOf({ ...metadataOf('t0', () => 1), ...metadataOf('t1', () => 1) })).toEqual([
      expect.stringContaining('at step security.Dockerfile:10 and 6 more:'),
    ])
  })
})

test.each([
  { env: {}, expected: {} },
  { env: { BUILDX_METADATA_PROVENANCE: '' }, expected: {} },
  { env: { BUILDX_METADATA_PROVENANCE: 'max', OTHER: '1' }, expected: { BUILDX_METADATA_PROVENANCE: 'max' } },
])('askedProvenance of $env', ({ env, expected }) => {
  expect(askedProvenance(env)).toEqual(expected)
})
