import { expect, test } from '@jest/globals'
import { readLogin } from '../../src/io/github-client.ts'
import { deletesPerMinute } from '../../src/io/github-points.ts'
import { refuse } from '../support/github-answers.ts'
import { sessionWith, START, startClock } from '../support/github-stores-bed.ts'
import { startGithubStores } from '../support/github-stores.ts'
import { first } from '../support/registry/faults.ts'

const SECONDARY = 'You have exceeded a secondary rate limit'

/** A time that stands still until someone lets it pass. */
const standingClock = () => {
  let now = START
  let waiting: readonly { readonly until: number; readonly wake: () => void }[] = []
  return {
    slept: [],
    now: () => now,
    random: () => 0,
    sleep: (duration: number) =>
      new Promise<void>((wake) => {
        waiting = [...waiting, { until: now + duration, wake }]
      }),
    waiting: () => waiting.length,
    pass: (duration: number): void => {
      now += duration
      const over = waiting.filter(({ until }) => until <= now)
      waiting = waiting.filter(({ until }) => until > now)
      for (const { wake } of over) wake()
    },
  }
}

test('while GitHub asks one request to wait, none is sent', async () => {
  const clock = standingClock()
  const fault = first(1, refuse(403, SECONDARY, { 'retry-after': '45' }))
  await using github = await startGithubStores({ now: clock.now, fault })
  const { ask } = sessionWith(github, clock)
  const asked = Array.from({ length: 20 }, () =>
    ask((octokit) => octokit.rest.users.getByUsername({ username: 'acme' })),
  )
  while (clock.waiting() < 4 && github.requests.length < 20) await new Promise(setImmediate)
  // Those that were on their way already had left before anybody knew.
  expect(github.requests.length).toBeLessThanOrEqual(4)
  clock.pass(45_000)
  expect((await Promise.all(asked)).map(({ data }) => data.login)).toEqual(asked.map(() => 'acme'))
  expect(github.requests).toHaveLength(21)
})

test('a wait that is too long is not begun', async () => {
  const clock = startClock()
  await using github = await startGithubStores({ now: clock.now, hourly: 1 })
  const { ask } = sessionWith(github, clock)
  const read = () => ask((octokit) => octokit.rest.users.getByUsername({ username: 'acme' }))
  await read()
  await expect(read()).rejects.toMatchObject({ failure: { kind: 'temporary', wait: 3_600_000 } })
  expect(github.requests).toHaveLength(1)
  expect(clock.slept).toEqual([])
})

test('a wait that is short enough is sat out', async () => {
  const clock = startClock()
  await using github = await startGithubStores({ now: clock.now, hourly: 1 })
  const patience = { attempts: 2, requestTimeout: 20_000, deadline: 3_600_000 }
  const { ask } = sessionWith(github, clock, { patience })
  expect(await ask(readLogin)).toBe('github-actions[bot]')
  expect(await ask(readLogin)).toBe('github-actions[bot]')
  expect(clock.slept).toEqual([3_600_000])
})

test('deletes fit into the points of a minute, and into what GitHub allows', () => {
  expect(deletesPerMinute(0)).toBeLessThanOrEqual(180)
  expect(deletesPerMinute(1) * 6).toBeLessThanOrEqual(900)
})
