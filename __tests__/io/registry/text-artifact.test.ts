import { describe, expect, test } from '@jest/globals'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Credential } from '../../../src/io/registry/credentials.ts'
import { putArtifact } from '../../../src/io/registry/push.ts'
import { createSession } from '../../../src/io/registry/session.ts'
import { getText, putText } from '../../../src/io/registry/text-artifact.ts'
import { startRegistry, type TestRegistry } from '../../support/registry.ts'
import { referenceOf, testClient, testOptions } from '../../support/registry-client.ts'
import { each, matching, status } from '../../support/registry/faults.ts'

const TYPE = 'application/vnd.test.text.v1+gzip'
const ACCOUNT: Credential = { kind: 'basic', username: 'me', password: 'pw', source: 'the test' }
const BEARER = { kind: 'bearer', username: 'me', password: 'pw' } as const

const place = ({ host }: TestRegistry, rest = ':plan') => referenceOf(`${host}/acme/records${rest}`)

const session = (options: Parameters<typeof testOptions>[0] = {}) => createSession(testOptions(options).options)

/** Puts these bytes where a text is looked for. */
const put = (registry: TestRegistry, bytes: readonly Buffer<ArrayBuffer>[], artifactType = TYPE) => {
  const layers = bytes.map((each) => ({ mediaType: TYPE, bytes: each }))
  return putArtifact(session(), place(registry), { artifactType, layers, annotations: {} })
}

describe('a text', () => {
  test.each([
    ['of one line', '{"version":1}'],
    ['of none', ''],
    ['in any script', '日本 🧱 \u0000 é\r\n'],
    ['that is long', 'a line\n'.repeat(100_000)],
  ])('%s can be read back', async (_, text) => {
    await using registry = await startRegistry()
    await putText(session(), place(registry), TYPE, text)
    await expect(getText(session(), place(registry), TYPE)).resolves.toBe(text)
  })

  test('can be read back with an account, by the client of a session', async () => {
    await using registry = await startRegistry({ auth: BEARER })
    const client = testClient({ credential: ACCOUNT })
    await client.putText(place(registry), TYPE, 'hello')
    await expect(client.getText(place(registry), TYPE)).resolves.toBe('hello')
  })

  test('is an artifact of its type with one layer, packed', async () => {
    await using registry = await startRegistry()
    await putText(session(), place(registry), TYPE, 'hello '.repeat(1_000))
    const { manifest } = await testClient().getManifest(place(registry))
    expect(manifest).toMatchObject({ kind: 'manifest', artifactType: TYPE, layers: [{ mediaType: TYPE }] })
    const layer = manifest.kind === 'manifest' ? manifest.layers[0] : undefined
    expect(layer?.size).toBeLessThan(200)
    const bytes = await testClient().getBlob(place(registry), layer?.digest ?? '', { maxBytes: 1_000 })
    expect(gunzipSync(bytes).toString()).toBe('hello '.repeat(1_000))
  })

  test('takes the place of the one before, also for who has read that', async () => {
    await using registry = await startRegistry()
    const client = testClient()
    for (const text of ['one', 'two', 'one']) {
      await client.putText(place(registry), TYPE, text)
      await expect(client.getText(place(registry), TYPE)).resolves.toBe(text)
    }
  })
})

describe('there is no text', () => {
  test.each([':plan', ':other', `@sha256:${'a'.repeat(64)}`])(
    'in a repository that does not exist: %s',
    async (rest) => {
      await using registry = await startRegistry()
      await expect(getText(session(), place(registry, rest), TYPE)).resolves.toBeUndefined()
    },
  )

  test('under another tag', async () => {
    await using registry = await startRegistry()
    await putText(session(), place(registry), TYPE, 'hello')
    await expect(getText(session(), place(registry, ':other'), TYPE)).resolves.toBeUndefined()
  })

  test.each([
    ['an artifact of another type', (registry: TestRegistry) => put(registry, [gzipSync('a')], 'application/other')],
    ['an image', (registry: TestRegistry) => registry.pushImage('acme/records', { tag: 'plan' })],
    [
      'an index',
      (registry: TestRegistry) =>
        registry.pushIndex('acme/records', [registry.pushImage('acme/records')], { tag: 'plan' }),
    ],
  ])('in %s', async (_, push) => {
    await using registry = await startRegistry()
    await push(registry)
    await expect(getText(session(), place(registry), TYPE)).resolves.toBeUndefined()
  })
})

describe('a text that cannot be read', () => {
  const PACKED = gzipSync('hello '.repeat(1_000))

  test.each([
    ['is no gzip', [Buffer.from('hello')]],
    ['is cut off', [PACKED.subarray(0, PACKED.length - 5)]],
    ['is nothing', [Buffer.alloc(0)]],
    ['was pushed without content', []],
  ])('%s', async (_, bytes) => {
    await using registry = await startRegistry()
    await put(registry, bytes)
    await expect(getText(session(), place(registry), TYPE)).rejects.toMatchObject({
      name: 'RegistryError',
      message: expect.stringMatching(/^sha256:[0-9a-f]{64} cannot be unpacked$/),
      registry: registry.host,
      cause: expect.objectContaining({ code: expect.stringMatching(/^Z_/) }),
    })
  })

  test('was lost by the registry', async () => {
    await using registry = await startRegistry()
    await putText(session(), place(registry), TYPE, 'hello')
    registry.store.get('acme/records')?.blobs.clear()
    await expect(getText(session(), place(registry), TYPE)).rejects.toMatchObject({
      name: 'RegistryError',
      status: 404,
    })
  })

  test('is another one than its digest says', async () => {
    await using registry = await startRegistry()
    await putText(session(), place(registry), TYPE, 'hello')
    const blobs = registry.store.get('acme/records')?.blobs ?? new Map<string, Buffer>()
    for (const digest of blobs.keys()) blobs.set(digest, gzipSync('evil'))
    await expect(getText(session(), place(registry), TYPE)).rejects.toMatchObject({ name: 'RegistryError' })
  })
})

test.each([401, 403])('a registry that refuses (%d) is an error, to read and to write', async (code) => {
  await using registry = await startRegistry({ faults: [each(status(code), matching(/acme/))] })
  await expect(getText(session(), place(registry), TYPE)).rejects.toMatchObject({ name: 'RegistryError', status: code })
  await expect(putText(session(), place(registry), TYPE, 'a')).rejects.toMatchObject({
    name: 'RegistryError',
    status: code,
  })
})
