import { describe, expect, test } from '@jest/globals'
import type { StepResult, TargetResult } from '../../src/progress/build-result.ts'
import type { Failure } from '../../src/progress/failures.ts'
import { workItemResult, type ItemOutcome } from '../../src/report/results-of.ts'
import { sampleWork } from '../support/samples.ts'

const REF = 'ghcr.io/acme/cache:llm_factory-linux-amd64'
const DIGEST = `sha256:${'a'.repeat(64)}`

const step = (changes: Partial<StepResult> = {}): StepResult => ({
  step: {
    stage: 'core',
    index: 2,
    text: 'RUN make',
    layer: 'core',
    variant: '0.1.0',
    file: 'core.Dockerfile',
    lines: { start: 4, end: 5 },
    rendered: { start: 9, end: 10 },
  },
  outcome: 'run',
  execMs: 1_200,
  loadMs: 0,
  downloadedBytes: 7,
  digests: [DIGEST],
  interrupted: false,
  ...changes,
})

const target = (changes: Partial<TargetResult> = {}): TargetResult => ({
  target: 't0',
  steps: [step(), step({ outcome: 'hit', execMs: 0, loadMs: 40 })],
  counts: { cached: 1, total: 2, ratio: 0.5, execMs: 1_200 },
  imports: [],
  exports: [],
  downloadedBytes: 7,
  startedAt: '2026-11-22T15:40:00.000Z',
  completedAt: '2026-11-22T15:40:03.500Z',
  ...changes,
})

const failure = (changes: Partial<Failure> = {}): Failure => ({
  step: step().step,
  targets: ['t0'],
  error: 'process "/bin/sh -c make TOKEN=s3cret" did not complete successfully: exit code: 2\nand more',
  logTail: ['make: no rule'],
  exitCode: 2,
  ...changes,
})

const outcome = (changes: Partial<ItemOutcome> = {}): ItemOutcome => ({
  item: sampleWork(),
  aliases: ['latest'],
  images: ['ghcr.io/acme/llm-factory:a'],
  imports: [REF],
  exports: [{ ref: REF, written: true }],
  result: target(),
  digest: DIGEST,
  ...changes,
})

test('a work item that was built', () => {
  expect(workItemResult(outcome())).toEqual({
    manifestId: 'llm_factory',
    aliases: ['latest'],
    platform: 'linux/amd64',
    status: 'built',
    images: ['ghcr.io/acme/llm-factory:a'],
    digest: DIGEST,
    steps: [
      {
        ...{ layer: 'core', variant: '0.1.0', file: 'core.Dockerfile', line: 4, text: 'RUN make', vertex: DIGEST },
        ...{ outcome: 'run', execMs: 1_200, loadMs: 0, downloadedBytes: 7 },
      },
      {
        ...{ layer: 'core', variant: '0.1.0', file: 'core.Dockerfile', line: 4, text: 'RUN make', vertex: DIGEST },
        ...{ outcome: 'hit', execMs: 0, loadMs: 40, downloadedBytes: 7 },
      },
    ],
    totalSteps: 2,
    cachedSteps: 1,
    cacheHitRatio: 0.5,
    durationMs: 3_500,
    cacheFrom: [{ ref: REF }],
    cacheTo: [{ ref: REF, written: true }],
  })
})

describe('steps', () => {
  const reported = (changes: Partial<StepResult>) =>
    workItemResult(outcome({ result: target({ steps: [step(changes)] }) })).steps[0]

  test('say what the fragment says, not what stitching made of it', () => {
    const text = 'COPY --from=core.context-1 /a /a'
    expect(reported({ step: { ...step().step, text, original: 'COPY a /a' } })?.text).toBe('COPY a /a')
  })

  test('have the vertex of the first call that named one', () => {
    expect(reported({ digests: [DIGEST, 'sha256:b'] })?.vertex).toBe(DIGEST)
    expect(reported({ digests: [] })).not.toHaveProperty('vertex')
    expect(reported({ digests: ['t0 core 2'] })).not.toHaveProperty('vertex')
  })
})

describe('a work item that failed', () => {
  const errorOf = (changes: Partial<Failure>) => workItemResult(outcome({ failure: failure(changes) })).error

  test('says where, and shows no values of arguments', () => {
    expect(workItemResult(outcome({ failure: failure() })).status).toBe('failed')
    expect(errorOf({})).toEqual({
      message: 'exit code 2',
      file: 'core.Dockerfile',
      line: 4,
      logTail: ['make: no rule'],
    })
  })

  test('says the first line of what went wrong outside of steps', () => {
    const error = 'failed to resolve ubuntu:24.04: not found\n------\n > [internal] …'
    expect(errorOf({ step: undefined, error, logTail: [] })).toEqual({
      message: 'failed to resolve ubuntu:24.04: not found',
      logTail: [],
    })
  })
})

describe('cache refs', () => {
  test('tell which could not be read', () => {
    const imports = [
      { ref: REF, ms: 1, error: 'not found' },
      { ref: 'other', ms: 1 },
    ]
    const { cacheFrom } = workItemResult(outcome({ result: target({ imports }), imports: [REF, 'other'] }))
    expect(cacheFrom).toEqual([{ ref: REF, error: 'not found' }, { ref: 'other' }])
  })

  test('are those that it was told to import, whatever else BuildKit looked at', () => {
    const imports = [
      { ref: REF, ms: 1 },
      { ref: 'of another target', ms: 1, error: 'not found' },
    ]
    expect(workItemResult(outcome({ result: target({ imports }) })).cacheFrom).toEqual([{ ref: REF }])
    expect(workItemResult(outcome({ result: target({ imports }), imports: [] })).cacheFrom).toEqual([])
  })

  test('tell which could not be written', () => {
    const exports = [
      { ref: REF, written: false, error: 'denied' },
      { ref: 'core', written: true },
    ]
    expect(workItemResult(outcome({ exports })).cacheTo).toEqual(exports)
    expect(workItemResult(outcome({ exports: [] })).cacheTo).toEqual([])
  })
})

test('a work item of which nothing is known', () => {
  const { item, aliases, images, imports } = outcome()
  expect(workItemResult({ item, aliases, images, imports, exports: [{ ref: REF, written: false }] })).toMatchObject({
    ...{ status: 'built', steps: [], totalSteps: 0, cachedSteps: 0, cacheHitRatio: 1, durationMs: 0 },
    cacheFrom: [{ ref: REF }],
    cacheTo: [{ ref: REF, written: false }],
  })
})

test.each([[{ startedAt: undefined }], [{ completedAt: undefined }], [{ startedAt: '2026-11-22T15:40:09.000Z' }]])(
  'no time is less than none: %j',
  (times) => {
    const { startedAt, completedAt, ...rest } = { ...target(), ...times }
    const result = {
      ...rest,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(completedAt === undefined ? {} : { completedAt }),
    }
    expect(workItemResult(outcome({ result })).durationMs).toBe(0)
  },
)
