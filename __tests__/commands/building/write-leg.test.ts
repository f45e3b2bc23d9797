import { expect, test } from '@jest/globals'
import { furtherExports, furtherSources } from '../../../src/commands/building/write-leg.ts'
import { noCacheAccess } from '../../../src/plan/access.ts'

const UNTRUSTED = 'ghcr.io/acme/untrusted'
const OWN = `type=registry,ref=${UNTRUSTED}:app`
const BARE = `${UNTRUSTED}:core`
const OTHER = 'type=registry,ref=ghcr.io/acme/other:app'
const PLACES = ['type=gha,scope=main', 'type=local,src=/mnt/cache']
const TARGET = 'type=local,dest=/mnt/cache'

const work = (domain?: 'untrusted', from: readonly string[] = []) => ({
  access: { ...noCacheAccess('a test'), ...(domain === undefined ? {} : { domain }) },
  plan: { cache: { untrusted: UNTRUSTED, from } },
})

test('a trusted run reads none in the untrusted repository, whether the file or an input names it', () => {
  const given = [OWN, BARE, OTHER, ...PLACES]
  expect(furtherSources(work(), { cacheFrom: given })).toEqual([OTHER, ...PLACES])
  expect(furtherSources(work(undefined, given), { cacheFrom: [] })).toEqual([OTHER, ...PLACES])
  expect(furtherSources(work('untrusted', [OTHER]), { cacheFrom: given })).toEqual([OTHER, ...given])
})

test('a run that reads only what is pinned has no further sources', () => {
  const pinned = { ...work(undefined, [OTHER]), pins: new Map<string, string>() }
  expect(furtherSources(pinned, { cacheFrom: [OTHER, ...PLACES] })).toEqual([])
})

test('an untrusted run writes the untrusted repository alone', () => {
  const given = [OWN, OTHER, TARGET]
  expect(furtherExports(work('untrusted'), { cacheTo: given })).toEqual([OWN])
  expect(furtherExports(work(), { cacheTo: given })).toEqual(given)
  const without = { ...work('untrusted'), plan: { cache: {} } }
  expect(furtherExports(without, { cacheTo: given })).toEqual([])
})
