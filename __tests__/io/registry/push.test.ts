import { describe, expect, test } from '@jest/globals'
import type { Credential } from '../../../src/io/registry/credentials.ts'
import { putArtifact, putBlob, putManifest } from '../../../src/io/registry/push.ts'
import { createSession } from '../../../src/io/registry/session.ts'
import { EMPTY_DESCRIPTOR } from '../../../src/oci/artifact.ts'
import { OCI_MANIFEST } from '../../../src/oci/media-types.ts'
import { startRegistry, type TestRegistry } from '../../support/registry.ts'
import { referenceOf, testClient, testOptions } from '../../support/registry-client.ts'
import { cut, each, first, headers, matching, status } from '../../support/registry/faults.ts'
import { digestOf } from '../../support/registry/store.ts'

const ACCOUNT: Credential = { kind: 'basic', username: 'me', password: 'pw', source: 'the test' }
const BEARER = { kind: 'bearer', username: 'me', password: 'pw' } as const
const HELLO = Buffer.from('hello')
const HELLO_HEAD = { digest: digestOf(HELLO), size: 5 }
const UPLOAD = /\/blobs\/uploads\/./

const app = ({ host }: TestRegistry, rest = ':v1') => referenceOf(`${host}/acme/app${rest}`)

const session = (options: Parameters<typeof testOptions>[0] = {}) => createSession(testOptions(options).options)

/** What the registry was asked, without the ids of uploads. */
const log = (registry: TestRegistry): readonly string[] =>
  registry.log().map((line) => line.replace(/(?<=uploads\/)\S+/, '…').replace(/sha256:\S+/, '<digest>'))

const PUSH = ['HEAD /v2/acme/app/blobs/<digest> 404', 'POST /v2/acme/app/blobs/uploads/ 202']

