import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { sampleObject, samplePlace, sampleReport } from './support/prune-report.ts'
import { describe, expect, test } from '@jest/globals'
import { readText } from '../script/documents.ts'
import { SCHEMAS } from '../script/schemas.ts'
import { expandFactory } from '../src/factory/expand.ts'
import type { KeyInput } from '../src/layers/key-input.ts'
import { encodePlan } from '../src/plan/plan-file.ts'
import { makePlan } from '../src/plan/plan.ts'
import type { PublishReport } from '../src/publish/publish-report.ts'
import { renderReportFile } from '../src/report/report-file.ts'
import { hostileReport, mixedReport } from './report/run-samples.ts'
import { sampleItem, sampleResults, sampleStep } from './report/samples.ts'
import { readExample } from './support/examples.ts'
import { PLANNED, samplePrefix, sampleScheduled } from './support/samples.ts'

test.each(Object.entries(SCHEMAS))('the committed schema/%s is what the code says (npm run schema)', (name, render) => {
  expect(readText(`schema/${name}`)).toBe(`${JSON.stringify(render(), null, 2)}\n`)
})

const FACTORY = readExample('examples/llm-factory/strata.yaml')
const DIGEST = `sha256:${'a'.repeat(64)}`

const { items, excluded, aliases } = expandFactory(FACTORY)
const INPUT: KeyInput = { kind: 'fragment', name: 'a.Dockerfile', digest: 'a'.repeat(16) }

const PLAN = encodePlan(
  makePlan({
    ...PLANNED,
    images: [
      {
        ...{ reference: 'ubuntu:24.04', pinned: `ubuntu:24.04@${DIGEST}`, digest: DIGEST, platforms: ['linux/amd64'] },
        contents: { 'linux/amd64': { digest: 'a'.repeat(64), bytes: 30e6 } },
      },
      { reference: 'debian:13', pinned: 'debian:13', platforms: [], contents: {} },
    ],
    ...{ items, excluded, aliases },
    tops: items.map((_, index) => (index === 0 ? null : 1)),
    prefixes: [samplePrefix({ below: [INPUT] }), samplePrefix({ parent: 0, tag: 'core-linux-amd64-a', state: 'warm' })],
    contents: [{ steps: 1, inputs: [INPUT], auxiliary: false, unpinned: ['a.Dockerfile:1 ADD b'] }],
    files: { '.': { 'a.txt': `644 ${'a'.repeat(16)}` } },
    unchanged: [{ manifestId: 'a', platform: 'linux/amd64', image: 'ghcr.io/acme/a' }],
    schedule: {
      waves: [[sampleScheduled({ nodes: [0] })]],
      legs: [sampleScheduled({ leaves: items.map((_, index) => index), nodes: [0, 1], repeats: [0] })],
    },
    pools: FACTORY.pools,
  }),
)

const PUBLISHED: PublishReport = {
  ...{ version: 1, plan: '3f9c0a1b2c3d4e5f', left: ['ghcr.io/acme/llm-factory:strata-tmp-7-1-a-linux-amd64'] },
  manifests: [
    {
      ...{ manifestId: 'a', aliases: ['b'], image: 'ghcr.io/acme/llm-factory', digest: DIGEST, missing: [] },
      platforms: { 'linux/amd64': DIGEST },
      tags: [
        { tag: 'a', status: 'moved', digest: DIGEST },
        { tag: 'v1', status: 'refused', reason: 'immutable tag' },
      ],
    },
    {
      ...{ manifestId: 'c', aliases: [], image: 'ghcr.io/acme/llm-factory', platforms: {}, tags: [] },
      missing: [{ platform: 'linux/arm64', reason: 'its build failed' }],
    },
  ],
}

const RESULTS = sampleResults({
  leg: 'serve-linux-amd64',
  items: [
    sampleItem({ digest: DIGEST, steps: [sampleStep({ vertex: DIGEST }), sampleStep({ outcome: 'run' })] }),
    sampleItem({
      status: 'failed',
      error: { message: 'exit code 1', file: 'a.Dockerfile', line: 3, logTail: ['no'] },
      cacheFrom: [{ ref: 'a' }, { ref: 'b', error: 'not found' }],
      cacheTo: [{ ref: 'a', written: false, error: 'denied' }],
    }),
  ],
  excluded: PLAN.excluded,
})

/** Members that not every file has: a job without a leg, a run on one's own machine. */
const OPTIONAL = ['leg', 'url', 'branch', 'commit', 'jobs']

const REPORT = JSON.parse(renderReportFile(mixedReport())) as object

const PRUNED = sampleReport([samplePlace([sampleObject({ outcome: 'deleted', restore: 'gh api' })], { closed: 'no' })])

const ajv = new Ajv2020({ strict: true, allErrors: true })

const validatorOf = (name: string): ValidateFunction => ajv.compile(JSON.parse(readText(`schema/${name}`)) as object)

/** A copy as it comes back from its file. */
const written = (value: object): Record<string, unknown> => JSON.parse(JSON.stringify(value)) as Record<string, unknown>

describe.each([
  { name: 'plan.schema.json', value: PLAN },
  { name: 'results.schema.json', value: RESULTS },
  { name: 'report.schema.json', value: REPORT },
  { name: 'prune.schema.json', value: PRUNED },
  { name: 'publish.schema.json', value: PUBLISHED },
])('$name', ({ name, value }) => {
  const validate = validatorOf(name)

  test('takes what the action writes', () => {
    expect(validate(written(value)) ? [] : validate.errors).toEqual([])
  })

  test.each([
    ['an unknown key', { surprise: 1 }],
    ['another version', { version: 99 }],
    ['a name that is no text', { name: 7 }],
    ['something else in a list', { items: ['a'] }],
  ])('refuses %s', (_, changes) => {
    expect(validate({ ...written(value), ...changes })).toBe(false)
  })

  test('refuses what is not whole', () => {
    for (const key of Object.keys(value).filter((each) => !OPTIONAL.includes(each))) {
      const { [key]: dropped, ...rest } = written(value)
      expect([key, dropped === undefined, validate(rest)]).toEqual([key, false, false])
    }
  })
})

test('report.schema.json takes whatever others have written', () => {
  const validate = validatorOf('report.schema.json')
  expect(validate(JSON.parse(renderReportFile(hostileReport('a"b')))) ? [] : validate.errors).toEqual([])
})
