import { describe, expect, test } from '@jest/globals'
import { applyStatus, applyText, createFold } from '../../src/progress/fold.ts'
import { logText } from '../../src/progress/log-tail.ts'
import { folded } from './fixture.ts'

describe('a fold', () => {
  test('keeps what was said of a vertex under every name', () => {
    const fold = createFold()
    const vertex = { digest: 'a', started: '2026-11-22T18:00:00Z' }
    applyStatus(fold, {
      vertexes: [
        { digest: 'a', name: '[t0] x' },
        { ...vertex, name: '[t0] x' },
        { ...vertex, name: '[t1] x' },
      ],
    })
    applyStatus(fold, { vertexes: [{ ...vertex, name: '[t0] x', completed: '2026-11-22T18:00:01Z', cached: true }] })
    expect(fold.vertices.get('a')?.names).toEqual(
      new Map([
        ['[t0] x', [{ started: vertex.started, completed: '2026-11-22T18:00:01Z', cached: true }]],
        ['[t1] x', [{ started: vertex.started, cached: false }]],
      ]),
    )
  })

  test('counts the bytes of a blob once, however often its progress is told', () => {
    const fold = createFold()
    const status = { id: 'sha256:b', vertex: 'a', timestamp: '' }
    for (const current of [10, 30, 20]) applyStatus(fold, { statuses: [{ ...status, current }] })
    applyStatus(fold, { statuses: [{ ...status, id: 'extracting sha256:b', current: 99 }] })
    expect(fold.vertices.get('a')?.downloads).toEqual(new Map([['sha256:b', 30]]))
  })

  test('keeps the output of what runs or failed, and not that of what went well', () => {
    const fold = createFold()
    const printed = { stream: 1, data: Buffer.from('text').toString('base64'), timestamp: '' }
    const times = { started: '2026-11-22T18:00:00Z', completed: '2026-11-22T18:00:01Z' }
    applyStatus(fold, { logs: ['done', 'failed', 'running'].map((vertex) => ({ vertex, ...printed })) })
    applyStatus(fold, {
      vertexes: [
        { digest: 'done', ...times },
        { digest: 'failed', ...times, error: 'exit code: 1' },
      ],
    })
    applyStatus(fold, { logs: [{ vertex: 'next', ...printed }] })
    const texts = [...fold.vertices].map(([digest, { log }]) => [digest, log === undefined ? undefined : logText(log)])
    expect(Object.fromEntries(texts)).toEqual({ done: undefined, failed: 'text', running: 'text', next: 'text' })
  })

  test('keeps each linter warning once, without the Dockerfile it came with', () => {
    const { warnings } = folded('failing')
    expect([...warnings.values()].map(({ sourceInfo }) => sourceInfo)).toEqual(
      ['f3', 'f1', 'f2', 'f0'].map((name) => ({ filename: `${name}.Dockerfile` })),
    )
  })

  test('keeps the end of what was no record', () => {
    expect(folded('parse-error').trailer).toHaveLength(7)
    const fold = createFold()
    for (let i = 0; i < 10_000; i++) applyText(fold, `line ${i}`)
    expect(fold.trailer.length).toBeLessThanOrEqual(400)
    expect(fold.trailer.at(-1)).toBe('line 9999')
  })
})
