import { expect, test } from '@jest/globals'
import { choosePrewarmed } from '../../../src/commands/planning/choose-work.ts'
import type { PlannedCache } from '../../../src/plan/cache.ts'
import { literalIo } from '../../support/io.ts'

const choose = (changes: Partial<PlannedCache>, state: 'cold' | 'unknown' = 'cold') => {
  const { io, told } = literalIo(new Map())
  const access = { read: true, write: true, reason: 'a test' }
  const cache: PlannedCache = { strategy: 'layer', ref: 'ghcr.io/acme/cache', pools: {}, access, ...changes }
  const all = { items: ['one', 'two'], prefixes: [{ state }] }
  return { kept: choosePrewarmed({ subject: { cache }, all }, io).kept, told }
}

test('all stacks are prewarmed where the cache is written and known', () => {
  const { kept, told } = choose({})
  expect(kept).toEqual([0, 1])
  expect([...told.infos, ...told.warnings]).toEqual([])
})

test.each<[string, Partial<PlannedCache>, 'cold' | 'unknown', string]>([
  ['writes no cache', { access: { read: true, write: false, reason: 'a fork' } }, 'cold', 'a fork'],
  ['cannot know what is there', {}, 'unknown', 'cannot be known'],
])('nothing is prewarmed by a run that %s', (_, changes, state, why) => {
  const { kept, told } = choose(changes, state)
  expect(kept).toEqual([])
  expect(told.warnings).toEqual([expect.stringContaining(why)])
})

test('a run of the untrusted domain prewarms its own cache', () => {
  const access = { read: true, write: true, domain: 'untrusted', reason: 'a branch' } as const
  expect(choose({ access, untrusted: 'ghcr.io/acme/untrusted' }).kept).toEqual([0, 1])
})

test('an inline cache holds no layers without an image', () => {
  expect(() => choose({ strategy: 'manifest', ref: 'inline://' })).toThrow(
    'scope is stable, and cache.backend is inline; expected another backend',
  )
  expect(() => choose({ strategy: 'platform' })).toThrow('scope is stable, and the cache strategy is platform')
})

test('folders are those of one machine, and the log says so', () => {
  const { kept, told } = choose({ ref: 'local://demo' })
  expect(kept).toEqual([0, 1])
  expect(told.infos).toEqual([expect.stringContaining('may be cold where the builds run')])
})
