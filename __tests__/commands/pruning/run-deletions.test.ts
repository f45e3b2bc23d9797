import { describe, expect, test } from '@jest/globals'
import { createBudget, type Limits } from '../../../src/commands/pruning/budget.ts'
import { type DeletionTask, runDeletions } from '../../../src/commands/pruning/run-deletions.ts'
import type { Holding } from '../../../src/retention/holding.ts'
import type { Deletion, Store, StorePace } from '../../../src/io/stores/store.ts'

const objectOf = (id: string): Holding => ({ id, tags: [id], digest: `sha256:${id}` })

const tasksOf = (...ids: readonly string[]): readonly DeletionTask[] =>
  ids.map((id) => ({ object: objectOf(id), parents: [] }))

const numbered = (count: number): readonly DeletionTask[] =>
  tasksOf(...Array.from({ length: count }, (_, index) => `t${index}`))

/** A clock that only goes on while someone sleeps, and by `perDelete` ms with each deletion. */
const fakeWorld = (answer: (id: string, time: number) => Deletion, pace: Partial<StorePace> = {}, perDelete = 0) => {
  let now = 0
  let running = 0
  const seen = { asked: [] as string[], slept: [] as number[], told: [] as string[], busiest: 0 }
  const clock = {
    now: () => new Date(now),
    sleep: (duration: number) => {
      seen.slept.push(duration)
      now += duration
      return Promise.resolve()
    },
  }
  const remove: Store['delete'] = async ({ id }) => {
    seen.busiest = Math.max(seen.busiest, ++running)
    seen.asked.push(id)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    now += perDelete
    return answer(id, now)
  }
  const store: Store = {
    ...{ backend: 'oci', name: 'registry.example/cache', pace: { concurrency: 1, ...pace } },
    list: () => Promise.resolve([]),
    find: () => Promise.resolve([]),
    inspect: () => Promise.resolve({ status: 'gone' }),
    referrers: () => Promise.resolve([]),
    delete: remove,
  }
  const run = (tasks: readonly DeletionTask[], limits: Partial<Limits> = {}, needed: readonly string[] = []) =>
    runDeletions(tasks, {
      ...{ store, clock, tell: (line: string) => void seen.told.push(line) },
      budget: createBudget({ signal: new AbortController().signal, ...limits }, clock),
      isNeeded: ({ id }) => Promise.resolve(needed.includes(id) ? 'a build needs it' : undefined),
    })
  return { run, seen }
}

const deleted = (): Deletion => ({ status: 'deleted' })

describe('runDeletions', () => {
  test('deletes as many at a time as the store bears, and says what became of each', async () => {
    const { run, seen } = fakeWorld(deleted, { concurrency: 4 })
    const outcomes = await run(numbered(20))
    expect(outcomes).toEqual(Array.from({ length: 20 }, deleted))
    expect(seen.busiest).toBe(4)
  })

  test('deletes a parent before its children', async () => {
    const { run, seen } = fakeWorld(deleted, { concurrency: 4 })
    const tasks = [...tasksOf('index'), { object: objectOf('child'), parents: ['index'] }]
    await run(tasks)
    expect(seen.asked).toEqual(['index', 'child'])
    expect(seen.busiest).toBe(1)
  })

  test.each<Deletion>([
    { status: 'moved', reason: 'a' },
    { status: 'failed', reason: 'b' },
    { status: 'skipped', reason: 'c' },
    // Its document is still there, with all that it lists.
    { status: 'untagged' },
  ])('leaves the children of a parent that is $status', async (answer) => {
    const { run, seen } = fakeWorld(() => answer)
    const outcomes = await run([...tasksOf('index'), { object: objectOf('child'), parents: ['index'] }])
    expect(outcomes).toEqual([answer, { status: 'left', reason: 'what leads to it is still there' }])
    expect(seen.asked).toEqual(['index'])
  })

  test('does not delete what is needed by now', async () => {
    const { run, seen } = fakeWorld(deleted)
    const outcomes = await run(tasksOf('a', 'b'), {}, ['a'])
    expect(outcomes).toEqual([{ status: 'moved', reason: 'a build needs it' }, { status: 'deleted' }])
    expect(seen.asked).toEqual(['b'])
  })

  test('keeps to a number a minute', async () => {
    const { run, seen } = fakeWorld(deleted, { perMinute: 60 })
    await run(numbered(4))
    expect(seen.slept).toEqual([1000, 1000, 1000])
  })

  test('stops when the time is used up', async () => {
    const { run, seen } = fakeWorld(deleted, {}, 1000)
    const outcomes = await run(numbered(5), { maxDuration: 3000 })
    expect(outcomes[3]).toEqual({ status: 'left', reason: 'the time of max-duration is used up' })
    expect(seen.asked).toHaveLength(3)
  })

  test('stops when the run is told to', async () => {
    const abort = new AbortController()
    const { run, seen } = fakeWorld(() => {
      abort.abort()
      return { status: 'deleted' }
    })
    const outcomes = await run(numbered(3), { signal: abort.signal })
    expect(outcomes[1]).toEqual({ status: 'left', reason: 'the run was told to stop' })
    expect(seen.asked).toHaveLength(1)
  })

  test('waits as long as the store asks, when there is time', async () => {
    const { run, seen } = fakeWorld((_, time) =>
      time === 0 ? { status: 'exhausted', reason: 'too fast', wait: 60_000 } : { status: 'deleted' },
    )
    await expect(run(tasksOf('a'), { maxDuration: 120_000 })).resolves.toEqual([{ status: 'deleted' }])
    expect(seen.slept).toEqual([60_000])
  })

  test('stops when there is no time for the wait', async () => {
    const exhausted: Deletion = { status: 'exhausted', reason: 'come back in an hour', wait: 3_600_000 }
    const { run, seen } = fakeWorld(() => exhausted)
    const outcomes = await run(tasksOf('a', 'b'), { maxDuration: 60_000 })
    expect(outcomes).toEqual([exhausted, { status: 'left', reason: 'come back in an hour' }])
    expect(seen.asked).toEqual(['a'])
  })

  test('tries no more where nothing can be deleted', async () => {
    const { run, seen } = fakeWorld(() => ({ status: 'unsupported', reason: 'no' }))
    const outcomes = await run(numbered(3))
    expect(outcomes.map(({ status }) => status)).toEqual(['unsupported', 'left', 'left'])
    expect(seen.asked).toHaveLength(1)
  })

  test('gives up after many failures in a row', async () => {
    const { run, seen } = fakeWorld(() => ({ status: 'failed', reason: '500' }))
    const outcomes = await run(numbered(30))
    expect(seen.asked).toHaveLength(20)
    expect(outcomes[29]).toEqual({ status: 'left', reason: '20 deletions failed in a row, the last: 500' })
  })

  test('goes on where some fail', async () => {
    const { run, seen } = fakeWorld((id) => (id === 't9' ? { status: 'deleted' } : { status: 'failed', reason: '500' }))
    await run(numbered(25))
    expect(seen.asked).toHaveLength(25)
  })

  test('tells now and then how far it is', async () => {
    const { run, seen } = fakeWorld(deleted, {}, 1000)
    await run(numbered(100))
    expect(seen.told[0]).toBe('registry.example/cache: 15 of 100 (15 %), about 2 min left')
    expect(seen.told).toHaveLength(6)
  })
})
