import { expect, test } from '@jest/globals'
import { findForced } from '../../src/plan/forced.ts'
import { sampleWork } from '../support/samples.ts'

const items = ['serve', 'serve-cuda', 'train-cuda'].map((manifestId) => sampleWork({ manifestId }))
const aliases = { 'serve-cuda': ['gpu', 'latest'] }

test.each<[readonly string[], readonly number[], readonly string[]]>([
  [[], [], []],
  [['serve'], [0], []],
  [['*-cuda'], [1, 2], []],
  [['gpu'], [1], []],
  [['lat*', 'nobody', 'train-*'], [1, 2], ['nobody']],
  [['*'], [0, 1, 2], []],
])('%j forces %j, and %j match nothing', (force, expected, unmatched) => {
  const forced = findForced({ items, aliases }, force)
  expect([[...forced.items], forced.unmatched]).toEqual([expected, unmatched])
})
