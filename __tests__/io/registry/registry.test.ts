import { describe, expect, test } from '@jest/globals'
import { DOCKER_LIST, OCI_INDEX, OCI_MANIFEST } from '../../../src/oci/media-types.ts'
import { pinReference } from '../../../src/oci/reference.ts'
import { startRegistry, type TestRegistry } from '../../support/registry.ts'
import { referenceOf, testClient } from '../../support/registry-client.ts'
import { body, each, headers, matching } from '../../support/registry/faults.ts'

const ABSENT = `sha256:${'0'.repeat(64)}`
const at = ({ host }: TestRegistry, name: string) => referenceOf(`${host}/${name}`)

/** An index of two platforms with an attestation, as Buildx pushes it. */
const pushMultiPlatform = (registry: TestRegistry) => {
  const amd64 = registry.pushImage('acme/app', { platform: 'linux/amd64', config: { Env: ['ON=amd64'] } })
  const arm = registry.pushImage('acme/app', { platform: 'linux/arm/v7', config: { Env: ['ON=arm'] } })
  const attestation = {
    ...registry.pushImage('acme/app', { layers: ['provenance'] }),
    platform: { os: 'unknown', architecture: 'unknown' },
  }
  const index = registry.pushIndex('acme/app', [amd64, arm, attestation], { tag: 'multi' })
  return { amd64, arm, index }
}

describe('headManifest', () => {
  test('finds digest, media type and size with one request', async () => {
    await using registry = await startRegistry()
    const pushed = registry.pushImage('acme/app', { tag: 'v1' })
    const head = await testClient().headManifest(at(registry, 'acme/app:v1'))
    expect(head).toEqual({ digest: pushed.digest, mediaType: OCI_MANIFEST, size: pushed.size })
    expect(registry.log()).toEqual(['HEAD /v2/acme/app/manifests/v1 200'])
    expect(registry.requests[0]?.headers).toMatchObject({ 'user-agent': 'strata/1.2.3', 'accept-encoding': 'identity' })
  })

  test.each(['acme/app:absent', 'acme/absent:v1', `acme/app@${ABSENT}`])('%s is not there', async (name) => {
    await using registry = await startRegistry()
    registry.pushImage('acme/app', { tag: 'v1' })
    await expect(testClient().headManifest(at(registry, name))).resolves.toBeUndefined()
  })

  test('prefers the digest to the tag, and asks for latest without either', async () => {
    await using registry = await startRegistry()
    const old = registry.pushImage('acme/app', { tag: 'latest', layers: ['old'] })
    const latest = registry.pushImage('acme/app', { tag: 'latest', layers: ['new'] })
    const client = testClient()
    const reference = at(registry, 'acme/app')
    expect((await client.headManifest(reference))?.digest).toBe(latest.digest)
    expect((await client.headManifest(pinReference({ ...reference, tag: 'latest' }, old.digest)))?.digest).toBe(
      old.digest,
    )
  })

  test('fetches and hashes where the registry names no digest', async () => {
    const hidden = each(headers({ 'docker-content-digest': undefined }))
    await using registry = await startRegistry({ faults: [hidden] })
    const { digest, size } = registry.pushImage('acme/app', { tag: 'v1' })
    const head = await testClient().headManifest(at(registry, 'acme/app:v1'))
    expect(head).toEqual({ digest, mediaType: OCI_MANIFEST, size })
    expect(registry.log()).toEqual(['HEAD /v2/acme/app/manifests/v1 200', 'GET /v2/acme/app/manifests/v1 200'])
  })

  test('refuses another digest than the one asked for', async () => {
    await using registry = await startRegistry({ faults: [each(headers({ 'docker-content-digest': ABSENT }))] })
    const { digest } = registry.pushImage('acme/app')
    await expect(testClient().headManifest(at(registry, `acme/app@${digest}`))).rejects.toThrow(
      `${registry.host}/acme/app@${digest}: the registry answers with ${ABSENT}`,
    )
  })
})

describe('getManifest', () => {
  test('returns the parsed document with its bytes', async () => {
    await using registry = await startRegistry()
    const pushed = registry.pushImage('acme/app', { tag: 'v1', annotations: { by: 'me' } })
    const { descriptor, manifest, bytes } = await testClient().getManifest(at(registry, 'acme/app:v1'))
    expect(descriptor).toEqual({ digest: pushed.digest, mediaType: OCI_MANIFEST, size: pushed.size })
    expect(manifest).toMatchObject({ kind: 'manifest', annotations: { by: 'me' } })
    expect(bytes.length).toBe(pushed.size)
  })

  test.each([
    ['by digest', (digest: string) => `acme/app@${digest}`],
    ['by tag, since the header names the digest', () => 'acme/app:v1'],
  ])('refuses other content: %s', async (_how, name) => {
    await using registry = await startRegistry({ faults: [each(body('{"schemaVersion":2}'), matching(/manifests/))] })
    const { digest } = registry.pushImage('acme/app', { tag: 'v1' })
    await expect(testClient().getManifest(at(registry, name(digest)))).rejects.toMatchObject({
      name: 'RegistryError',
      temporary: false,
      message: expect.stringMatching(/the registry sent other content, sha256:\w{64} of 19 bytes; do not use it/),
    })
  })

  test('says whose content is broken', async () => {
    await using registry = await startRegistry()
    registry.pushManifest('acme/app', '{"schemaVersion":1}', 'old')
    await expect(testClient().getManifest(at(registry, 'acme/app:old'))).rejects.toThrow(
      `${registry.host}/acme/app:old cannot be read: schemaVersion: expected 2`,
    )
  })

  test('fetches a digest once in a session, a tag each time', async () => {
    await using registry = await startRegistry()
    const { digest } = registry.pushImage('acme/app', { tag: 'v1' })
    const client = testClient()
    const pinned = at(registry, `acme/app:v1@${digest}`)
    const [one, two] = await Promise.all([client.getManifest(pinned), client.getManifest(pinned)])
    expect(two).toBe(one)
    await client.getManifest(pinned)
    expect(registry.requests).toHaveLength(1)
    await client.getManifest(at(registry, 'acme/app:v1'))
    await client.getManifest(at(registry, 'acme/app:v1'))
    expect(registry.requests).toHaveLength(3)
  })

  test('does not remember failures', async () => {
    await using registry = await startRegistry()
    const client = testClient()
    const pinned = at(registry, `acme/app@${registry.pushImage('acme/other').digest}`)
    await expect(client.getManifest(pinned)).rejects.toMatchObject({ status: 404, codes: ['NAME_UNKNOWN'] })
    registry.pushImage('acme/app')
    await expect(client.getManifest(pinned)).resolves.toMatchObject({ manifest: { kind: 'manifest' } })
  })
})

