import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionsCache } from '../../src/io/actions-cache.ts'
import { createLocalCache, type LocalCache } from '../../src/io/local-cache.ts'
import { blobFile } from '../../src/io/local-layout.ts'

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

const NO_ACTIONS_CACHE: ActionsCache = {
  restore: () => Promise.resolve({ status: 'unavailable' }),
  save: () => Promise.resolve({ status: 'unavailable' }),
}

const KEY = '0123456789abcde'

let root: string
let cache: LocalCache

const folderOf = (tag: string): string => join(root, 'demo', tag)

/** An OCI layout as BuildKit leaves it, with these blobs, used at that second. */
const exportTo = async (tag: string, blobs: readonly string[], usedAt: number): Promise<void> => {
  const folder = folderOf(tag)
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true })
  const descriptor = (text: string) => ({ mediaType: 'application/x', digest: digestOf(text), size: text.length })
  const config = '{}'
  const manifest = JSON.stringify({
    ...{ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json' },
    ...{ config: descriptor(config), layers: blobs.map(descriptor) },
  })
  for (const text of [config, ...blobs, manifest]) await writeFile(blobFile(folder, digestOf(text)), text)
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor(manifest)] }))
  await utimes(join(folder, 'index.json'), usedAt, usedAt)
}

const make = (actionsCache: ActionsCache, fetches = true): LocalCache =>
  createLocalCache({ home: root, workspace: '/nowhere', actionsCache, fetches })

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'strata-local-'))
  cache = make(NO_ACTIONS_CACHE)
})

afterEach(() => rm(root, { recursive: true }))

describe('a folder counts', () => {
  test('when all of it is there', async () => {
    await exportTo('a', ['one', 'two'], 1)
    const { blobs = [] } = (await cache.content('demo', 'a')) ?? {}
    expect(blobs.map(({ digest }) => digest)).toEqual(['{}', 'one', 'two'].map(digestOf))
  })

  test.each<[string, () => Promise<void>]>([
    ['is not there', () => rm(folderOf('a'), { recursive: true })],
    ['has no index, as after a killed export', () => unlink(join(folderOf('a'), 'index.json'))],
    ['has half an index', () => truncate(join(folderOf('a'), 'index.json'), 20)],
    ['lost a blob', () => unlink(blobFile(folderOf('a'), digestOf('two')))],
    ['has half a blob', () => truncate(blobFile(folderOf('a'), digestOf('two')), 1)],
  ])('not when it %s', async (_, spoil) => {
    await exportTo('a', ['one', 'two'], 1)
    await spoil()
    expect(await cache.content('demo', 'a')).toBeUndefined()
  })
})

describe('keep', () => {
  test('makes equal blobs one file, and drops the folders that were not used for longest', async () => {
    await exportTo(`core-linux-amd64-${KEY}0`, ['a'.repeat(50)], 1)
    await exportTo(`core-linux-amd64-${KEY}1`, ['a'.repeat(100)], 2)
    await exportTo(`app-linux-amd64-${KEY}2`, ['a'.repeat(100), 'b'.repeat(20)], 3)
    const [, second, third] = [0, 1, 2].map((n) => `${n < 2 ? 'core' : 'app'}-linux-amd64-${KEY}${n}`)
    const what = { home: 'demo', written: [third ?? ''], read: [] }
    expect(await cache.keep({ ...what, maxBytes: 130 })).toEqual({
      ...{ bytes: 122, removed: [`core-linux-amd64-${KEY}0`], failures: [] },
    })
    expect(await readdir(join(root, 'demo'))).toEqual([third, second].map(String))
    const files = [second, third].map((tag = '') => blobFile(folderOf(tag), digestOf('a'.repeat(100))))
    expect(new Set(await Promise.all(files.map(async (file) => (await stat(file)).ino))).size).toBe(1)
  })

  test('what was read is not old', async () => {
    await exportTo('a', ['a'.repeat(100)], 1)
    await exportTo('b', ['b'.repeat(100)], 2)
    const { removed } = await cache.keep({ home: 'demo', written: [], read: ['a'], maxBytes: 110 })
    expect(removed).toEqual(['b'])
  })
})

test('the Actions cache carries the folders of a layer and platform, by the same path whatever their keys', async () => {
  const saved: (readonly [string, string])[] = []
  const restored: (readonly [string, readonly string[]])[] = []
  const carrying = make({
    save: (path, key) => {
      saved.push([path, key])
      return Promise.resolve({ status: 'saved' })
    },
    restore: (path, prefixes) => {
      restored.push([path, prefixes])
      return Promise.resolve({ status: 'missing' })
    },
  })
  const path = join(root, 'demo', `core-linux-amd64-${'?'.repeat(16)}`)
  for (const last of ['0', '1'])
    expect(await carrying.content('demo', `core-linux-amd64-${KEY}${last}`)).toBeUndefined()
  expect(restored).toEqual([[path, ['strata-local/demo/core-linux-amd64/']]])

  await exportTo(`core-linux-amd64-${KEY}0`, ['one'], 1)
  await exportTo(`app-linux-amd64-${KEY}0`, ['two'], 1)
  await carrying.keep({ home: 'demo', written: [`core-linux-amd64-${KEY}0`], read: [], maxBytes: 1e9 })
  expect(saved).toEqual([[path, expect.stringMatching(/^strata-local\/demo\/core-linux-amd64\/[0-9a-f]{16}$/)]])
})

test('keeps texts beside the folders', async () => {
  expect(await cache.readText('demo', 'records.jsonl')).toBeUndefined()
  await cache.writeText('demo', 'records.jsonl', 'text')
  expect(await cache.readText('demo', 'records.jsonl')).toBe('text')
  expect(await readFile(join(root, 'demo', 'records.jsonl'), 'utf8')).toBe('text')
})

test('clears what shall be written again', async () => {
  await exportTo('a', ['one'], 1)
  await cache.clear('demo', ['a', 'b'])
  expect(await readdir(join(root, 'demo'))).toEqual([])
})
