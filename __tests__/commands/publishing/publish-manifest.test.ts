import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { deleteTemporary } from '../../../src/commands/publishing/delete-temporary.ts'
import type { TagTerms } from '../../../src/commands/publishing/move-tag.ts'
import { publishManifest } from '../../../src/commands/publishing/publish-manifest.ts'
import { KEY_ANNOTATION, keyTag } from '../../../src/plan/published-key.ts'
import type { PublishingRun } from '../../../src/publish/index-annotations.ts'
import type { WantedManifest } from '../../../src/publish/wanted.ts'
import { literalIo } from '../../support/io.ts'
import { startRegistry, type TestRegistry } from '../../support/registry.ts'
import { ociError } from '../../support/registry/exchange.ts'
import { each, first, matching } from '../../support/registry/faults.ts'
import { testClient } from '../../support/registry-client.ts'

let registry: TestRegistry
let count = 0
let repository = ''
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())
beforeEach(() => {
  repository = `acme/factory-${++count}`
  registry.faults.length = 0
  registry.requests.length = 0
})

const runOf = (number: number): PublishingRun => ({
  ...{ number, attempt: 1, workflow: 'images', commit: `c${number}`, source: 'https://github.com/acme/factory' },
  plannedAt: '2026-11-28T12:00:00.000Z',
})

const termsOf = (number: number, changes: Partial<TagTerms> = {}): TagTerms => ({
  ...{ run: runOf(number), immutable: [], allowOlder: false, dryRun: false },
  ...changes,
})

const KEY = 'ab'.repeat(32)

/** A manifest whose images on both platforms have that content, and are in the registry. */
const pushBoth = (content: string, annotations: Readonly<Record<string, string>> = {}): WantedManifest => {
  const children = ['linux/amd64', 'linux/arm64'].map((platform) => {
    const { digest } = registry.pushImage(repository, { platform, layers: [content], annotations })
    return { platform, reference: `${registry.host}/${repository}@${digest}` }
  })
  return {
    ...{ manifestId: 'serve', aliases: [], image: `${registry.host}/${repository}`, tags: [], layers: [] },
    ...{ children, missing: [], temporary: [] },
  }
}

const publish = (manifest: WantedManifest, terms: TagTerms, tags: readonly string[] = ['serve']) =>
  publishManifest(manifest, tags, terms, literalIo(new Map(), { registry: testClient() }).io)

const tagged = (tag: string): string | undefined => registry.store.get(repository)?.tags.get(tag)

const puts = (): number => registry.requests.filter(({ method }) => method === 'PUT').length

