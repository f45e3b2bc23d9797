import { describe, expect, test } from '@jest/globals'
import type { RetentionSettings } from '../../src/factory/factory.ts'
import type { CompatibilityRecord } from '../../src/records/record.ts'
import { PLAN_TYPE } from '../../src/plan/plan-file.ts'
import { RECORDS_TYPE } from '../../src/records/place.ts'
import { explainRef, renderDecision } from '../../src/retention/explain.ts'
import type { FoundHolding, StoreRole } from '../../src/retention/holding.ts'
import { planRetention } from '../../src/retention/plan-retention.ts'
import { needsConfirm } from '../../src/retention/prune-amounts.ts'
import type { RetentionFacts } from '../../src/retention/prune-plan.ts'
import {
  built,
  CACHE,
  CACHE_CONTENT,
  daysAgo,
  digest,
  facts,
  held,
  IMAGE_CONTENT,
  indexOf,
  NOW,
  RECORDS,
  store,
  tagOf,
} from './samples.ts'

/** What becomes of every tag, or digest, or id: `delete generation`. */
const fatesOf = (given: RetentionFacts): Readonly<Record<string, string>> =>
  Object.fromEntries(
    planRetention(given).decisions.map(({ object, verdict, rule }) => [
      object.tags[0] ?? object.id,
      `${verdict} ${rule}`,
    ]),
  )

/** What becomes of one thing in a store of this role. */
const fateIn = (role: StoreRole, found: FoundHolding, given: Partial<RetentionFacts> = {}): string =>
  Object.values(fatesOf({ ...facts([], [store(role, [found], role === 'cache' ? CACHE : role)]), ...given }))[0] ?? ''

/** Five generations of app over one base, 10 to 50 days old. */
const FIVE = [1, 2, 3, 4, 5].map((each) => built(each * 10, [9, each]))
const FIVE_REFS = [held(9, [tagOf('base', 9)]), ...[1, 2, 3, 4, 5].map((each) => held(each, [tagOf('app', each)]))]
const five = (more: Parameters<typeof facts>[2] = {}) => facts(FIVE, [store('cache', FIVE_REFS, CACHE)], more)

/** Digits of the app refs that stay. */
const keptApps = (given: RetentionFacts): string =>
  Object.entries(fatesOf(given))
    .flatMap(([tag, fate]) => (tag.startsWith('app') && fate.startsWith('keep') ? tag.slice(-1) : []))
    .join('')

