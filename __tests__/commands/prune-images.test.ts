import { describe, expect, test } from '@jest/globals'
import { createSession } from '../../src/io/registry/session.ts'
import { pushRecords, recordOf } from '../support/generations.ts'
import { CACHE, generationsOf, pruneOnce, tagsOf, withGenerations } from '../support/prune-bed.ts'
import { each, matching, status } from '../support/registry/faults.ts'
import type { PushedDescriptor } from '../support/registry/images.ts'
import type { TestRegistry } from '../support/registry.ts'
import { referenceOf, testOptions } from '../support/registry-client.ts'

const IMAGES = 'acme/factory'
const DAY = 24 * 3_600_000
const IMAGES_TOO = { confirm: 'true', images: 'true' }

/** Six generations whose images were pushed by digest alone, as legs do for an index; oldest first. */
const withImages = async (): Promise<TestRegistry & { readonly pushed: readonly PushedDescriptor[] }> => {
  const registry = await withGenerations(0)
  const cache = referenceOf(`${registry.host}/${CACHE}`)
  const generations = generationsOf(6)
  const pushed = generations.map(({ number }) => registry.pushImage(IMAGES, { layers: [`image ${number}`] }))
  const session = createSession(testOptions().options)
  for (const [index, generation] of generations.entries()) {
    const { digest } = pushed[index] ?? { digest: '' }
    const published = [`${registry.host}/${IMAGES}@${digest}`]
    await pushRecords(session, cache, [{ ...recordOf(generation, cache), digest, published }])
  }
  registry.requests.length = 0
  return { ...registry, pushed }
}

/** Which images are still there, by their place. */
const left = ({ store, pushed }: Awaited<ReturnType<typeof withImages>>): readonly number[] =>
  pushed.flatMap(({ digest }, index) => (store.get(IMAGES)?.manifests.has(digest) === true ? [index] : []))

describe('images that were pushed by digest', () => {
  test('those of old generations go at the second look, and those of kept ones stay', async () => {
    await using registry = await withImages()
    const first = await pruneOnce(registry, { inputs: IMAGES_TOO })
    expect(first.failure).toBeUndefined()
    expect(left(registry)).toEqual([0, 1, 2, 3, 4, 5])
    expect(tagsOf(registry, `${CACHE}-records`).filter((tag) => tag.startsWith('run-'))).toHaveLength(3)
    await pruneOnce(registry, { inputs: IMAGES_TOO, later: DAY / 2 })
    expect(left(registry)).toEqual([0, 1, 2, 3, 4, 5])
    // Their records went with the first run; what it noted stands for them.
    const second = await pruneOnce(registry, { inputs: IMAGES_TOO, later: DAY })
    expect(second.outputs).toMatchObject({ deleted: '3', failed: '0' })
    expect(left(registry)).toEqual([3, 4, 5])
    const third = await pruneOnce(registry, { inputs: IMAGES_TOO, later: 2 * DAY })
    expect(third.outputs).toMatchObject({ deleted: '0', failed: '0' })
  })

  test('children of a published index stay, whatever their generation', async () => {
    await using registry = await withImages()
    registry.pushIndex(IMAGES, registry.pushed.slice(1, 2), { tag: '1.0' })
    await pruneOnce(registry, { inputs: IMAGES_TOO })
    await pruneOnce(registry, { inputs: IMAGES_TOO, later: DAY })
    expect(left(registry)).toEqual([1, 3, 4, 5])
  })

  test('an index that is published while the run is under way keeps its children', async () => {
    await using registry = await withImages()
    await pruneOnce(registry, { inputs: IMAGES_TOO })
    let lists = 0
    registry.faults.push(
      each(
        (_, next) => {
          // The first list is for the plan, the second is that of the deletions.
          if (++lists === 2) registry.pushIndex(IMAGES, registry.pushed.slice(1, 2), { tag: '1.0' })
          return next()
        },
        matching(/acme\/factory\/tags\/list/),
      ),
    )
    const run = await pruneOnce(registry, { inputs: IMAGES_TOO, later: DAY })
    expect(left(registry)).toEqual([1, 3, 4, 5])
    expect(run.report.places.flatMap(({ objects }) => objects).filter(({ outcome }) => outcome === 'moved')).toHaveLength(1) // prettier-ignore
  })

  test('each is asked for once, and only where images are looked at', async () => {
    await using registry = await withImages()
    const asked = () => registry.requests.filter(({ path, method }) => method === 'HEAD' && path.includes('sha256:'))
    await pruneOnce(registry, { inputs: { 'dry-run': 'true' } })
    expect(asked()).toEqual([])
    await pruneOnce(registry, { inputs: { 'dry-run': 'true', images: 'true' } })
    expect(asked()).toHaveLength(6)
  })

  test('where it cannot be told whether one is there, nothing of its repository goes', async () => {
    await using registry = await withImages()
    await pruneOnce(registry, { inputs: IMAGES_TOO })
    registry.faults.push(each(status(403), matching(/factory\/manifests\/sha256/, 'HEAD')))
    const run = await pruneOnce(registry, { inputs: IMAGES_TOO, later: DAY })
    expect(run.report.unreadable).toEqual([expect.stringContaining(IMAGES)])
    expect(left(registry)).toHaveLength(6)
  })
})
