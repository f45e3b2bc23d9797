import { describe, expect, test } from '@jest/globals'
import { createOciStore } from '../../../src/io/stores/oci-store.ts'
import type { Holding } from '../../../src/retention/holding.ts'
import type { Deletion } from '../../../src/io/stores/store.ts'
import { type RegistryOptions, startRegistry, type TestRegistry } from '../../support/registry.ts'
import { each, matching, status } from '../../support/registry/faults.ts'
import { referenceOf, testClient } from '../../support/registry-client.ts'

const NAME = 'acme/cache'

const storeOf = ({ host }: TestRegistry) => createOciStore(testClient(), referenceOf(`${host}/${NAME}`))

const tagsOf = ({ store }: TestRegistry) => [...(store.get(NAME)?.tags.keys() ?? [])].sort()

/** Tags `a` … with content of their own, `twin-1` and `twin-2` on one digest. */
const filled = async (options: RegistryOptions = {}, count = 3): Promise<TestRegistry> => {
  const registry = await startRegistry(options)
  for (let index = 0; index < count; index++) registry.pushImage(NAME, { tag: `t${index}`, layers: [`layer ${index}`] })
  for (const tag of ['twin-1', 'twin-2']) registry.pushImage(NAME, { tag, layers: ['twins'] })
  return registry
}

const byTag = (objects: readonly Holding[] | undefined, tag: string): Holding => {
  const found = objects?.find(({ tags }) => tags.includes(tag))
  if (found === undefined) throw new Error(`${tag} is not listed`)
  return found
}

const requestsOf = ({ requests }: TestRegistry, method: string) => requests.filter((each) => each.method === method)

describe('list', () => {
  test('names each digest once with all its tags, and reads each tag once', async () => {
    await using registry = await filled()
    const objects = await storeOf(registry).list()
    expect(objects?.map(({ tags }) => tags)).toEqual([['t0'], ['t1'], ['t2'], ['twin-1', 'twin-2']])
    expect(registry.requests).toHaveLength(1 + 5)
  })

  test('knows nothing of a repository that is not there', async () => {
    await using registry = await startRegistry()
    await expect(storeOf(registry).list()).resolves.toBeUndefined()
  })

  test('a tag that cannot be read has no digest, and a reason', async () => {
    await using registry = await filled({ faults: [each(status(403), matching(/manifests\/t1$/))] })
    const store = storeOf(registry)
    const object = byTag(await store.list(), 't1')
    expect(object).toEqual({ id: 't1', tags: ['t1'] })
    await expect(store.inspect(object)).resolves.toMatchObject({ status: 'unreadable' })
    await expect(store.delete(object)).resolves.toMatchObject({ status: 'moved' })
  })

  test('a tag that goes while the list is read is not in it', async () => {
    await using registry = await filled({ faults: [each(status(404), matching(/manifests\/t1$/))] })
    expect((await storeOf(registry).list())?.flatMap(({ tags }) => tags)).not.toContain('t1')
  })
})