describe('generations', () => {
  test.each<readonly [string, Partial<RetentionSettings>, string, (readonly CompatibilityRecord[])?]>([
    ['the last three', {}, '123'],
    ['keep-last', { keepLast: 1 }, '1'],
    ['identical runs are one', { keepLast: 2 }, '12', [...FIVE, built(11, [9, 1]), built(12, [9, 1])]],
    ['one that was built again is the newest', { keepLast: 1 }, '5', [...FIVE, built(2, [9, 5])]],
    ['each branch counts for itself', { keepLast: 1 }, '14', [...FIVE, built(45, [9, 4], { branch: 'release' })]],
    ['each platform does', { keepLast: 1 }, '14', [...FIVE, built(45, [9, 4], { platform: 'linux/arm64' })]],
    ['each manifest does', { keepLast: 1 }, '14', [...FIVE, built(45, [9, 4], { manifest_id: 'other' })]],
    ['failures make none', { keepLast: 1 }, '1', [...FIVE, built(5, [9, 4], { verdict: 'failed' })]],
    ['a prewarm makes none', { keepLast: 1 }, '1', [...FIVE, built(5, [9, 4], { kind: 'prefix' })]],
    ['a young one of whatever kind stays', { keepLast: 1 }, '14', [...FIVE, built(0.5, [9, 4], { kind: 'prefix' })]],
    [
      'a clock that is ahead makes it young',
      { keepLast: 1 },
      '14',
      [...FIVE, built(-2, [9, 4], { verdict: 'failed' })],
    ],
    [
      'what a kept one read stays',
      { keepLast: 1 },
      '15',
      [built(5, [9, 1], { cacheFrom: [{ ref: `${CACHE}:${tagOf('app', 5)}` }] }), ...FIVE.slice(1)],
    ],
    ['expire-after, but for the newest', { expireAfter: 5 * 86_400_000 }, '1'],
    ['a glob over ids', { keepLast: 1, keep: ['llm_*'] }, '12345'],
    ['a glob over branches', { keepLast: 1, keep: ['ma*'] }, '12345'],
    ['a glob over tags', { keepLast: 1, keep: [`app-*${'4'.repeat(16)}`] }, '14'],
    ['a rule for a layer', { rules: [{ layers: { any: ['app'], not: [] }, keepLast: 1 }] }, '1'],
    [
      'the last rule that matches',
      { rules: [{ keepLast: 1 }, { platforms: { any: ['linux/*'], not: [] }, keepLast: 4 }] },
      '1234',
    ],
    ['a rule for another branch', { rules: [{ branches: { any: ['release'], not: [] }, keepLast: 1 }] }, '123'],
  ])('%s', (_, policy, kept, records = FIVE) => {
    expect(keptApps(facts(records, [store('cache', FIVE_REFS, CACHE)], { policy }))).toBe(kept)
  })

  test('what the factory file needs now stays', () => {
    const current = { refs: [`${CACHE}:${tagOf('app', 5)}`], manifests: ['llm_factory'] }
    expect(fatesOf(five({ current }))[tagOf('app', 5)]).toBe('keep current')
  })

  test('a manifest that is no more goes after its grace, counted from when a prune missed it', () => {
    const policy = { removedManifests: 'prune' } as const
    const current = { refs: [], manifests: ['other'] }
    const first = planRetention(five({ policy, current }))
    expect(first.state.noted).toEqual({ 'removed manifest llm_factory': NOW })
    expect(keptApps(five({ policy, current }))).toBe('123')
    const later = { ...five({ policy, current, state: first.state }), now: daysAgo(-15) }
    expect(fatesOf(later)[tagOf('app', 1)]).toBe('delete removed')
    expect(keptApps({ ...later, policy: { ...later.policy, removedManifests: 'keep' } })).toBe('123')
  })

  test('so does a branch that is no more', () => {
    const state = { version: 1, noted: { 'removed branch main': daysAgo(20) } } as const
    expect(keptApps(five({ policy: { removedManifests: 'prune' }, branches: ['trunk'], state }))).toBe('')
    expect(keptApps(five({ policy: { removedManifests: 'prune' }, branches: ['main'], state }))).toBe('123')
  })
})