describe('a manifest', () => {
  test('is read back before its tags move, and a second run writes nothing', async () => {
    const manifest = pushBoth('one')
    const result = await publish(manifest, termsOf(1), ['serve', 'latest'])
    expect(result.tags.map(({ tag, status }) => `${tag} ${status}`)).toEqual(['serve moved', 'latest moved'])
    expect([tagged('serve'), tagged('latest')]).toEqual([result.digest, result.digest])
    const log = registry.log().filter((line) => /PUT|GET .*manifests\/sha256/.test(line))
    const [stored, tag] = ['PUT .*manifests/sha256', 'PUT .*manifests/serve'].map((text) =>
      log.findIndex((line) => new RegExp(text).test(line)),
    )
    const readBack = log.findLastIndex((line) => line.startsWith('GET') && line.includes(result.digest ?? '-'))
    expect([stored, readBack, tag]).toEqual([stored, readBack, tag].toSorted((a = 0, b = 0) => a - b))
    expect(stored).toBeGreaterThanOrEqual(0)

    const before = puts()
    const again = await publish(manifest, termsOf(1), ['serve', 'latest'])
    expect([again.tags.map(({ status }) => status), puts() - before]).toEqual([['same', 'same'], 0])
  })

  test('has no tag when an image is gone, and says which', async () => {
    const manifest = pushBoth('two')
    const gone = { platform: 'linux/arm64', reference: `${manifest.image}@sha256:${'0'.repeat(64)}` }
    const result = await publish({ ...manifest, children: [...manifest.children.slice(0, 1), gone] }, termsOf(1))
    expect(result.missing).toEqual([{ platform: 'linux/arm64', reason: 'the registry does not have its image' }])
    expect([tagged('serve'), puts()]).toEqual([undefined, 0])
  })

  test('has no tag when an image is of another platform', async () => {
    const manifest = pushBoth('three')
    const [amd] = manifest.children
    const children = [{ platform: 'linux/arm64', reference: amd?.reference ?? '' }]
    const { missing } = await publish({ ...manifest, children }, termsOf(1))
    expect(missing).toEqual([{ platform: 'linux/arm64', reason: 'what was pushed is of another platform' }])
  })

  test('keeps images of a later run, and immutable tags', async () => {
    const { digest } = await publish(pushBoth('new'), termsOf(5), ['serve', 'v1'])
    const late = await publish(pushBoth('old'), termsOf(4), ['serve'])
    expect(late.tags).toEqual([{ tag: 'serve', status: 'newer', digest, reason: 'run 5, attempt 1, of c5' }])
    const fixed = await publish(pushBoth('newest'), termsOf(6, { immutable: ['v*'] }), ['serve', 'v1'])
    expect(fixed.tags.map(({ status }) => status)).toEqual(['moved', 'immutable'])
    expect(tagged('v1')).toBe(digest)
  })

  test('tells of a tag that the registry refuses, once, and moves the others', async () => {
    registry.faults.push(each(() => ociError(412, 'PRECONDITION', 'immutable tag'), matching(/manifests\/v1$/, 'PUT')))
    const { tags } = await publish(pushBoth('refused'), termsOf(1), ['v1', 'serve'])
    expect(tags.map(({ tag, status }) => `${tag} ${status}`)).toEqual(['v1 refused', 'serve moved'])
    expect(registry.log().filter((line) => /^PUT .*manifests\/v1 /.test(line))).toHaveLength(1)
  })

  test('wins over an older run that writes at the same moment', async () => {
    const old = await publish(pushBoth('old'), termsOf(3), ['older'])
    // Just after our tag was moved, the older run moves it, having looked before.
    const overwrite = first(
      1,
      (_, next) => {
        const reply = next()
        registry.store.get(repository)?.tags.set('serve', old.digest ?? '')
        return reply
      },
      matching(/manifests\/serve$/, 'PUT'),
    )
    registry.faults.push(overwrite)
    const result = await publish(pushBoth('new'), termsOf(4))
    expect(result.tags.map(({ status }) => status)).toEqual(['moved'])
    expect(tagged('serve')).toBe(result.digest)
  })

  test('is only told of in a dry run', async () => {
    const { tags } = await publish(pushBoth('dry'), termsOf(1, { dryRun: true }))
    expect([tags, puts()]).toEqual([[{ tag: 'serve', status: 'planned' }], 0])
  })

  test('has its images tagged by their keys', async () => {
    const manifest = pushBoth('keyed', { [KEY_ANNOTATION]: KEY })
    const [amd] = manifest.children
    await publish({ ...manifest, children: manifest.children.slice(0, 1) }, termsOf(1))
    expect(`${manifest.image}@${tagged(keyTag(KEY)) ?? ''}`).toBe(amd?.reference)
  })
})

test('temporary tags go one by one, and what was published stays', async () => {
  const { image } = pushBoth('temporary')
  const { digest } = registry.pushImage(repository, { tag: 'strata-tmp-7-1-serve-linux-amd64', layers: ['temporary'] })
  const names = [`${image}:strata-tmp-7-1-serve-linux-amd64`, `${image}:serve`]
  const left = await deleteTemporary(names, literalIo(new Map(), { registry: testClient() }).io)
  expect(left).toEqual([`${image}:serve`])
  expect(registry.store.get(repository)?.tags.size).toBe(0)
  expect(registry.store.get(repository)?.manifests.has(digest)).toBe(true)
})
