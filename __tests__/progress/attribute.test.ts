import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { attributeSteps } from '../../src/progress/attribute.ts'
import { applyStatus, createFold, type Fold } from '../../src/progress/fold.ts'
import type { Vertex } from '../../src/progress/status.ts'
import { decode, failingTargets, folded, foldOf, outcomes, recording, stack, target, type Decoded } from './fixture.ts'

const ran = (name: string, steps: number): string => `${name}: ${Array.from({ length: steps }, () => 'run').join(' ')}`

const leaves = [
  target('t0', 'core 1 RUN echo core-l1 > /core', 'app 1 RUN echo app-l1 > /app'),
  target('t1', 'collect 1 COPY --from=t0 /app /t0'),
]

const broken = ['app2', 'app3'].map((app, i) =>
  target(
    `t${i}`,
    'core 1 RUN echo core-b1 > /core',
    'core 2 RUN echo more-b1 > /more',
    `app 1 RUN echo ${app}-b1 > /app`,
  ),
)

const single = target(
  't0',
  ...Array.from({ length: 9 }, (_, i) => `base ${i + 2} RUN echo s1-${i + 1} > /f${i + 1}`),
  'base 11 WORKDIR /w-s1',
  'base 12 COPY a-s1.txt ./',
  'base 13 RUN cat a-s1.txt',
  'base 14 WORKDIR /w-s1/../x',
  'base 15 RUN ["/bin/sh", "-c", "echo exec-s1"]',
)

const multi = target(
  't0',
  'tool 2 RUN echo s1 $TARGETARCH > /tool',
  'data 1 COPY a-s1.txt /data.txt',
  'core 2 COPY --from=tool /tool /tool',
  'core 3 COPY --from=data / /data',
  'core 4 COPY --from=127.0.0.1:5000/testbed/busybox:2 /etc/testbed-second /second-s1',
  'core 5 RUN --mount=type=bind,from=127.0.0.1:5000/testbed/busybox:2,target=/m ls /m > /s1',
)

