import { describe, expect, test } from '@jest/globals'
import { fetchBasePlan, keepPlan, type PlanSubject } from '../../../src/commands/planning/kept-plan.ts'
import type { Context } from '../../../src/io/context.ts'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import { cacheTag } from '../../../src/layers/cache-refs.ts'
import { formatReference } from '../../../src/oci/reference.ts'
import type { RunEvent } from '../../../src/plan/access.ts'
import type { PlannedCache } from '../../../src/plan/cache.ts'
import { encodePlan } from '../../../src/plan/plan-file.ts'
import { samplePlan } from '../../report/samples.ts'
import type { Io } from '../../../src/io/io.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { literalIo } from '../../support/io.ts'

const TYPE = 'application/vnd.strata.plan.v1+gzip'
const RECORDS = 'ghcr.io/acme/cache-records'

const CACHE: PlannedCache = {
  strategy: 'layer',
  ref: 'ghcr.io/acme/cache',
  pools: {},
  access: { read: true, write: true, reason: 'a test' },
}
const SUBJECT: PlanSubject = { cache: CACHE, name: 'demo', only: [] }
const PLAN = samplePlan({ name: 'demo', cache: CACHE })
const TEXT = JSON.stringify(encodePlan(PLAN))

const contextOf = (event: Partial<RunEvent> = {}): Context => ({
  ...{
    workspace: '/workspace',
    temporary: '/tmp',
    run: {},
    useBuildx: true,
    env: {},
    signal: new AbortController().signal,
  },
  event: { name: 'push', ref: 'refs/heads/main', refProtected: false, defaultBranch: 'main', ...event },
})

/** A registry of texts by reference; one that is an error is thrown. */
const worldOf = (kept: Readonly<Record<string, string | Error>> = {}) => {
  const asked: string[] = []
  const put: [string, string, string][] = []
  const { io, told } = literalIo(new Map())
  const find = (place: string): Promise<string | undefined> => {
    const value = kept[place]
    return value instanceof Error ? Promise.reject(value) : Promise.resolve(value)
  }
  const registry = {
    ...io.registry,
    getText: async (place: Parameters<typeof formatReference>[0], type: string) => {
      asked.push(formatReference(place))
      const text = await find(formatReference(place))
      return type === TYPE ? text : undefined
    },
    putText: async (place: Parameters<typeof formatReference>[0], type: string, text: string) => {
      await find(formatReference(place))
      put.push([formatReference(place), type, text])
    },
  }
  return { io: { ...io, registry }, told, asked, put }
}

/** The plan that is found; undefined when none is. */
const fetchPlan = async (subject: PlanSubject, context: Context, io: Io): Promise<Plan | undefined> => {
  const kept = await fetchBasePlan(subject, context, io)
  return 'plan' in kept ? kept.plan : undefined
}

const DENIED = new RegistryError('denied', { registry: 'ghcr.io', status: 403 })

describe('where a plan is looked for', () => {
  test.each<[string, Partial<RunEvent>, readonly string[]]>([
    ['a push to the default branch', {}, ['plan-demo-main']],
    ['a push to another branch', { ref: 'refs/heads/next' }, ['plan-demo-main']],
    ['a branch with a slash', { defaultBranch: 'a/b' }, [cacheTag('plan-demo-a/b')]],
    [
      'a pull request, which has no branch here',
      { name: 'pull_request', ref: 'refs/pull/7/merge', baseBranch: 'next' },
      ['plan-demo-next', 'plan-demo-main'],
    ],
    ['a pull request to the default branch', { ref: 'refs/pull/7/merge', baseBranch: 'main' }, ['plan-demo-main']],
    ['a tag', { ref: 'refs/tags/v1' }, ['plan-demo-main']],
  ])('%s', async (_, event, tags) => {
    const { io, asked } = worldOf()
    await expect(fetchPlan(SUBJECT, contextOf(event), io)).resolves.toBeUndefined()
    expect(asked).toEqual(tags.map((tag) => `${RECORDS}:${tag}`))
  })

  test('outside of GitHub there are no branches', async () => {
    const { io, asked } = worldOf()
    const context: Context = { ...contextOf(), event: { ref: '', refProtected: false } }
    await expect(fetchPlan(SUBJECT, context, io)).resolves.toBeUndefined()
    expect(asked).toEqual([`${RECORDS}:plan-demo-local`])
  })

  test.each<[string, PlanSubject]>([
    ['no cache', { ...SUBJECT, cache: { strategy: 'layer', pools: {}, access: CACHE.access } }],
    ['refs that are not named by content', { ...SUBJECT, cache: { ...CACHE, strategy: 'manifest' } }],
    ['a cache that may not be read', { ...SUBJECT, cache: { ...CACHE, access: { ...CACHE.access, read: false } } }],
  ])('nowhere with %s', async (_, subject) => {
    const { io, asked } = worldOf()
    await expect(fetchPlan(subject, contextOf(), io)).resolves.toBeUndefined()
    expect(asked).toEqual([])
  })

  test('one of some manifests has a place of its own, one for each choice', async () => {
    const choices = [[], ['a'], ['b'], ['a', 'b'], ['ab'], ['a', '/', 'b']]
    const places = await Promise.all(
      choices.map(async (only) => {
        const { io, asked } = worldOf()
        await fetchPlan({ ...SUBJECT, only }, contextOf(), io)
        return asked[0]
      }),
    )
    expect(new Set(places).size).toBe(choices.length)
    expect(places[1]).toMatch(/:plan-demo-main-[0-9a-f]{8}$/)
  })
})

