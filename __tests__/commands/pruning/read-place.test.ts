import { describe, expect, test } from '@jest/globals'
import { readPlace } from '../../../src/commands/pruning/read-place.ts'
import { createOciStore } from '../../../src/io/stores/oci-store.ts'
import { BUILDKIT_CACHE_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../../../src/oci/media-types.ts'
import { startRegistry, type TestRegistry } from '../../support/registry.ts'
import { each, matching, status } from '../../support/registry/faults.ts'
import { referenceOf, testClient } from '../../support/registry-client.ts'

const NAME = 'acme/cache'

const read = async ({ host }: TestRegistry) =>
  (
    await readPlace(createOciStore(testClient(), referenceOf(`${host}/${NAME}`)), {
      role: 'cache',
      repository: `${host}/${NAME}`,
    })
  ).listing

const pushCache = (registry: TestRegistry, tag: string) => {
  const config = registry.pushBlob(NAME, `{"tag":"${tag}"}`, BUILDKIT_CACHE_CONFIG)
  return registry.pushManifest(NAME, { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] }, tag)
}

describe('readPlace', () => {
  test('finds what tags lead to, down to the children of nested indexes', async () => {
    await using registry = await startRegistry()
    const [amd64, arm64] = [registry.pushImage(NAME, { layers: ['a'] }), registry.pushImage(NAME, { layers: ['b'] })]
    const inner = registry.pushIndex(NAME, [amd64, arm64])
    const outer = registry.pushIndex(NAME, [{ ...inner, mediaType: OCI_INDEX }, amd64], { tag: 'outer' })
    const { objects } = await read(registry)
    expect(objects.map(({ object }) => object.digest)).toEqual([outer, inner, amd64, arm64].map(({ digest }) => digest))
    expect(objects.every(({ inspection }) => inspection.status === 'read')).toBe(true)
  })

  test('asks for referrers of images, and not of caches', async () => {
    await using registry = await startRegistry()
    const image = registry.pushImage(NAME, { tag: 'image' })
    const cache = pushCache(registry, 'core-linux-amd64-3f9c0a1b2c3d4e5f')
    await read(registry)
    const asked = registry.requests.filter(({ path }) => path.includes('/referrers/'))
    expect(asked.map(({ path }) => path.split('/').at(-1))).toEqual([image.digest])
    expect(asked).not.toContain(cache.digest)
  })

  test('an image whose referrers cannot be listed is not understood', async () => {
    await using registry = await startRegistry({ faults: [each(status(403), matching(/referrers/))] })
    registry.pushImage(NAME, { tag: 'image' })
    const { objects } = await read(registry)
    expect(objects.map(({ inspection }) => inspection)).toEqual([
      { status: 'unreadable', reason: expect.stringContaining('what refers to it cannot be listed') as unknown },
    ])
  })

  test('a child that is not there is gone', async () => {
    await using registry = await startRegistry()
    const child = registry.pushImage(NAME)
    registry.pushIndex(NAME, [child], { tag: 'index' })
    registry.store.get(NAME)?.manifests.delete(child.digest)
    const { objects } = await read(registry)
    expect(objects.map(({ inspection }) => inspection.status)).toEqual(['read', 'gone'])
  })

  test('nothing is there where there is no repository', async () => {
    await using registry = await startRegistry()
    expect((await read(registry)).objects).toEqual([])
  })

  test('a list that cannot be read whole is none, with the reason', async () => {
    await using registry = await startRegistry({ faults: [each(status(403), matching(/tags/))] })
    await expect(read(registry)).resolves.toMatchObject({
      objects: [],
      unreadable: expect.stringContaining('403 Forbidden') as unknown,
    })
  })
})
