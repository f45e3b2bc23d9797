import { describe, expect, test } from '@jest/globals'
import { failures } from '../../src/progress/failures.ts'
import { applyStatus, applyText, createFold } from '../../src/progress/fold.ts'
import { renderFailure } from '../../src/progress/line.ts'
import { failingTargets, folded, steps, target } from './fixture.ts'

const label = (name: string): string => `amd64 ${name}`

describe('failures', () => {
  test('names every target that needs the step, not those that were only stopped', () => {
    const found = failures(folded('failing'), failingTargets)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      step: { stage: 'core', index: 1 },
      targets: ['t0', 't1'],
      exitCode: 3,
      logTail: ['step 1', 'step 2', 'step 3', ': :error::not a command', 'cannot find broken with plain'],
    })
    expect(found.flatMap((failure) => renderFailure(failure, label)).slice(1)).toEqual([
      '  at core.Dockerfile:10',
      '  exit code 3',
      '  | step 1',
      '  | step 2',
      '  | step 3',
      '  | : :error::not a command',
      '  | cannot find broken with plain',
    ])
  })

  test('a step that met a hole in a cache ref names the blob', () => {
    const targets = ['app2', 'app3'].map((app, i) => target(`t${i}`, `app 1 RUN echo ${app}-b1 > /app`))
    expect(
      failures(folded('broken-cache'), targets).map(({ targets: names, missingBlob }) => [names, missingBlob]),
    ).toEqual([
      [['t1'], 'sha256:9da0c6fd6fdaa635b8892ee5751d728249d860e44fc720183676bded8ac51ffa'],
      [['t0'], 'sha256:9da0c6fd6fdaa635b8892ee5751d728249d860e44fc720183676bded8ac51ffa'],
    ])
  })

  test.each([
    ['a folder', (blob: string) => `NotFound: rpc error: code = NotFound desc = content ${blob}: not found`],
    ['the Actions cache', (blob: string) => `failed to compute cache key: blob ${blob} not found`],
  ])('a hole in %s names the blob as well', (_, say) => {
    const fold = createFold()
    const blob = `sha256:${'0'.repeat(64)}`
    const vertex = { digest: 'a', name: '[app 1/1] RUN echo', started: '1', completed: '2', error: say(blob) }
    applyStatus(fold, { vertexes: [vertex] })
    expect(failures(fold, [target('t0', 'app 1 RUN echo')])).toMatchObject([{ missingBlob: blob }])
  })

  test('a Dockerfile that cannot be parsed', () => {
    const error = 'failed to solve: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)'
    const found = failures(folded('parse-error'), [target('t0')])
    expect(found).toEqual([{ step: undefined, targets: ['t0'], error, logTail: [] }])
    expect(found.flatMap((failure) => renderFailure(failure, label))).toEqual(['FAILED  amd64 t0', `  ${error}`])
  })

  test.each([
    { text: 'ERROR: target t1: failed to solve: x', targets: ['t1'], error: 'failed to solve: x' },
    { text: 'ERROR: failed to connect', targets: ['t0', 't1'], error: 'failed to connect' },
    { text: 'ERROR: target t9: y', targets: ['t0', 't1'], error: 'target t9: y' },
  ])('$text', ({ text, targets, error }) => {
    const fold = createFold()
    applyText(fold, text)
    expect(failures(fold, [target('t0'), target('t1')])).toMatchObject([{ targets, error }])
  })

  test('an image that cannot be resolved fails all that need it', () => {
    const fold = createFold()
    const error = 'docker.io/acme/none:1: not found'
    const names = ['[t0 internal] load metadata for acme/none:1', '[t2 internal] load metadata for acme/none:1']
    applyStatus(fold, { vertexes: names.map((name) => ({ digest: 'a', name, started: '1', completed: '2', error })) })
    const targets = ['t0', 't1', 't2'].map((name) => target(name))
    expect(failures(fold, targets)).toMatchObject([{ step: undefined, targets: ['t0', 't2'], error }])
  })

  test('a file that is not in the build context fails the step that copies it', () => {
    const gathering = { gatheredIn: 'core.context-1', original: 'COPY a /b' }
    const targets = ['t0', 't1'].map((name) => ({
      target: name,
      steps: steps('core 3 COPY --from=core.context-1 /a /b').map((step) => ({ ...step, ...gathering })),
    }))
    const fold = createFold()
    const error = 'failed to compute cache key: "/a": not found'
    const vertex = { digest: 'a', name: '[t1 core.context-1 1/1] COPY a /a', started: '1', completed: '2', error }
    applyStatus(fold, { vertexes: [vertex] })
    const found = failures(fold, targets)
    expect(found).toMatchObject([{ step: { stage: 'core', index: 3 }, targets: ['t1'], error }])
    expect(found.flatMap((failure) => renderFailure(failure, label))).toEqual([
      'FAILED  amd64 t1  core COPY a /b',
      '  at core.Dockerfile:30',
      `  ${error}`,
    ])
  })

  test.each(['cold', 'warm-remote', 'single'])('none in %s', (name) => {
    expect(failures(folded(name), [target('t0'), target('t1')])).toEqual([])
  })
})
