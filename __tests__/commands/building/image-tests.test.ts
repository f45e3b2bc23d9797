import { describe, expect, test } from '@jest/globals'
import { testImages, withTests } from '../../../src/commands/building/image-tests.ts'
import type { LegOutcome } from '../../../src/commands/building/bake-leg.ts'
import type { ImageTest } from '../../../src/factory/factory.ts'
import type { LegWork } from '../../../src/commands/building/leg-work.ts'
import { legBuild, legItem, legTarget, legWork, playedIo, type PlayedCall } from '../../support/leg.ts'

const OUTCOME: LegOutcome = {
  result: { targets: [], unique: { cached: 0, total: 0, ratio: 1, execMs: 0 }, images: [], downloadedBytes: 0 },
  ...{ metadata: {}, failed: new Map(), broken: new Set(), checks: [] },
}
const SECRETS = { specs: [], env: {}, files: [], values: [] }

const plain = legItem('serve')
const itemWith = (tests: readonly ImageTest[]) => ({ ...plain, item: { ...plain.item, tests } })

const run = async (
  tests: readonly ImageTest[],
  plays: readonly PlayedCall[],
  changes: Partial<LegWork> = {},
  outcome = OUTCOME,
) => {
  const item = itemWith(tests)
  const world = playedIo(plays)
  const targets = [
    legTarget('t0', item, { cacheTo: ['type=registry,ref=r'], tags: ['a'], cacheFrom: ['type=registry,ref=r'] }),
  ]
  const leg = legBuild(targets)
  const results = await testImages(
    legWork({ items: [item], ...changes }),
    { leg, targets, outcome, secrets: SECRETS },
    world.io,
  )
  return { ...world, results }
}

const COMMAND: ImageTest = { command: ['serve', '--version'] }

describe('the test of an image', () => {
  test('is a target on the result of the image, which is built from cache and writes nothing', async () => {
    const { results, calls, texts } = await run([COMMAND], [{}])
    expect(results.get('t0')).toMatchObject({ verdict: 'passed', logTail: [] })
    const { target } = JSON.parse(calls[0]?.file ?? '') as { readonly target: Readonly<Record<string, object>> }
    expect(target['t0']).toMatchObject({ 'cache-from': ['type=registry,ref=r'], output: ['type=cacheonly'] })
    expect(target['t0']).not.toHaveProperty('cache-to')
    expect(target['t0']).not.toHaveProperty('tags')
    expect(target['test']).toMatchObject({ contexts: { 'strata-image': 'target:t0' }, output: ['type=cacheonly'] })
    expect(texts.get('/tmp/leg/test-t0/Dockerfile')).toBe('FROM strata-image\nRUN ["serve","--version"]\n')
  })

  test('that fails is a failure of its work item, with what it printed', async () => {
    const log = { vertexes: [{ digest: 'sha256:a', name: '[test 2/2] RUN ["serve"]' }] }
    const said = {
      logs: [{ vertex: 'sha256:a', stream: 1, data: Buffer.from('no model\n').toString('base64'), timestamp: '' }],
    }
    const stream = Buffer.from(`${JSON.stringify(log)}\n${JSON.stringify(said)}\nERROR: target test: exit code: 1\n`)
    const { results } = await run([COMMAND], [{ code: 1, stream }])
    expect(results.get('t0')).toMatchObject({ verdict: 'failed', logTail: ['no model'] })
    const failure = withTests(OUTCOME, results).failed.get('t0')
    expect(failure).toMatchObject({ error: 'its test failed', logTail: ['no model'], targets: ['t0'] })
  })

  test('has failed where its script is not there', async () => {
    const { results } = await run([{ script: 'tests/smoke' }], [])
    expect(results.get('t0')).toMatchObject({ verdict: 'failed', logTail: ['there is no script tests/smoke'] })
  })

  test('is not run where the image was not built', async () => {
    const failed = new Map([['t0', { step: undefined, targets: ['t0'], error: 'no', logTail: [] }]])
    expect((await run([COMMAND], [], {}, { ...OUTCOME, failed })).results.size).toBe(0)
  })
})