describe('a cache repository', () => {
  const noted = (name: string) => ({ state: { version: 1, noted: { [name]: daysAgo(2) } } as const })
  const tag = tagOf('core', 7)
  test.each<readonly [string, FoundHolding, string, Partial<RetentionFacts>?]>([
    ['no record: noted first', held(1, [tag]), 'keep noted'],
    ['no record, and noted', held(1, [tag]), 'delete unreferenced', noted(`${CACHE}/${tag}@${digest(1)}`)],
    ['noted with another digest: it moved', held(2, [tag]), 'keep noted', noted(`${CACHE}/${tag}@${digest(1)}`)],
    [
      'strategy manifest',
      held(1, ['llm-linux-arm-v7']),
      'delete unreferenced',
      noted(`${CACHE}/llm-linux-arm-v7@${digest(1)}`),
    ],
    ['strategy platform', held(1, ['linux-amd64']), 'delete unreferenced', noted(`${CACHE}/linux-amd64@${digest(1)}`)],
    ['another name', held(1, ['buildcache']), 'keep foreign', noted(`${CACHE}/buildcache@${digest(1)}`)],
    ['our name on an image', held(1, [tag], IMAGE_CONTENT), 'keep foreign', noted(`${CACHE}/${tag}@${digest(1)}`)],
    ['no tag: noted first', held(1, []), 'keep noted'],
    ['no tag, and noted', held(1, []), 'delete superseded', noted(`${CACHE}/@${digest(1)}`)],
    ['no tag, and an image', held(1, [], IMAGE_CONTENT), 'keep foreign', noted(`${CACHE}/@${digest(1)}`)],
    [
      'pushed lately',
      held(1, [], CACHE_CONTENT, { pushedAt: daysAgo(0.5) }),
      'keep young',
      noted(`${CACHE}/@${digest(1)}`),
    ],
    [
      'locked',
      held(1, [], CACHE_CONTENT, { locked: 'the last version' }),
      'skip superseded',
      noted(`${CACHE}/@${digest(1)}`),
    ],
  ])('%s', (_, found, fate, given = {}) => {
    expect(fateIn('cache', found, given)).toBe(fate)
  })

  test('tags on one digest live and die together', () => {
    const shared = held(5, [tagOf('app', 4), tagOf('app', 5)])
    expect(fatesOf(facts(FIVE, [store('cache', [shared], CACHE)]))).toEqual({ [tagOf('app', 4)]: 'delete generation' })
    const withKept = held(5, [tagOf('app', 1), tagOf('app', 5)])
    expect(fatesOf(facts(FIVE, [store('cache', [withKept], CACHE)]))).toEqual({ [tagOf('app', 1)]: 'keep keep-last' })
  })

  test('an OCI manifest that cannot be read keeps its whole store, and is named', () => {
    const broken: FoundHolding = {
      object: { id: 'x', tags: ['theirs'], digest: digest(99) },
      inspection: { status: 'unreadable', reason: '500 from the registry' },
    }
    const plan = planRetention(facts(FIVE, [store('cache', [...FIVE_REFS, broken], CACHE)]))
    expect(plan.decisions.filter(({ verdict }) => verdict !== 'keep')).toEqual([])
    expect(plan.unreadable).toEqual([`${CACHE}:theirs: 500 from the registry`])
  })

  test('what a record says was written need not be read', () => {
    const wrote = built(50, [9, 5], {
      cacheTo: [{ ref: `${CACHE}:${tagOf('app', 5)}`, written: true, digest: digest(5), bytes: 70 }],
    })
    const unread: FoundHolding = {
      object: { id: 'id5', tags: [tagOf('app', 5)], digest: digest(5) },
      inspection: { status: 'unread' },
    }
    const plan = planRetention(facts([...FIVE.slice(0, 4), wrote], [store('cache', [unread], CACHE)]))
    expect(plan.decisions).toMatchObject([{ verdict: 'delete', rule: 'generation', bytes: 70 }])
  })

  test.each([
    [
      'an artifact',
      { records: [{ repository: RECORDS, tag: 'run-20261101t000000z-1-1-x', status: 'unreadable', reason: '401' }] },
    ],
    ['a listing', { stores: [...five().stores, { ...store('records', [], RECORDS), unreadable: 'cut short' }] }],
    [
      'one that nobody read',
      { stores: [...five().stores, store('records', [held(1, ['run-20261101t000000z-1-1-x'])], RECORDS)] },
    ],
  ] as const)('records that cannot be read keep everything that records decide about: %s', (_, more) => {
    const given = {
      ...five(),
      ...more,
      ...('records' in more ? { records: [...five().records, ...more.records] } : {}),
    }
    const plan = planRetention(given)
    expect(plan.decisions.filter(({ verdict }) => verdict !== 'keep')).toEqual([])
    expect(plan.unreadable).toHaveLength(1)
  })
})

test('untrusted refs go by age: that of their push, else from when a prune first saw them', () => {
  const tag = tagOf('core', 7)
  const pushed = (days: number) => held(1, [tag], CACHE_CONTENT, { pushedAt: daysAgo(days) })
  expect(fateIn('untrusted', pushed(6))).toBe('keep young')
  expect(fateIn('untrusted', pushed(8))).toBe('delete expired')
  expect(fateIn('untrusted', held(1, [tag]))).toBe('keep noted')
  const state = { version: 1, noted: { [`untrusted/${tag}@${digest(1)}`]: daysAgo(8) } } as const
  expect(fateIn('untrusted', held(1, [tag]), { state })).toBe('delete expired')
  expect(fateIn('untrusted', held(1, ['theirs'], CACHE_CONTENT, { pushedAt: daysAgo(99) }))).toBe('keep foreign')
})

