import { describe, expect, test } from '@jest/globals'
import { type RegistryOptions, startRegistry, type TestRegistry } from '../../support/registry.ts'
import { referenceOf, testClient } from '../../support/registry-client.ts'
import { cut, each, first, matching, status } from '../../support/registry/faults.ts'
import { ociError } from '../../support/registry/exchange.ts'

const DELETES = matching(/manifests/, 'DELETE')

const withTag = async (options: RegistryOptions = {}) => {
  const registry = await startRegistry(options)
  const { digest } = registry.pushImage('acme/cache', { tag: 'a' })
  registry.pushImage('acme/cache', { tag: 'b' })
  return { registry, digest, [Symbol.asyncDispose]: registry.close }
}

const nameOf = ({ host }: TestRegistry, rest: string) => referenceOf(`${host}/acme/cache${rest}`)

const tagsOf = ({ store }: TestRegistry) => [...(store.get('acme/cache')?.tags.keys() ?? [])]

describe('deleteManifest', () => {
  test('deletes a tag alone', async () => {
    await using world = await withTag()
    const { registry } = world
    await expect(testClient().deleteManifest(nameOf(registry, ':a'))).resolves.toEqual({ status: 'deleted' })
    expect(tagsOf(registry)).toEqual(['b'])
  })

  test('deletes a digest with all tags on it', async () => {
    await using world = await withTag()
    const { registry, digest } = world
    await testClient().deleteManifest(nameOf(registry, `@${digest}`))
    expect(tagsOf(registry)).toEqual([])
  })

  test('what is not there is gone', async () => {
    await using world = await withTag()
    await expect(testClient().deleteManifest(nameOf(world.registry, ':x'))).resolves.toEqual({ status: 'gone' })
  })

  test.each([
    ['tags of distribution 2.8', { deletion: 'digest' }, '400 DIGEST_INVALID: provided digest did not match uploaded content'], // prettier-ignore
    ['a registry without deletion', { deletion: 'refused' }, '405 UNSUPPORTED: The operation is unsupported.'],
    ['an answer without a body', { faults: [each(() => ({ status: 405 }), DELETES)] }, '405'],
    ['a route nobody knows', { faults: [each(() => ociError(404, 'UNSUPPORTED', 'no'), DELETES)] }, '404 UNSUPPORTED: no'], // prettier-ignore
  ] satisfies readonly (readonly [string, RegistryOptions, string])[])(
    'cannot delete: %s',
    async (_description, options, reason) => {
      await using world = await withTag(options)
      const deletion = await testClient().deleteManifest(nameOf(world.registry, ':a'))
      expect(deletion).toEqual({ status: 'unsupported', reason })
      expect(tagsOf(world.registry)).toEqual(['a', 'b'])
    },
  )

  test('what an index still lists is refused by zot', async () => {
    await using world = await withTag({ faults: [each(() => ociError(405, 'DENIED', 'referenced'), DELETES)] })
    const deletion = await testClient().deleteManifest(nameOf(world.registry, ':a'))
    expect(deletion).toEqual({ status: 'refused', reason: '405 DENIED: referenced' })
  })

  test('a missing right is an error that says what to do', async () => {
    await using world = await withTag({ faults: [each(status(403), DELETES)] })
    const asked = testClient().deleteManifest(nameOf(world.registry, ':a'))
    await expect(asked).rejects.toThrow(/403 Forbidden.*there are no credentials/)
  })

  test('an answer that got lost leaves nothing to delete', async () => {
    await using world = await withTag({ faults: [first(1, cut, DELETES)] })
    await expect(testClient().deleteManifest(nameOf(world.registry, ':a'))).resolves.toEqual({ status: 'gone' })
  })

  test('asks for the right to delete', async () => {
    const auth = { kind: 'bearer', username: 'u', password: 'p' } as const
    await using world = await withTag({ auth })
    const client = testClient({ credential: { kind: 'basic', username: 'u', password: 'p', source: 'the test' } })
    await client.deleteManifest(nameOf(world.registry, ':a'))
    const token = world.registry.requests.find(({ path }) => path === '/token')
    expect(token?.query.get('scope')).toBe('repository:acme/cache:delete,pull')
  })
})
