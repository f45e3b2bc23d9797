import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { furtherExports, furtherSources } from '../../src/commands/building/write-leg.ts'
import {
  decideCacheAccess,
  noCacheAccess,
  pinnedAccess,
  weakerAccess,
  type CacheAccess,
} from '../../src/plan/access.ts'
import type { RunEvent } from '../../src/plan/access.ts'
import { locationOf, recordHomes } from '../../src/plan/cache-location.ts'
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

/** Events as parts of a run's life, with the pairs that decide trust more often than chance would have them. */
const anyEvent: fc.Arbitrary<RunEvent> = fc
  .record({
    name: fc.option(
      fc.constantFrom(
        ...['push', 'schedule', 'workflow_dispatch', 'repository_dispatch', 'pull_request', 'pull_request_target'],
        ...['pull_request_review', 'release', 'workflow_run', 'issue_comment', 'merge_group', 'create', 'odd'],
      ),
    ),
    ref: fc.constantFrom('refs/heads/main', 'refs/heads/x', 'refs/tags/v1', 'refs/pull/7/merge', '', 'main'),
    refProtected: fc.boolean(),
    defaultBranch: fc.option(fc.constantFrom('main', 'x')),
    repository: fc.option(fc.constant('a/b')),
    headRepository: fc.option(fc.constantFrom('a/b', 'fork/b')),
    actor: fc.option(fc.constantFrom('someone', 'dependabot[bot]')),
  })
  .map(({ name, defaultBranch, repository, headRepository, actor, ...rest }) => ({
    ...rest,
    headRepository,
    ...(name === null ? {} : { name }),
    ...(defaultBranch === null ? {} : { defaultBranch }),
    ...(repository === null ? {} : { repository }),
    ...(actor === null ? {} : { actor }),
  }))

/** A run whose image people may come to trust: on the default or a protected branch, a tag or a release. */
const isTrusted = ({ name, ref, refProtected, defaultBranch }: RunEvent): boolean =>
  name === undefined ||
  ['schedule', 'release', 'merge_group', 'workflow_run', 'pull_request_target', 'issue_comment'].includes(name) ||
  (!name.startsWith('pull_request') &&
    (!ref.startsWith('refs/heads/') || ref === `refs/heads/${defaultBranch ?? ref.slice(11)}` || refProtected))

describe('domains', () => {
  const UNTRUSTED = { untrusted: true }
  const cacheOf = (access: CacheAccess) => ({
    ...{ ref: 'a.example/trusted', untrusted: 'a.example/untrusted', access },
    pools: { 'linux/arm64': ['a.example/pool', 'a.example/trusted'] },
    mirrors: [{ ref: 'a.example/mirror', read: true, write: true }],
  })
  const items = [{ platform: 'linux/amd64' }, { platform: 'linux/arm64', pool: 'linux/arm64' }]
  const places = (access: CacheAccess) => {
    const locations = items.map((item) => locationOf(cacheOf(access), item))
    const written = locations.flatMap(({ repositories, mirrors = [] }) => [...repositories.slice(0, 1), ...mirrors])
    const records = recordHomes(cacheOf(access))
    return {
      read: access.read ? [...locations.flatMap(({ repositories }) => repositories), ...records] : [],
      written: access.write ? [...written, ...records.slice(0, 1)] : [],
    }
  }

  /** What people name besides, in the factory file and in inputs: any of the cache's own repositories, and another. */
  const anyNamed = fc.subarray(
    ['trusted', 'untrusted', 'pool', 'mirror', 'other'].map((name) => `a.example/${name}`),
    { minLength: 1 },
  )
  const specsOf = (repositories: readonly string[]) => repositories.map((each) => `type=registry,ref=${each}:app`)
  const repositoriesOf = (specs: readonly string[]) => specs.map((spec) => spec.replace(/^.*ref=(.*):app$/, '$1'))
  const named = (access: CacheAccess, from: readonly string[], cacheFrom: readonly string[], to: readonly string[]) => {
    const work = { access, plan: { cache: { ...cacheOf(access), from: specsOf(from) } } }
    return {
      read: access.read ? repositoriesOf(furtherSources(work, { cacheFrom: specsOf(cacheFrom) })) : [],
      written: access.write ? repositoriesOf(furtherExports(work, { cacheTo: specsOf(to) })) : [],
    }
  }

  test.each<[string, Partial<RunEvent>, boolean]>([
    ['a pull request of the same repository', { name: 'pull_request', headRepository: 'a/b' }, true],
    ['a pull request of a fork', { name: 'pull_request', headRepository: 'fork/b' }, false],
    ['a pull request of Dependabot', { name: 'pull_request', headRepository: 'a/b', actor: 'dependabot[bot]' }, false],
    ['pull_request_target', { name: 'pull_request_target', headRepository: 'a/b' }, false],
    ['a branch', { name: 'push', ref: 'refs/heads/x' }, true],
    ['a protected branch', { name: 'push', ref: 'refs/heads/x', refProtected: true }, false],
    ['a tag', { name: 'push', ref: 'refs/tags/v1' }, false],
    ['a merge queue', { name: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/x' }, false],
  ])('%s: untrusted is %j', (_, given, untrusted) => {
    const event = { ref: 'refs/heads/main', refProtected: false, defaultBranch: 'main', repository: 'a/b', ...given }
    expect(decideCacheAccess({ ...event, ...given }, UNTRUSTED).domain === 'untrusted').toBe(untrusted)
    expect(decideCacheAccess({ ...event, ...given }).domain).toBeUndefined()
  })

  test('nothing that a pull request or branch can write is read by a run that is trusted', () => {
    fc.assert(
      fc.property(anyEvent, anyEvent, anyNamed, anyNamed, anyNamed, (one, other, from, cacheFrom, cacheTo) => {
        fc.pre(!isTrusted(one) && isTrusted(other))
        const [writer, reader] = [decideCacheAccess(one, UNTRUSTED), decideCacheAccess(other, UNTRUSTED)]
        const written = [...places(writer).written, ...named(writer, from, cacheFrom, cacheTo).written]
        const read = [...places(reader).read, ...named(reader, from, cacheFrom, cacheTo).read]
        expect(written.filter((place) => read.includes(place))).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  test('not by way of a plan of another run either, which neither gets more than its own event has earned', () => {
    fc.assert(
      fc.property(anyEvent, anyEvent, (planner, builder) => {
        const own = decideCacheAccess(builder, UNTRUSTED)
        const used = weakerAccess(decideCacheAccess(planner, UNTRUSTED), own)
        const [allowed, does] = [places(own), places(used)]
        expect(does.read.filter((place) => !allowed.read.includes(place))).toEqual([])
        expect(does.written.filter((place) => !allowed.written.includes(place))).toEqual([])
        if (isTrusted(builder)) expect(does.read).not.toContain('a.example/untrusted')
        if (!isTrusted(planner)) expect(does.written.filter((place) => place !== 'a.example/untrusted')).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })
})

test('noCacheAccess neither reads nor writes', () => {
  expect(noCacheAccess('off')).toEqual({ read: false, write: false, reason: 'off' })
})

test('pinnedAccess writes nothing, reads no untrusted cache, and gives back nothing that was taken away', () => {
  const earned = { read: true, write: true, domain: 'untrusted', reason: 'a test' } as const
  expect(pinnedAccess(earned)).toEqual({ read: true, write: false, reason: expect.stringContaining('pinned') })
  expect(pinnedAccess(noCacheAccess('off')).read).toBe(false)
})