describe('find', () => {
  test('gives those that are there, without a tag, for one HEAD each', async () => {
    await using registry = await filled()
    const { digest } = registry.pushImage(NAME, { layers: ['by digest'] })
    const found = await storeOf(registry).find([digest, `sha256:${'0'.repeat(64)}`])
    expect(found).toEqual([{ id: digest, tags: [], digest }])
    expect(registry.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD'])
  })

  test('throws where it cannot be told', async () => {
    await using registry = await filled({ faults: [each(status(403), matching(/sha256/))] })
    await expect(storeOf(registry).find([`sha256:${'0'.repeat(64)}`])).rejects.toThrow(/403/)
  })
})

describe('inspect', () => {
  test('says what an image is made of, without another request', async () => {
    await using registry = await filled()
    const store = storeOf(registry)
    const object = byTag(await store.list(), 't0')
    const before = registry.requests.length
    const inspection = await store.inspect(object)
    expect(inspection).toMatchObject({
      status: 'read',
      content: { kind: 'manifest', digest: object.digest, children: [], configType: expect.any(String) as unknown },
    })
    expect(inspection.status === 'read' ? inspection.content.blobs : []).toHaveLength(2)
    expect(registry.requests).toHaveLength(before)
  })

  test('tells the children of an index from blobs', async () => {
    await using registry = await startRegistry()
    const child = registry.pushImage(NAME)
    const blob = registry.pushBlob(NAME, 'a cache layer', 'application/vnd.oci.image.layer.v1.tar+gzip')
    registry.pushIndex(NAME, [child, blob], { tag: 'index' })
    const store = storeOf(registry)
    const inspection = await store.inspect(byTag(await store.list(), 'index'))
    const content = inspection.status === 'read' ? inspection.content : undefined
    expect(content?.children.map(({ digest }) => digest)).toEqual([child.digest])
    expect(content?.blobs.map(({ digest }) => digest)).toEqual([blob.digest])
  })

  test('reads a child by its digest', async () => {
    await using registry = await startRegistry()
    const { digest } = registry.pushImage(NAME)
    await expect(storeOf(registry).inspect({ digest, tags: [] })).resolves.toMatchObject({ status: 'read' })
    const absent = { digest: `sha256:${'0'.repeat(64)}`, tags: [] }
    await expect(storeOf(registry).inspect(absent)).resolves.toEqual({ status: 'gone' })
  })
})

describe('delete', () => {
  test.each<[RegistryOptions, Deletion['status'], number]>([
    [{ deletion: 'tag-and-digest' }, 'untagged', 0],
    // The probe, and one look for tags that came meanwhile.
    [{ deletion: 'digest', ignoresPaging: true }, 'deleted', 2],
  ])('%j takes one request to read again and one to delete', async (options, expected, more) => {
    await using registry = await filled(options, 20)
    const store = storeOf(registry)
    const objects = await store.list()
    const doomed = objects?.filter(({ tags }) => tags.length === 1) ?? []
    const before = registry.requests.length
    const done: Deletion[] = []
    for (const object of doomed) done.push(await store.delete(object))
    expect(done).toEqual(doomed.map(() => ({ status: expected })))
    expect(registry.requests).toHaveLength(before + 2 * 20 + more)
    expect(tagsOf(registry)).toEqual(['twin-1', 'twin-2'])
  })

  test.each<RegistryOptions>([{ deletion: 'tag-and-digest' }, { deletion: 'digest' }])(
    '%j takes all tags on a digest along',
    async (options) => {
      await using registry = await filled(options)
      const store = storeOf(registry)
      await store.delete(byTag(await store.list(), 'twin-2'))
      expect(tagsOf(registry)).toEqual(['t0', 't1', 't2'])
    },
  )

  test('what leads elsewhere by now stays', async () => {
    await using registry = await filled()
    const store = storeOf(registry)
    const object = byTag(await store.list(), 't1')
    registry.pushImage(NAME, { tag: 't1', layers: ['written again'] })
    await expect(store.delete(object)).resolves.toEqual({
      status: 'moved',
      reason: 't1 leads to something else by now',
    })
    expect(requestsOf(registry, 'DELETE')).toEqual([])
  })

  test('a digest stays when a tag was put on it after the listing', async () => {
    await using registry = await filled({ deletion: 'digest' })
    const store = storeOf(registry)
    const objects = await store.list()
    registry.pushImage(NAME, { tag: 'new', layers: ['layer 1'] })
    await expect(store.delete(byTag(objects, 't1'))).resolves.toMatchObject({ status: 'moved' })
    await expect(store.delete(byTag(objects, 't2'))).resolves.toEqual({ status: 'deleted' })
    expect(tagsOf(registry)).toEqual(['new', 't0', 't1', 'twin-1', 'twin-2'])
  })

  test('a tag alone goes when another was put on its digest', async () => {
    await using registry = await filled()
    const store = storeOf(registry)
    const object = byTag(await store.list(), 't1')
    registry.pushImage(NAME, { tag: 'new', layers: ['layer 1'] })
    await expect(store.delete(object)).resolves.toEqual({ status: 'untagged' })
    expect(tagsOf(registry)).toContain('new')
    expect(registry.store.get(NAME)?.manifests.has(object.digest ?? '')).toBe(true)
  })

  test('what somebody else deleted is gone', async () => {
    await using registry = await filled()
    const [first, second] = [storeOf(registry), storeOf(registry)]
    const objects = await Promise.all([first.list(), second.list()])
    await first.delete(byTag(objects[0], 't1'))
    await expect(second.delete(byTag(objects[1], 't1'))).resolves.toEqual({ status: 'gone' })
  })

  test('a registry without deletion is asked twice and never again', async () => {
    await using registry = await filled({ deletion: 'refused' })
    const store = storeOf(registry)
    for (const object of (await store.list()) ?? []) {
      await expect(store.delete(object)).resolves.toMatchObject({ status: 'unsupported' })
    }
    expect(requestsOf(registry, 'DELETE')).toHaveLength(2)
  })

  test('a registry that denies what it has cannot delete', async () => {
    await using registry = await filled({ faults: [each(status(404), matching(/manifests/, 'DELETE'))] })
    const store = storeOf(registry)
    const deletion = await store.delete(byTag(await store.list(), 't1'))
    expect(deletion).toMatchObject({ status: 'unsupported', reason: expect.stringContaining('is there') as unknown })
  })

  test('a right that is missing is missing for all', async () => {
    await using registry = await filled({ faults: [each(status(403), matching(/manifests/, 'DELETE'))] })
    const store = storeOf(registry)
    for (const object of (await store.list()) ?? []) {
      await expect(store.delete(object)).resolves.toMatchObject({ status: 'unsupported' })
    }
    expect(requestsOf(registry, 'DELETE')).toHaveLength(1)
  })

  test('a child goes by its digest', async () => {
    await using registry = await startRegistry()
    const { digest } = registry.pushImage(NAME)
    await expect(storeOf(registry).delete({ id: digest, tags: [], digest })).resolves.toEqual({ status: 'deleted' })
    expect(registry.store.get(NAME)?.manifests.size).toBe(0)
  })

  test('a limit of the rate that is not waited for ends it', async () => {
    const limited = each(status(429, { 'retry-after': '3600' }), matching(/manifests/, 'DELETE'))
    await using registry = await filled({ faults: [limited] })
    const store = storeOf(registry)
    const deletion = await store.delete(byTag(await store.list(), 't1'))
    expect(deletion).toMatchObject({ status: 'exhausted', wait: 3_600_000 })
  })
})