describe('putBlob', () => {
  test('uploads what is not there, in one piece', async () => {
    await using registry = await startRegistry()
    await expect(putBlob(session(), app(registry), HELLO)).resolves.toEqual(HELLO_HEAD)
    expect(log(registry)).toEqual([...PUSH, 'PUT /v2/acme/app/blobs/uploads/… 201'])
    expect(registry.requests.at(-1)?.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '5',
    })
    expect(registry.store.get('acme/app')?.blobs.get(HELLO_HEAD.digest)).toEqual(HELLO)
  })

  test('leaves alone what is there', async () => {
    await using registry = await startRegistry()
    registry.pushBlob('acme/app', HELLO)
    await expect(putBlob(session(), app(registry), HELLO)).resolves.toEqual(HELLO_HEAD)
    expect(log(registry)).toEqual(['HEAD /v2/acme/app/blobs/<digest> 200'])
  })

  test('uploads nothing, too', async () => {
    await using registry = await startRegistry()
    const head = { digest: digestOf(Buffer.alloc(0)), size: 0 }
    await expect(putBlob(session(), app(registry), Buffer.alloc(0))).resolves.toEqual(head)
  })

  test.each([403, 405])('uploads where the registry does not tell (%d)', async (code) => {
    await using registry = await startRegistry({ faults: [each(status(code), matching(/blobs/, 'HEAD'))] })
    await expect(putBlob(session(), app(registry), HELLO)).resolves.toEqual(HELLO_HEAD)
  })

  test.each<[string, (path: string) => string, RegExp]>([
    ['a path', (path) => path, /^http:\/\/\S+\/v2\/acme\/app\/blobs\/uploads\/[^/?]+\?digest=sha256%3A/],
    ['a path with a query', (path) => `${path}?a=1`, /\?a=1&digest=sha256%3A[0-9a-f]{64}$/],
    [
      'a query that is signed',
      (path) => `${path}?_state=a%20b+c%3d%3D&k`,
      /\?_state=a%20b\+c%3d%3D&k&digest=sha256%3A/,
    ],
    [
      'relative to the request',
      (path) => `../uploads/${path.split('/').at(-1) ?? ''}?x`,
      /\/uploads\/[^/?]+\?x&digest=/,
    ],
    ['a fragment that means nothing', (path) => `${path}#part`, /\?digest=sha256%3A/],
  ])('goes where the registry says: %s', async (_description, uploadLocation, expected) => {
    await using registry = await startRegistry({ uploadLocation })
    const urls: string[] = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      urls.push(String(input instanceof Request ? input.url : input))
      return globalThis.fetch(input, init)
    }
    await expect(putBlob(session({ fetch }), app(registry), HELLO)).resolves.toEqual(HELLO_HEAD)
    expect(urls.at(-1)).toMatch(expected)
  })

  test('goes to a whole URL of the registry with the credential', async () => {
    await using registry = await startRegistry({ auth: BEARER, uploadLocation: (path) => `${registry.url}${path}` })
    await expect(putBlob(session({ credential: ACCOUNT }), app(registry), HELLO)).resolves.toEqual(HELLO_HEAD)
    expect(registry.requests.at(-1)?.headers['authorization']).toBe('Bearer token-1')
  })

  test.each([{ auth: BEARER }, { auth: { ...BEARER, kind: 'basic' } as const }])(
    'another origin gets the blob and no credential: $auth.kind',
    async ({ auth }) => {
      await using registry = await startRegistry({ auth, uploadsToStorage: true })
      await expect(putBlob(session({ credential: ACCOUNT }), app(registry), HELLO)).resolves.toEqual(HELLO_HEAD)
      expect(registry.requests.at(-1)?.method).toBe('POST')
      expect(registry.storageRequests.map(({ method, status }) => `${method} ${status}`)).toEqual(['PUT 201'])
      expect(registry.storageRequests[0]?.headers['authorization']).toBeUndefined()
      expect(registry.store.get('acme/app')?.blobs.has(HELLO_HEAD.digest)).toBe(true)
    },
  )

  test.each([
    [undefined, 'does not say where an upload goes'],
    ['http://r.test/v2/acme/app/blobs/uploads/1', 'redirected to http://r.test, which is not https'],
    ['http://', 'redirected to no URL'],
  ])('refuses to go to %s', async (location, message) => {
    const answers = [404, 202].map((code) => {
      return new Response(null, { status: code, headers: location === undefined ? {} : { location } })
    })
    const fetch = () => Promise.resolve(answers.shift() ?? new Response(null, { status: 500 }))
    await expect(putBlob(session({ fetch }), referenceOf('r.test/acme/app'), HELLO)).rejects.toThrow(message)
    expect(answers).toEqual([])
  })

  test('asks for one token, to read and to write', async () => {
    await using registry = await startRegistry({ auth: BEARER })
    await putBlob(session({ credential: ACCOUNT }), app(registry), HELLO)
    const tokens = registry.requests.filter(({ path }) => path === '/token')
    expect(tokens.map(({ query }) => query.getAll('scope'))).toEqual([['repository:acme/app:pull,push']])
  })

  test('looks again when an answer got lost', async () => {
    await using registry = await startRegistry({ faults: [first(1, cut, matching(UPLOAD, 'PUT'))] })
    await expect(putBlob(session(), app(registry), HELLO)).resolves.toEqual(HELLO_HEAD)
    expect(log(registry)).toEqual([
      ...PUSH,
      'PUT /v2/acme/app/blobs/uploads/… 0',
      'PUT /v2/acme/app/blobs/uploads/… 404',
      'HEAD /v2/acme/app/blobs/<digest> 200',
    ])
  })

  test('starts again when an upload got lost, but not for ever', async () => {
    await using registry = await startRegistry({ faults: [first(1, status(404), matching(UPLOAD, 'PUT'))] })
    await expect(putBlob(session(), app(registry), HELLO)).resolves.toEqual(HELLO_HEAD)
    registry.store.clear()
    registry.faults.push(each(status(404), matching(UPLOAD, 'PUT')))
    await expect(putBlob(session(), app(registry), HELLO)).rejects.toMatchObject({
      status: 404,
      message: `${registry.host}/acme/app: the registry forgets the upload of ${HELLO_HEAD.digest} before it is done`,
    })
  })

  test('tries again after a bad moment', async () => {
    await using registry = await startRegistry({ faults: [first(2, status(503), matching(UPLOAD, 'PUT'))] })
    await expect(putBlob(session(), app(registry), HELLO)).resolves.toEqual(HELLO_HEAD)
  })

  test('says what is missing: an account, a right', async () => {
    await using registry = await startRegistry({ auth: { ...BEARER, anonymous: ['pull'], granted: ['pull'] } })
    await expect(putBlob(session(), app(registry), HELLO)).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining(`there are no credentials for ${registry.host}: log in with`),
    })
    const denied = each(status(403), matching(/uploads/))
    await using other = await startRegistry({ faults: [denied] })
    await expect(putBlob(session({ credential: ACCOUNT }), app(other), HELLO)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('the credentials from the test may not do this: give the account write access'),
    })
  })
})

