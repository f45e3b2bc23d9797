import { describe, expect, test } from '@jest/globals'
import { applyStatus, createFold } from '../../src/progress/fold.ts'
import { createLiveLog, heartBeats, liveLines, type LiveLogOptions } from '../../src/progress/live-log.ts'
import { decode, failingTargets, recording, stack, target } from './fixture.ts'

const label = (name: string): string => `${name === 't2' ? 'arm64' : 'amd64'} ${name}`

const linesOf = (name: string, options: Omit<LiveLogOptions, 'label'>): readonly string[] => {
  const fold = createFold()
  const log = createLiveLog(fold, { label, ...options })
  return decode(recording(name)).flatMap((item) => {
    if ('text' in item) return []
    applyStatus(fold, item.status)
    return liveLines(log, item.status)
  })
}

/** Blanks between the two sides of a line are as many as there is room for. */
const squeezed = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replace(/(\S) {3,}/, '$1   '))

describe('liveLines', () => {
  test('a build that fails', () => {
    expect(squeezed(linesOf('failing', { targets: failingTargets, width: 100 }))).toEqual([
      'amd64 t0 (+3 more)  security 1/1  RUN echo security-f1 > /security   0.2s',
      'amd64 t3  core 1/2  RUN for i in 1 2 3; do echo "step $i"; done; echo "::error::not a command…  0.2s',
      'amd64 t3  core 2/2  RUN echo after-f1-quick   0.2s',
      'amd64 t3  app 1/1  RUN echo serve-f1 > /app   0.1s',
      'amd64 t0 (+1 more)  core 1/2  RUN sleep 1; for i in 1 2 3; do echo "step $i"; d…  FAILED exit code 3',
      'arm64 t2  core 1/2  RUN sleep 1; for i in 1 2 3; do echo "step $i"; done; echo "::error::…  canceled',
    ])
  })

  test('every step is said once, with the targets that share it', () => {
    const lines = squeezed(linesOf('warm-remote', { targets: stack }))
    expect(lines).toHaveLength(3 + 20 + 5)
    expect(new Set(lines).size).toBe(lines.length)
    expect(lines).toContain('arm64 t2  cache import  127.0.0.1:5000/progress/cache:core-arm64-p2   not found')
    expect(lines).toContain('amd64 t0 (+2 more)  core 1/3  WORKDIR $HOME_DIR   CACHED')
    expect(lines).toContain('amd64 t0 (+2 more)  core.build 2/4  WORKDIR /src-p2   CACHED')
  })

  test('shows what the fragment says, never the values that BuildKit fills in', () => {
    expect(linesOf('cold', { targets: stack }).join('\n')).not.toContain('3.12')
    const unknown = linesOf('onbuild', { targets: [target('t0', 'base 2 RUN echo own-s1')] })
    expect(squeezed(unknown)).toEqual([
      'amd64 t0  base 2/4  ONBUILD RUN …   0.1s',
      'amd64 t0  base 3/4  ONBUILD WORKDIR …   0.0s',
      'amd64 t0  base 4/4  RUN echo own-s1   0.1s',
    ])
  })

  test('a stage that only gathers files is not spoken of until it fails', () => {
    const [step] = target('t0', 'core 2 COPY --from=core.context-1 /a /a').steps
    const steps = step === undefined ? [] : [{ ...step, gatheredIn: 'core.context-1', original: 'COPY a /a' }]
    const fold = createFold()
    const log = createLiveLog(fold, { label, targets: [{ target: 't0', steps }] })
    const say = (digest: string, name: string, error?: string): readonly string[] => {
      const times = { started: '2026-01-01T00:00:00Z', completed: '2026-01-01T00:00:01Z' }
      const status = { vertexes: [{ digest, name, ...times, ...(error === undefined ? {} : { error }) }] }
      applyStatus(fold, status)
      return squeezed(liveLines(log, status))
    }
    expect(say('a', '[core.context-1 1/1] COPY a /a')).toEqual([])
    expect(say('b', '[core 2/2] COPY --from=core.context-1 /a /a')).toEqual(['amd64 t0  core 2/2  COPY a /a   1.0s'])
    expect(say('c', '[core.context-1 1/1] COPY a /a', '"/a": not found')).toEqual([
      'amd64 t0  core.context-1 1/1  COPY …   FAILED',
      '  "/a": not found',
    ])
  })

  test('a cache that cannot be reached is named with the reason', () => {
    const lines = linesOf('single', { targets: [target('t0')] })
    expect(squeezed(lines)[0]).toBe('amd64 t0  cache import  127.0.0.1:1/none:x   unavailable')
    expect(lines[1]).toMatch(/^ {2}failed to configure registry cache importer: .* connection refused$/)
  })

  test('no line is wider than asked for, errors aside', () => {
    const lines = linesOf('cold', { targets: stack, width: 60 }).filter((line) => !line.startsWith('  '))
    expect(Math.max(...lines.map((line) => line.length))).toBe(60)
  })

  test('a result that cannot be loaded is made anew before anything is said', () => {
    const fold = createFold()
    const log = createLiveLog(fold, { label, targets: [target('t0', 'core 1 RUN make')] })
    const say = (fields: object): readonly string[] => {
      const status = { vertexes: [{ digest: 'a', name: '[core 1/1] RUN make', ...fields }] }
      applyStatus(fold, status)
      return liveLines(log, status)
    }
    expect(
      say({ started: '2026-01-01T00:00:00Z', completed: '2026-01-01T00:00:01Z', cached: true, error: 'x' }),
    ).toEqual([])
    expect(say({ started: '2026-01-01T00:00:02Z' })).toEqual([])
    expect(squeezed(say({ started: '2026-01-01T00:00:02Z', completed: '2026-01-01T00:00:05Z' }))).toEqual([
      'amd64 t0  core 1/1  RUN make   4.0s',
    ])
  })
})

test('heartBeats: a step that runs for long gives a sign of life every minute', () => {
  const fold = createFold()
  const log = createLiveLog(fold, { label, targets: [target('t0', 'core 1 RUN make')] })
  const at = (second: number): number => Date.parse('2026-01-01T00:00:00Z') + second * 1000
  const vertex = { digest: 'a', name: '[core 1/1] RUN make', started: '2026-01-01T00:00:00Z' }
  const status = { vertexes: [vertex] }
  applyStatus(fold, status)
  expect(liveLines(log, status)).toEqual([])
  expect(heartBeats(log, at(59))).toEqual([])
  expect(squeezed(heartBeats(log, at(61)))).toEqual(['amd64 t0  core 1/1  RUN make   … still running 1m01s'])
  expect(heartBeats(log, at(119))).toEqual([])
  expect(squeezed(heartBeats(log, at(200)))).toEqual(['amd64 t0  core 1/1  RUN make   … still running 3m20s'])
  const done = { vertexes: [{ ...vertex, completed: '2026-01-01T00:03:30Z' }] }
  applyStatus(fold, done)
  expect(squeezed(liveLines(log, done))).toEqual(['amd64 t0  core 1/1  RUN make   3m30s'])
  expect(heartBeats(log, at(900))).toEqual([])
})