describe('getBlob', () => {
  test('returns verified content', async () => {
    await using registry = await startRegistry()
    const { digest } = registry.pushBlob('acme/app', 'hello')
    const bytes = await testClient().getBlob(at(registry, 'acme/app'), digest, { maxBytes: 5 })
    expect(Buffer.from(bytes).toString()).toBe('hello')
  })

  test('refuses more than was asked for', async () => {
    await using registry = await startRegistry()
    const { digest } = registry.pushBlob('acme/app', 'hello!')
    await expect(testClient().getBlob(at(registry, 'acme/app'), digest, { maxBytes: 5 })).rejects.toThrow(
      `GET ${registry.url}/v2/acme/app/blobs/${digest}: the answer is longer than 5 bytes`,
    )
  })

  test('refuses other content', async () => {
    await using registry = await startRegistry({ faults: [each(body('jello'))] })
    const { digest } = registry.pushBlob('acme/app', 'hello')
    await expect(testClient().getBlob(at(registry, 'acme/app'), digest, { maxBytes: 9 })).rejects.toThrow(
      'the registry sent other content',
    )
  })
})

describe('resolveImage', () => {
  test('pins an index and names its platforms, with one HEAD and one GET', async () => {
    await using registry = await startRegistry()
    const { index } = pushMultiPlatform(registry)
    const resolved = await testClient().resolveImage(at(registry, 'acme/app:multi'))
    const platforms = ['linux/amd64', 'linux/arm/v7']
    expect(resolved).toEqual({ digest: index.digest, mediaType: OCI_INDEX, kind: 'index', platforms })
    expect(registry.log()).toEqual([
      'HEAD /v2/acme/app/manifests/multi 200',
      `GET /v2/acme/app/manifests/${index.digest} 200`,
    ])
  })

  test('reads the lists of Docker', async () => {
    await using registry = await startRegistry()
    const child = registry.pushImage('acme/app', { platform: 'linux/arm64/v8' })
    registry.pushIndex('acme/app', [child], { tag: 'list', mediaType: DOCKER_LIST })
    const resolved = await testClient().resolveImage(at(registry, 'acme/app:list'))
    expect(resolved).toMatchObject({ kind: 'index', mediaType: DOCKER_LIST, platforms: ['linux/arm64'] })
  })

  test('takes the platform of a single OCI manifest from its config', async () => {
    await using registry = await startRegistry()
    const { digest } = registry.pushImage('acme/app', { tag: 'v1', platform: 'linux/arm64' })
    const resolved = await testClient().resolveImage(at(registry, 'acme/app:v1'))
    expect(resolved).toEqual({ digest, mediaType: OCI_MANIFEST, kind: 'manifest', platforms: ['linux/arm64'] })
  })

  test('says what to do about an image that does not exist', async () => {
    await using registry = await startRegistry()
    await expect(testClient().resolveImage(at(registry, 'acme/app:v9'))).rejects.toMatchObject({
      status: 404,
      message:
        `GET ${registry.url}/v2/acme/app/manifests/v9: 404 Not Found, NAME_UNKNOWN: repository name not known to ` +
        'registry; check the name and the tag; perhaps it has not been pushed yet',
    })
  })
})

describe('getImageConfig', () => {
  test.each([
    ['linux/amd64', 'ON=amd64'],
    ['linux/arm/v7', 'ON=arm'],
    // A host that runs the platform's images in its own way gets the next best, as in BuildKit.
    ['linux/arm64', 'ON=arm'],
  ])('takes the image for %s out of an index', async (platform, env) => {
    await using registry = await startRegistry()
    const { amd64, arm } = pushMultiPlatform(registry)
    const image = await testClient().getImageConfig(at(registry, 'acme/app:multi'), platform)
    expect(image.config.env).toEqual([env])
    expect(image.descriptor.digest).toBe(platform === 'linux/amd64' ? amd64.digest : arm.digest)
  })

  test('names the platforms there are', async () => {
    await using registry = await startRegistry()
    pushMultiPlatform(registry)
    await expect(testClient().getImageConfig(at(registry, 'acme/app:multi'), 'linux/s390x')).rejects.toMatchObject({
      name: 'InputError',
      message: `${registry.host}/acme/app:multi has no image for linux/s390x; expected one of linux/amd64, linux/arm/v7`,
    })
  })

  test('takes a single OCI manifest whatever its platform', async () => {
    await using registry = await startRegistry()
    registry.pushImage('acme/app', { tag: 'v1', platform: 'linux/amd64' })
    const image = await testClient().getImageConfig(at(registry, 'acme/app:v1'), 'linux/arm64')
    expect(image.config.platform).toEqual({ os: 'linux', architecture: 'amd64', variant: undefined })
  })
})