describe('putManifest', () => {
  const push = async (registry: TestRegistry, rest?: string) => {
    const config = registry.pushBlob('acme/app', '{}')
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] }))
    return { bytes, digest: await putManifest(session(), app(registry, rest), bytes, OCI_MANIFEST) }
  }

  test('under a tag', async () => {
    await using registry = await startRegistry()
    const { bytes, digest } = await push(registry)
    expect(digest).toBe(digestOf(bytes))
    expect(registry.requests.at(-1)?.headers['content-type']).toBe(OCI_MANIFEST)
    expect(registry.log()).toEqual(['PUT /v2/acme/app/manifests/v1 201'])
    await expect(testClient().headManifest(app(registry))).resolves.toMatchObject({ digest, size: bytes.length })
  })

  test('by a digest, which has to be right', async () => {
    await using registry = await startRegistry()
    const { digest } = await push(registry)
    await expect(push(registry, `@${digest}`)).resolves.toMatchObject({ digest })
    await expect(push(registry, `@${HELLO_HEAD.digest}`)).rejects.toMatchObject({ codes: ['DIGEST_INVALID'] })
  })

  test('where the registry does not name the digest', async () => {
    await using registry = await startRegistry({ faults: [each(headers({ 'docker-content-digest': undefined }))] })
    const { bytes, digest } = await push(registry)
    expect(digest).toBe(digestOf(bytes))
  })

  test('where the registry stored something else', async () => {
    const wrong = each(headers({ 'docker-content-digest': HELLO_HEAD.digest }))
    await using registry = await startRegistry({ faults: [wrong] })
    await expect(push(registry)).rejects.toThrow(
      `${registry.host}/acme/app:v1: the registry stored ${HELLO_HEAD.digest} instead of sha256:`,
    )
  })
})

describe('putArtifact', () => {
  const ARTIFACT = {
    artifactType: 'application/vnd.test.record.v1+json',
    layers: [
      { mediaType: 'application/json', bytes: Buffer.from('{"a":1}'), annotations: { title: 'a.json' } },
      { mediaType: 'text/plain', bytes: HELLO },
    ],
    annotations: { 'org.test.key': 'k' },
  }

  test('can be read back', async () => {
    await using registry = await startRegistry({ auth: BEARER })
    const client = testClient({ credential: ACCOUNT })
    const head = await putArtifact(session({ credential: ACCOUNT }), app(registry), ARTIFACT)
    await expect(client.headManifest(app(registry))).resolves.toEqual(head)
    const { manifest } = await client.getManifest(app(registry))
    expect(manifest).toMatchObject({
      artifactType: ARTIFACT.artifactType,
      config: EMPTY_DESCRIPTOR,
      layers: [
        { mediaType: 'application/json', size: 7, annotations: { title: 'a.json' } },
        { mediaType: 'text/plain', ...HELLO_HEAD },
      ],
      annotations: ARTIFACT.annotations,
    })
    const bytes = await client.getBlob(app(registry), HELLO_HEAD.digest, { maxBytes: 5 })
    expect(Buffer.from(bytes)).toEqual(HELLO)
  })

  test('pushes equal content once, and the manifest last', async () => {
    await using registry = await startRegistry()
    const empty = { mediaType: 'application/json', bytes: Buffer.from('{}') }
    const [, hello] = ARTIFACT.layers
    const layers = hello === undefined ? [] : [empty, hello, hello]
    await putArtifact(session(), app(registry), { ...ARTIFACT, layers })
    expect(registry.requests.filter(({ method }) => method === 'POST')).toHaveLength(2)
    expect(registry.log().at(-1)).toBe('PUT /v2/acme/app/manifests/v1 201')
  })

  test('without content', async () => {
    await using registry = await startRegistry()
    await putArtifact(session(), app(registry), { ...ARTIFACT, layers: [] })
    const { manifest } = await testClient().getManifest(app(registry))
    expect(manifest).toMatchObject({ layers: [EMPTY_DESCRIPTOR] })
  })
})