test('what untrusted builds did goes by age, too, and its tags are not believed', () => {
  const tag = 'run-19990101t000000z-1-1-all'
  const ofType = (artifactType: string) => held(1, [tag], { ...CACHE_CONTENT, artifactType })
  const records = ofType(RECORDS_TYPE)
  expect(fateIn('untrusted-records', records)).toBe('keep noted')
  const state = { version: 1, noted: { [`untrusted-records/${tag}@${digest(1)}`]: daysAgo(8) } } as const
  expect(fateIn('untrusted-records', records, { state })).toBe('delete expired')
  expect(fateIn('untrusted-records', ofType(PLAN_TYPE), { state })).toBe('delete expired')
  expect(fateIn('untrusted-records', ofType('application/theirs'), { state })).toBe('keep foreign')
})

test('what is needed or old in a cache is so in its mirrors', () => {
  const mirror = { ...store('cache', FIVE_REFS, 'eu.example.com/mirror'), mirrorOf: [CACHE] }
  expect(keptApps(facts(FIVE, [mirror]))).toBe('123')
  expect(keptApps(facts(FIVE, [{ ...mirror, mirrorOf: ['ghcr.io/acme/other'] }]))).toBe('12345')
})

describe('images', () => {
  const OLD = { pushedAt: daysAgo(60) }
  const images = [1, 2, 3, 4, 5].map((each) => built(each * 10, [9, each], { digest: digest(each) }))
  const fates = (...objects: readonly FoundHolding[]) =>
    fatesOf(facts(images, [store('images', objects, 'ghcr.io/acme/llm')]))

  test('those of kept generations stay, and orphans of the others go', () => {
    expect(
      fates(held(1, [], IMAGE_CONTENT, OLD), held(5, [], IMAGE_CONTENT, OLD), held(77, [], IMAGE_CONTENT, OLD)),
    ).toEqual({
      ...{ id1: 'keep keep-last', id5: 'delete orphaned', id77: 'keep foreign' },
    })
  })

  test('an orphan without a push time goes when an earlier prune noted it, with or without its record', () => {
    const name = 'ghcr.io/acme/llm'
    const listing = store('images', [held(5, [], IMAGE_CONTENT)], name)
    const at = (days: number, records: readonly CompatibilityRecord[]) =>
      fatesOf(
        facts(records, [listing], { state: { version: 1, noted: { [`${name}/@${digest(5)}`]: daysAgo(days) } } }),
      )['id5']
    expect(fatesOf(facts(images, [listing]))['id5']).toBe('keep noted')
    expect(planRetention(facts(images, [listing])).state.noted).toEqual({ [`${name}/@${digest(5)}`]: NOW })
    expect(at(0.5, images)).toBe('keep noted')
    expect(at(2, images)).toBe('delete orphaned')
    expect(at(2, images.slice(0, 3))).toBe('delete orphaned')
    expect(at(2, [...images, built(3, [9, 6], { digest: digest(5) })])).toBe('keep keep-last')
  })

  test('what people pull stays, with children, attestations and referrers', () => {
    const signature = { ...IMAGE_CONTENT, subject: digest(5) }
    expect(
      fates(
        held(50, ['1.4.0'], indexOf(5, 6)),
        held(5, [], IMAGE_CONTENT),
        held(6, [], IMAGE_CONTENT),
        held(7, [], signature),
      ),
    ).toEqual({
      ...{ '1.4.0': 'keep foreign', id5: 'keep reached', id6: 'keep reached', id7: 'keep reached' },
    })
  })

  test('parents go before children and referrers', () => {
    const signature = { ...IMAGE_CONTENT, subject: digest(5) }
    const objects = [held(6, [], IMAGE_CONTENT), held(7, [], signature), held(5, [], indexOf(6), OLD)]
    const { decisions } = planRetention(facts(images, [store('images', objects, 'ghcr.io/acme/llm')]))
    expect(decisions.map(({ object, rule, parents }) => [object.id, rule, parents])).toEqual([
      ['id5', 'orphaned', []],
      ['id6', 'with-parent', ['id5']],
      ['id7', 'with-parent', ['id5']],
    ])
  })

  test('an index that only its key leads to stays as long as an image in it does', () => {
    const key = 'key-0123456789abcdef'
    expect(fates(held(50, [key], indexOf(1)))[key]).toBe('keep keep-last')
    expect(fates(held(5, [key], IMAGE_CONTENT))[key]).toBe('delete generation')
    expect(fates(held(50, [key], indexOf(66)))[key]).toBe('keep noted')
    expect(fates(held(50, ['strata-tmp-7-linux-amd64'], IMAGE_CONTENT))['strata-tmp-7-linux-amd64']).toBe('keep noted')
  })
})

