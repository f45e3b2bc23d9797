import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { decideCacheAccess, noCacheAccess, weakerAccess, type CacheAccess } from '../../src/plan/access.ts'
import { parseRunEvent, type RunEnvironment } from '../../src/plan/event.ts'

/** Payloads of `@octokit/webhooks-examples` 7.6.1 (MIT), cut to what matters here; those of forks and bots changed by hand. */
const readPayload = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/events/${name}.json`, import.meta.url), 'utf8'))

type Case = {
  readonly description: string
  readonly event: string
  readonly ref: string
  readonly payload: string
  readonly protected?: boolean
  readonly write: boolean
  readonly reason: string
}

const MASTER = 'refs/heads/master'

const CASES: readonly Case[] = [
  {
    description: 'a push to the default branch',
    event: 'push',
    ref: MASTER,
    payload: 'push-branch',
    write: true,
    reason: 'push on the default branch master',
  },
  {
    description: 'a push to another branch',
    event: 'push',
    ref: 'refs/heads/feature/x',
    payload: 'push-branch',
    write: false,
    reason: 'feature/x is neither the default nor a protected branch',
  },
  {
    description: 'a push to a branch that only ends like the default one',
    event: 'push',
    ref: 'refs/heads/x/master',
    payload: 'push-branch',
    write: false,
    reason: 'x/master is neither the default nor a protected branch',
  },
  {
    description: 'a push to a protected branch',
    event: 'push',
    ref: 'refs/heads/release-1',
    payload: 'push-branch',
    protected: true,
    write: true,
    reason: 'push on the protected branch release-1',
  },
  {
    description: 'a push of a tag, even a protected one',
    event: 'push',
    ref: 'refs/tags/simple-tag',
    payload: 'push-tag',
    protected: true,
    write: false,
    reason: 'the ref "refs/tags/simple-tag" is not a branch',
  },
  {
    description: 'a pull request of the same repository',
    event: 'pull_request',
    ref: 'refs/pull/2/merge',
    payload: 'pull-request',
    write: false,
    reason: 'a pull request only reads',
  },
  {
    description: 'a pull request from a fork',
    event: 'pull_request',
    ref: 'refs/pull/2/merge',
    payload: 'pull-request-from-fork',
    write: false,
    reason: 'a pull request from a fork only reads',
  },
  {
    description: 'a pull request whose fork was deleted',
    event: 'pull_request',
    ref: 'refs/pull/2/merge',
    payload: 'pull-request-from-deleted-fork',
    write: false,
    reason: 'a pull request from a fork only reads',
  },
  {
    description: 'a pull request of Dependabot',
    event: 'pull_request',
    ref: 'refs/pull/2/merge',
    payload: 'pull-request-dependabot',
    write: false,
    reason: 'a Dependabot pull request only reads',
  },
  {
    description: 'pull_request_target, which runs on the default branch with its token',
    event: 'pull_request_target',
    ref: MASTER,
    payload: 'pull-request-from-fork',
    protected: true,
    write: false,
    reason: 'a pull request from a fork only reads',
  },
  {
    description: 'a schedule, whose payload names no repository',
    event: 'schedule',
    ref: MASTER,
    payload: 'schedule',
    write: true,
    reason: 'schedule on the default branch master',
  },
  {
    description: 'workflow_dispatch on the default branch',
    event: 'workflow_dispatch',
    ref: MASTER,
    payload: 'workflow-dispatch',
    write: true,
    reason: 'workflow_dispatch on the default branch master',
  },
  {
    description: 'workflow_dispatch on another branch',
    event: 'workflow_dispatch',
    ref: 'refs/heads/try',
    payload: 'workflow-dispatch',
    write: false,
    reason: 'try is neither the default nor a protected branch',
  },
  {
    description: 'workflow_dispatch on a tag',
    event: 'workflow_dispatch',
    ref: 'refs/tags/v1',
    payload: 'workflow-dispatch',
    write: false,
    reason: 'the ref "refs/tags/v1" is not a branch',
  },
  {
    description: 'repository_dispatch',
    event: 'repository_dispatch',
    ref: MASTER,
    payload: 'repository-dispatch',
    write: true,
    reason: 'repository_dispatch on the default branch master',
  },
  {
    description: 'a merge queue',
    event: 'merge_group',
    ref: 'refs/heads/gh-readonly-queue/main/pr-104-929f820',
    payload: 'merge-group',
    protected: true,
    write: false,
    reason: 'merge_group runs only read',
  },
  ...['release', 'workflow_run', 'issue_comment'].map((event) => ({
    description: `${event}, on the default branch and protected`,
    event,
    ref: MASTER,
    payload: event.replace('_', '-'),
    protected: true,
    write: false,
    reason: `${event} runs only read`,
  })),
  {
    description: 'an event nobody knows yet',
    event: 'telepathy',
    ref: MASTER,
    payload: 'push-branch',
    protected: true,
    write: false,
    reason: 'telepathy runs only read',
  },
  {
    description: 'a push without a ref',
    event: 'push',
    ref: '',
    payload: 'push-branch',
    write: false,
    reason: 'the ref "" is not a branch',
  },
]

const environmentOf = (given: Pick<Case, 'event' | 'ref' | 'protected'>): RunEnvironment => ({
  GITHUB_EVENT_NAME: given.event,
  GITHUB_REF: given.ref,
  GITHUB_REF_PROTECTED: String(given.protected === true),
  GITHUB_REPOSITORY: 'Codertocat/Hello-World',
  GITHUB_ACTOR: 'Codertocat',
})

describe('decideCacheAccess', () => {
  test.each(CASES)('$description', ({ payload, write, reason, ...given }) => {
    const event = parseRunEvent(environmentOf(given), readPayload(payload))
    expect(decideCacheAccess(event)).toEqual({ read: true, write, reason })
  })

  test('a local run without an event reads and writes', () => {
    expect(decideCacheAccess(parseRunEvent({}, undefined))).toEqual({
      read: true,
      write: true,
      reason: 'a local run without an event',
    })
  })

  test('without a payload only a protected branch or a schedule earns writing', () => {
    const decide = (event: string, isProtected: boolean): boolean =>
      decideCacheAccess(parseRunEvent(environmentOf({ event, ref: MASTER, protected: isProtected }), undefined)).write
    expect(decide('push', false)).toBe(false)
    expect(decide('push', true)).toBe(true)
    expect(decide('schedule', false)).toBe(true)
  })

  test('whatever else an event says, only four events on branches write', () => {
    const event = fc.record({
      name: fc.oneof(fc.constantFrom('push', 'schedule', 'pull_request', 'release', 'workflow_run'), fc.string()),
      ref: fc.oneof(fc.constantFrom('refs/heads/main', 'refs/tags/v1', 'refs/pull/7/merge', 'main'), fc.string()),
      refProtected: fc.boolean(),
      defaultBranch: fc.constantFrom('main', '', 'v1'),
    })
    fc.assert(
      fc.property(event, (given) => {
        const { read, write } = decideCacheAccess(given)
        const writes = ['push', 'schedule', 'workflow_dispatch', 'repository_dispatch'].includes(given.name)
        expect(read).toBe(true)
        expect(write && !(writes && given.ref.startsWith('refs/heads/'))).toBe(false)
      }),
    )
  })
})

describe('weakerAccess', () => {
  const earned: CacheAccess = { read: true, write: true, reason: 'earned' }
  const readOnly: CacheAccess = { read: true, write: false, reason: 'a fork' }
  const other: CacheAccess = { read: true, write: false, reason: 'a tag' }

  test.each([
    ['both may write', earned, { ...earned, reason: 'earned, too' }, { ...earned, reason: 'earned, too' }],
    ['the first only reads', readOnly, earned, readOnly],
    ['the second only reads', earned, readOnly, readOnly],
    ['both only read', readOnly, other, readOnly],
  ])('%s', (_, first, second, expected) => {
    expect(weakerAccess(first, second)).toEqual(expected)
  })
})

test('noCacheAccess neither reads nor writes', () => {
  expect(noCacheAccess('off')).toEqual({ read: false, write: false, reason: 'off' })
})