describe('fetchBasePlan', () => {
  const NEXT = contextOf({ name: 'pull_request', ref: 'refs/pull/7/merge', baseBranch: 'next' })
  const other = JSON.stringify(encodePlan({ ...PLAN, digest: 'of-main' }))

  test('gives the plan of the branch that it goes to before that of the default branch', async () => {
    const { io, asked } = worldOf({ [`${RECORDS}:plan-demo-next`]: TEXT, [`${RECORDS}:plan-demo-main`]: other })
    await expect(fetchPlan(SUBJECT, NEXT, io)).resolves.toEqual(PLAN)
    expect(asked).toHaveLength(1)
  })

  test.each<[string, string | Error | undefined, string | undefined]>([
    ['there is none', undefined, undefined],
    ['it may not be read', DENIED, 'denied'],
    ['it is of another release', JSON.stringify({ ...encodePlan(PLAN), version: 1 }), 'is a plan of version 1'],
    ['it is no plan', '{}', 'is not a plan file'],
    ['it is no JSON', 'x', 'is not JSON'],
  ])('goes on to the next branch when %s', async (_, kept, why) => {
    const texts = { ...(kept === undefined ? {} : { [`${RECORDS}:plan-demo-next`]: kept }) }
    const { io, told } = worldOf({ ...texts, [`${RECORDS}:plan-demo-main`]: other })
    await expect(fetchPlan(SUBJECT, NEXT, io)).resolves.toHaveProperty('digest', 'of-main')
    expect(told.warnings).toEqual([])
    const info = `The plan kept as ${RECORDS}:plan-demo-next cannot be used: `
    expect(told.infos).toEqual(why === undefined ? [] : [expect.stringContaining(info)])
    expect(told.infos.join()).toContain(why ?? '')
  })

  test('lets bugs through', async () => {
    const { io } = worldOf({ [`${RECORDS}:plan-demo-next`]: new TypeError('bug') })
    await expect(fetchPlan(SUBJECT, NEXT, io)).rejects.toThrow('bug')
  })
})

describe('keepPlan', () => {
  test('keeps what fetchBasePlan finds', async () => {
    const { io, told, put } = worldOf()
    await keepPlan(PLAN, [], contextOf(), io)
    expect(put).toEqual([[`${RECORDS}:plan-demo-main`, TYPE, TEXT]])
    expect(told.infos).toEqual([`The plan is kept as ${RECORDS}:plan-demo-main, for later runs to compare with`])
    const later = worldOf(Object.fromEntries(put.map(([place, , text]) => [place, text])))
    await expect(fetchPlan(SUBJECT, contextOf(), later.io)).resolves.toEqual(PLAN)
  })

  test('keeps one of some manifests where later ones of them look', async () => {
    const [{ io, put }, later] = [worldOf(), worldOf()]
    await keepPlan(PLAN, ['a'], contextOf(), io)
    await fetchPlan({ ...SUBJECT, only: ['a'] }, contextOf(), later.io)
    expect(put.map(([place]) => place)).toEqual(later.asked.slice(0, 1))
  })

  test.each<[string, Partial<PlannedCache>, Partial<RunEvent>]>([
    ['that may not write', { access: { read: true, write: false, reason: 'a pull request only reads' } }, {}],
    ['whose refs are not named by content', { strategy: 'platform' }, {}],
  ])('keeps none of a run %s', async (_, cache, event) => {
    const { io, put, told } = worldOf()
    await keepPlan({ ...PLAN, cache: { ...CACHE, ...cache } }, [], contextOf(event), io)
    expect(put).toEqual([])
    expect(told.infos).toEqual([])
  })

  test('keeps none where nobody knows the branch', async () => {
    const { io, put } = worldOf()
    const event: RunEvent = { name: 'push', ref: 'refs/tags/v1', refProtected: true }
    await keepPlan(PLAN, [], { ...contextOf(), event }, io)
    expect(put).toEqual([])
  })

  test('gets along with a registry that refuses', async () => {
    const { io, told } = worldOf({ [`${RECORDS}:plan-demo-main`]: DENIED })
    await keepPlan(PLAN, [], contextOf(), io)
    expect(told).toMatchObject({
      infos: ['The plan is not kept for later runs, which then know less of what changed: denied'],
      warnings: [],
    })
  })

  test('lets bugs through', async () => {
    const { io } = worldOf({ [`${RECORDS}:plan-demo-main`]: new TypeError('bug') })
    await expect(keepPlan(PLAN, [], contextOf(), io)).rejects.toThrow('bug')
  })
})
