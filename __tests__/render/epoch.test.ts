import { describe, expect, test } from '@jest/globals'
import { BASE, bodyOf, stitched, type TestLayer } from './dockerfile-fixture.ts'

const EPOCH = '2026-11-28T05:12:00Z'

/** The stitched lines of a layer on the base, without blank ones. */
const linesOf = (layer: TestLayer): readonly string[] =>
  bodyOf(stitched([BASE, layer]))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('FROM ubuntu'))

describe('an epoch', () => {
  test('is an argument of the layer alone, behind its FROM', () => {
    expect(linesOf({ layer: 'security', epoch: EPOCH, text: 'RUN apt-get upgrade\n' })).toEqual([
      'FROM base AS security',
      `ARG STRATA_EPOCH=${EPOCH}`,
      'RUN apt-get upgrade',
    ])
    expect(linesOf({ layer: 'security', text: 'RUN apt-get upgrade\n' })).toEqual([
      'FROM base AS security',
      'RUN apt-get upgrade',
    ])
  })

  test('stands in every stage that runs something, and in no other', () => {
    const text = `ARG PARENT
FROM golang:1 \\
  AS build
RUN go build
FROM scratch AS files
COPY a /a
FROM \${PARENT}
COPY --from=build /out /out
`
    expect(linesOf({ layer: 'core', epoch: EPOCH, text }).filter((line) => /^(ARG|FROM| {2}AS)/.test(line))).toEqual([
      'FROM scratch AS core.context-1',
      'FROM golang:1 \\',
      '  AS core.build',
      `ARG STRATA_EPOCH=${EPOCH}`,
      'FROM scratch AS core.files',
      'FROM base AS core',
    ])
  })
})