test('records stay with their generations, the newest always; what is no artifact of records is not touched', () => {
  const artifacts = FIVE.map((_, index) => held(index, [`run-20261101t00000${index}z-1-1-all`]))
  const records = store('records', [...artifacts, held(90, ['prune-state']), held(91, ['plan-main'])], RECORDS)
  const kept = (policy: Parameters<typeof facts>[2]): string =>
    Object.entries(fatesOf(facts(FIVE, [records], policy)))
      .flatMap(([tag, fate]) => (fate.startsWith('keep') ? [`${tag.slice(0, 21)} ${fate.slice(5)}`] : []))
      .join()
  expect(kept({ policy: { keepLast: 1 } })).toBe(
    'plan-main foreign,prune-state foreign,run-20261101t000000z- keep-last',
  )
  const removed = { removedManifests: 'prune' } as const
  const state = { version: 1, noted: { 'removed manifest llm_factory': daysAgo(20) } } as const
  const current = { refs: [], manifests: [] }
  expect(kept({ policy: removed, state, current })).toBe(
    'plan-main foreign,prune-state foreign,run-20261101t000000z- newest',
  )
})

test('what a probe said last of a stack stays, as long as nothing newer is known of it', () => {
  const probed = (days: number, app: string, more: Parameters<typeof built>[2] = {}): CompatibilityRecord => {
    const record = built(days, [9, 1], { kind: 'prefix', ...more })
    const probe = { digest: 'a', at: daysAgo(days) }
    const layers = record.layers.map(({ ref: _, ...layer }) => ({ ...layer, probe, variant: app }))
    return { ...record, layers }
  }
  const records = [
    ...[probed(30, 'serve'), probed(20, 'serve'), probed(40, 'train')],
    ...[probed(50, 'serve', { branch: 'release' }), probed(50, 'serve', { platform: 'linux/arm64' })],
    built(10, [8, 8], { kind: 'prefix' }),
  ]
  const artifacts = records.map((_, index) => held(index, [`run-20261101t00000${index}z-1-1-all`]))
  const fates = fatesOf(facts(records, [store('records', artifacts, RECORDS)]))
  const tags = artifacts.map(({ object }) => object.tags[0] ?? '')
  expect(tags.map((tag) => fates[tag])).toEqual([
    ...['delete generation', 'keep newest', 'keep newest', 'keep newest', 'keep newest', 'delete generation'],
  ])
})

test('a plan that was kept goes some time after its branch did', () => {
  const tag = 'plan-llm-feature-a'
  const plan = held(1, [tag], { ...IMAGE_CONTENT, artifactType: PLAN_TYPE })
  const state = { version: 1, noted: { [`records/${tag}@${digest(1)}`]: daysAgo(20) } } as const
  expect(fateIn('records', plan, { state })).toBe('keep current')
  expect(fateIn('records', plan, { state, branches: ['main', 'feature/a'] })).toBe('keep current')
  expect(fateIn('records', plan, { state, branches: ['main'] })).toBe('delete removed')
  expect(fateIn('records', plan, { branches: ['main'] })).toBe('keep noted')
  expect(fateIn('records', held(1, [tag]), { state, branches: ['main'] })).toBe('keep foreign')
})