describe('recordings', () => {
  test.each([
    {
      name: 'cold',
      targets: stack,
      expected: [ran('t0', 9), ran('t1', 9), ran('t2', 9), ran('t3', 7)],
      unique: { cached: 0, total: 20, ratio: 0 },
    },
    {
      name: 'warm-local',
      targets: stack,
      expected: [ran('t0', 9), ran('t1', 9), ran('t2', 9), ran('t3', 7)].map((line) => line.replaceAll('run', 'hit')),
      unique: { cached: 20, total: 20, ratio: 1 },
    },
    {
      name: 'warm-remote',
      targets: stack,
      expected: [
        ran('t0', 9).replaceAll('run', 'hit'),
        't1: hit hit hit hit hit hit hit run run',
        ran('t2', 9),
        ran('t3', 7).replaceAll('run', 'hit'),
      ],
      unique: { cached: 9, total: 20, ratio: 0.45 },
    },
    {
      name: 'failing',
      targets: failingTargets,
      expected: [
        't0: run failed skipped skipped',
        't1: run failed skipped skipped',
        't2: run canceled skipped skipped',
        't3: run run run run',
      ],
      unique: { cached: 0, total: 5, ratio: 0 },
    },
    {
      name: 'failing-repeated',
      targets: failingTargets.slice(2),
      expected: ['t2: hit run run run', 't3: hit hit hit hit'],
      unique: { cached: 4, total: 7, ratio: 4 / 7 },
    },
    {
      name: 'broken-cache',
      targets: broken,
      expected: ['t0: hit hit failed', 't1: hit hit failed'],
      unique: { cached: 2, total: 4, ratio: 0.5 },
    },
    {
      name: 'collector',
      targets: leaves,
      expected: ['t0: run run', 't1: run'],
      unique: { cached: 0, total: 3, ratio: 0 },
    },
    { name: 'single', targets: [single], expected: [ran('t0', 14)], unique: { cached: 0, total: 14, ratio: 0 } },
    {
      name: 'onbuild',
      targets: [target('t0', 'base 2 RUN echo own-s1', 'app 1 RUN echo two-s1', 'app 2 RUN echo three-s1')],
      expected: ['t0: run run run'],
      unique: { cached: 0, total: 3, ratio: 0 },
    },
    // Both platforms of a multi-platform build stand for one step here; work items have one platform each.
    { name: 'multi-platform', targets: [multi], expected: [ran('t0', 6)], unique: { cached: 0, total: 6, ratio: 0 } },
    {
      name: 'parse-error',
      targets: [single],
      expected: [ran('t0', 14).replaceAll('run', 'skipped')],
      unique: { cached: 0, total: 0, ratio: 1 },
    },
  ])('$name', ({ name, targets, expected, unique }) => {
    const result = attributeSteps(folded(name), targets)
    expect(outcomes(result)).toEqual(expected)
    expect(result.unique).toMatchObject(unique)
  })

  test('times, imports, exports and bytes of a warm build', () => {
    const { targets, downloadedBytes } = attributeSteps(folded('warm-remote'), stack)
    expect(downloadedBytes).toBe(652)
    expect(targets[0]).toMatchObject({
      counts: { cached: 9, total: 9, ratio: 1, execMs: 0 },
      downloadedBytes: 652,
      imports: [
        { ref: '127.0.0.1:5000/progress/cache:core-amd64-p2', ms: 19 },
        { ref: '127.0.0.1:5000/progress/cache:app-amd64-serve-p2', ms: 57 },
      ],
      exports: [
        { of: 'image', ms: 338 },
        { of: 'cache', ms: 466 },
      ],
      startedAt: '2026-11-22T18:01:06.840494458Z',
      completedAt: '2026-11-22T18:01:08.614508889Z',
    })
    expect(targets[2]?.imports).toEqual([
      {
        ref: '127.0.0.1:5000/progress/cache:core-arm64-p2',
        ms: 12,
        error: 'failed to configure registry cache importer: 127.0.0.1:5000/progress/cache:core-arm64-p2: not found',
      },
    ])
  })

  test.each([
    // what it ran, of each target that shares it
    { name: 'cold', target: 0, step: 0, expected: [1431, 0, 0, '56.382827855Z', '57.813935878Z'] },
    { name: 'cold', target: 1, step: 0, expected: [1431, 0, 0, '56.380089673Z', '57.811197696Z'] },
    // a hit that was never loaded takes no time
    { name: 'warm-remote', target: 0, step: 0, expected: [0, 0, 0, '07.010324377Z', '07.010324377Z'] },
    // a hit that was loaded, then pulled: both are load time; its blobs count once for each target
    { name: 'warm-remote', target: 0, step: 6, expected: [0, 694, 541, '07.010324377Z', '07.746225022Z'] },
    { name: 'warm-remote', target: 1, step: 6, expected: [0, 692, 541, '07.006030126Z', '07.741930771Z'] },
    // the two halves of COPY --link, of which the merge waits for the step below it
    { name: 'warm-remote', target: 0, step: 8, expected: [0, 830, 111, '07.008308057Z', '07.898337129Z'] },
    { name: 'cold', target: 2, step: 8, expected: [67, 0, 0, '56.303334862Z', '59.525147404Z'] },
    // what was declared and never began has no times
    { name: 'failing', target: 0, step: 3, expected: [0, 0, 0, undefined, undefined] },
  ])('times and bytes of step $step of t$target of $name', ({ name, target: place, step, expected }) => {
    const { targets } = attributeSteps(folded(name), name === 'failing' ? failingTargets : stack)
    const found = targets[place]?.steps[step]
    // seconds
    const stamps = [found?.startedAt, found?.completedAt].map((stamp) => stamp?.slice(17))
    expect([found?.execMs, found?.loadMs, found?.downloadedBytes, ...stamps]).toEqual(expected)
  })

  test.each([
    // the builder had it; amd64 and arm64 are one image, and the targets that share a vertex count once
    { name: 'cold', targets: stack, expected: [['busybox:1', 168, 0]] },
    { name: 'warm-remote', targets: stack, expected: [['busybox:1', 188, 0]] },
    {
      name: 'multi-platform',
      targets: [multi],
      expected: [
        ['busybox:2', 171, 157],
        ['busybox:1', 67, 0],
      ],
    },
  ])('images that $name was built on', ({ name, targets, expected }) => {
    const { images } = attributeSteps(folded(name), targets)
    const short = images.map(({ image, ms, downloadedBytes }) => [
      /^127\.0\.0\.1:5000\/testbed\/(.+)@sha256:[0-9a-f]{64}$/.exec(image)?.[1],
      ms,
      downloadedBytes,
    ])
    expect(short).toEqual(expected)
  })

  test('a cache that cannot be reached is no error of the target', () => {
    const [result] = attributeSteps(folded('single'), [single]).targets
    expect(result?.imports.map(({ error }) => error)).toEqual([expect.stringContaining('connection refused')])
    expect(result?.exports.map(({ error }) => error)).toEqual([expect.stringContaining('error writing layer blob')])
    expect(result).not.toHaveProperty('error')
  })

  test('one target fails, one is stopped, one was done', () => {
    const { targets } = attributeSteps(folded('failing'), failingTargets)
    expect(targets.map(({ error, canceled }) => [error?.slice(-12), canceled])).toEqual([
      ['exit code: 3', undefined],
      ['exit code: 3', undefined],
      [undefined, true],
      [undefined, undefined],
    ])
  })

  test('values of arguments are in vertex names and nowhere in the result', () => {
    expect(recording('cold').toString()).toContain('python 3.12')
    expect(JSON.stringify(attributeSteps(folded('cold'), stack))).not.toContain('python 3.12')
  })
})

