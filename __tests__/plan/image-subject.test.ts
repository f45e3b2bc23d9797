import { expect, test } from '@jest/globals'
import { imageSubject, leftOutItems } from '../../src/plan/image-subject.ts'
import { TEMPORARY_PREFIX, temporaryTag } from '../../src/plan/temporary-tag.ts'
import { isTag } from '../../src/oci/reference.ts'
import { sampleWork } from '../support/samples.ts'

const on = (manifestId: string, platform: string) => sampleWork({ manifestId, platform })

test('work items are left out of a plan that has their manifest on another platform', () => {
  const all = ['a', 'b', 'c'].flatMap((id) => [on(id, 'linux/amd64'), on(id, 'linux/arm64')])
  const planned = [on('a', 'linux/amd64'), on('b', 'linux/amd64')]
  const unchanged = [{ manifestId: 'b', platform: 'linux/arm64' }]
  expect(leftOutItems(all, planned, unchanged)).toEqual({ leftOut: [{ manifestId: 'a', platform: 'linux/arm64' }] })
  expect(leftOutItems(all, all, [])).toEqual({})
})

test('a subject holds what all platforms share', () => {
  const item = sampleWork({ version: '1.2.0' })
  expect(imageSubject(item)).toMatchObject({ image: item.image, tags: item.tags, version: '1.2.0' })
})

test('a temporary tag is one for the longest id, and tells attempts apart', () => {
  const item = on('m'.repeat(80), 'linux/arm64')
  const tags = [1, 2].map((attempt) => temporaryTag(item, { id: '12345678901', attempt }, 'plan'))
  expect(tags.every((tag) => isTag(tag) && tag.startsWith(TEMPORARY_PREFIX))).toBe(true)
  expect(new Set(tags).size).toBe(2)
  expect(temporaryTag(item, {}, '0123456789abcdef')).toContain('0123456789abcdef-1-')
})