test('of the Actions cache, older indexes of a scope go, and blobs only when no index stays', () => {
  const entry = (id: string, key: string, more = {}): FoundHolding => ({
    object: { id, tags: [key], scope: 'refs/heads/main', pushedAt: daysAgo(3), ...more },
    inspection: { status: 'opaque' },
  })
  const blob = `buildkit-blob-1-${digest(1)}`
  const entries = [
    entry('1', 'index-core-1-01234567#1'),
    entry('2', 'index-core-1-01234567#2'),
    entry('3', blob),
    entry('4', 'node-modules'),
  ]
  const cache = [store('actions-cache', entries)]
  expect(fatesOf(facts([], cache))).toEqual({
    ...{ 'index-core-1-01234567#1': 'delete superseded', 'index-core-1-01234567#2': 'keep current' },
    ...{ [blob]: 'keep reached', 'node-modules': 'keep foreign' },
  })
  expect(fatesOf(facts([], cache, { branches: ['trunk'] }))).toMatchObject({
    ...{ 'index-core-1-01234567#2': 'delete removed', [blob]: 'delete orphaned' },
  })
})

test('of what Strata keeps in the Actions cache, only the newest entry of a series and a branch stays', () => {
  const entry = (id: string, key: string, days: number, scope = 'refs/heads/main'): FoundHolding => ({
    object: { id, tags: [key], scope, pushedAt: daysAgo(days) },
    inspection: { status: 'opaque' },
  })
  const entries = [
    entry('1', 'strata-local/demo/core-linux-amd64/01', 3),
    entry('2', 'strata-local/demo/core-linux-amd64/02', 2),
    entry('3', 'strata-local/demo/core-linux-arm64/03', 9),
    entry('4', 'strata-local/demo/core-linux-amd64/04', 9, 'refs/heads/next'),
    entry('5', 'strata-history/llm/strata.yaml/main/1-1', 9),
    entry('6', 'strata-history/llm/strata.yaml/main/2-1', 8),
    entry('7', 'strata-mount-apt-linux-amd64-1', 9),
  ]
  const { decisions } = planRetention(facts([], [store('actions-cache', entries)]))
  const gone = decisions.filter(({ verdict }) => verdict === 'delete')
  expect(gone.map(({ object, rule }) => [object.id, rule])).toEqual([
    ['5', 'superseded'],
    ['1', 'superseded'],
  ])
})

describe('the plan as a whole', () => {
  test('counts shared blobs once, and says what share of the refs goes', () => {
    const { amounts } = planRetention(five())
    expect(amounts).toEqual({
      ...{ kept: 4, deleted: 2, skipped: 0, left: 0, bytesBefore: 160, bytesAfter: 140 },
      share: 2 / 6,
    })
    expect(needsConfirm({ amounts })).toBe(true)
    expect(needsConfirm({ amounts: { ...amounts, share: 0.3 } })).toBe(false)
  })

  test('max-deletes leaves the rest for the next run', () => {
    const given = five({ policy: { maxDeletes: 1 } })
    expect(planRetention(given).decisions.slice(0, 2)).toMatchObject([{ verdict: 'delete' }, { verdict: 'left' }])
    expect(planRetention(given).amounts).toMatchObject({ deleted: 1, left: 1 })
  })

  test('explains a ref, a tag, a digest', () => {
    const plan = planRetention(five())
    const line = `${tagOf('app', 5)} in ${CACHE} goes (generation): number 5 of the generations of llm_factory linux/amd64 on main, of which the last 3 are kept`
    for (const name of [`${CACHE}:${tagOf('app', 5)}`, tagOf('app', 5), digest(5), `${CACHE}@${digest(5)}`])
      expect(explainRef(plan, name).map(renderDecision)).toEqual([line])
    expect(explainRef(plan, 'nothing')).toEqual([])
  })
})