/** One vertex a record, so that records of one target can be moved among those of the others. */
const singles = (name: string): readonly (readonly [target: string, item: Decoded])[] =>
  decode(recording(name)).flatMap((item): readonly (readonly [string, Decoded])[] => {
    if ('text' in item) return [['', item]]
    const { vertexes = [], ...rest } = item.status
    return [
      ...vertexes.map(
        (vertex) => [/^\[(t\d)/.exec(vertex.name ?? '')?.[1] ?? '', { status: { vertexes: [vertex] } }] as const,
      ),
      ['', { status: rest }],
    ]
  })

describe.each([
  { name: 'cold', targets: stack },
  { name: 'warm-remote', targets: stack },
  { name: 'failing', targets: failingTargets },
])('$name', ({ name, targets }) => {
  const records = singles(name)
  const expected = attributeSteps(folded(name), targets)

  test('however the streams of the targets are interleaved, the counts are the same', () => {
    const order = records.map(([owner]) => owner)
    const queues = Map.groupBy(records, ([owner]) => owner)
    const shuffled = fc.shuffledSubarray(order, { minLength: order.length })
    fc.assert(
      fc.property(shuffled, (owners) => {
        const next = new Map<string, number>()
        const moved = owners.flatMap((owner) => {
          const position = next.get(owner) ?? 0
          next.set(owner, position + 1)
          return queues.get(owner)?.[position]?.[1] ?? []
        })
        const result = attributeSteps(foldOf(moved), targets)
        expect(outcomes(result)).toEqual(outcomes(expected))
        expect(result.unique).toEqual(expected.unique)
        expect(result.targets.map(({ counts }) => counts)).toEqual(expected.targets.map(({ counts }) => counts))
      }),
      { numRuns: 20 },
    )
  })
})

const times = (from: number, to: number): Pick<Vertex, 'started' | 'completed'> => ({
  started: new Date(from).toISOString(),
  completed: new Date(to).toISOString(),
})

const foldVertices = (...vertexes: readonly Vertex[]): Fold => {
  const fold = createFold()
  applyStatus(fold, { vertexes })
  return fold
}

describe('steps shared by targets', () => {
  const both = [target('t0', 'core 1 RUN make'), target('t1', 'core 1 RUN make')]

  test('what one target ran and a later one found is a hit for the later one and ran all the same', () => {
    const fold = foldVertices(
      { digest: 'a', name: '[t0 core 1/1] RUN make', ...times(0, 2000) },
      { digest: 'a', name: '[t1 core 1/1] RUN make', ...times(3000, 3000), cached: true },
    )
    const result = attributeSteps(fold, both)
    expect(outcomes(result)).toEqual(['t0: run', 't1: hit'])
    expect(result.unique).toEqual({ cached: 0, total: 1, ratio: 0, execMs: 2000 })
  })

  test('clocks that differ a little do not count twice', () => {
    const fold = foldVertices(
      { digest: 'a', name: '[t0 core 1/1] RUN make', ...times(0, 2000) },
      { digest: 'a', name: '[t1 core 1/1] RUN make', ...times(7, 2010) },
    )
    expect(attributeSteps(fold, both).unique).toEqual({ cached: 0, total: 1, ratio: 0, execMs: 2003 })
  })

  test('a name as the target that came first has it: a Dockerfile of one stage shows no stage', () => {
    const targets = [target('t0', 'base 2 RUN make', 'core 1 RUN test'), target('t1', 'base 2 RUN make')]
    const fold = foldVertices(
      { digest: 'a', name: '[t1 2/2] RUN make', ...times(0, 1) },
      { digest: 'a', name: '[t0 2/2] RUN make', ...times(0, 1) },
    )
    expect(outcomes(attributeSteps(fold, targets))).toEqual(['t0: run skipped', 't1: run'])
  })

  test('a step whose text does not fit is nobody’s', () => {
    const fold = foldVertices({ digest: 'a', name: '[t0 core 1/1] RUN something else', ...times(0, 1) })
    expect(outcomes(attributeSteps(fold, both))).toEqual(['t0: skipped', 't1: skipped'])
  })

  test('COPY --link is a hit only when both its halves are', () => {
    const group = { id: 'g', name: '', weak: true }
    const copy = { digest: 'a', name: '[1/1] COPY --link a /', progressGroup: group, ...times(0, 1000), cached: true }
    const merge = { digest: 'b', name: '[1/1] LINK COPY --link a /', ...times(1000, 3000) }
    const one = [target('t0', 'core 1 COPY --link a /')]
    const run = attributeSteps(foldVertices(copy, merge), one).targets[0]?.steps[0]
    expect(run).toMatchObject({ outcome: 'run', execMs: 3000, digests: ['b'] })
    const hit = attributeSteps(foldVertices(copy, { ...merge, cached: true }), one).targets[0]?.steps[0]
    expect(hit).toMatchObject({ outcome: 'hit', execMs: 0, loadMs: 3000 })
  })

  test('no steps at all are a full hit', () => {
    expect(attributeSteps(createFold(), [target('t0')]).targets[0]?.counts).toEqual({
      cached: 0,
      total: 0,
      ratio: 1,
      execMs: 0,
    })
  })
})
