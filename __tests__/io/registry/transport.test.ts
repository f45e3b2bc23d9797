import { describe, expect, test } from '@jest/globals'
import type { Credential } from '../../../src/io/registry/credentials.ts'
import { startRegistry, type TestRegistry } from '../../support/registry.ts'
import { referenceOf, TEST_EPOCH, testClient } from '../../support/registry-client.ts'
import { cut, each, type Fault, first, hang, matching, status, truncate } from '../../support/registry/faults.ts'

const ACCOUNT: Credential = { kind: 'basic', username: 'me', password: 'pw', source: 'the test' }
const BEARER = { kind: 'bearer', username: 'me', password: 'pw' } as const

const startWithImage = async (...faults: readonly Fault[]): Promise<TestRegistry> => {
  const registry = await startRegistry({ faults })
  registry.pushImage('acme/app', { tag: 'v1' })
  return registry
}

const app = ({ host }: TestRegistry) => referenceOf(`${host}/acme/app:v1`)

/** A redirect to another place on the same or another server. */
const redirect =
  (location: string): Fault =>
  () => ({ status: 302, headers: { location } })

describe('redirects', () => {
  test.each([{ auth: BEARER }, { auth: { ...BEARER, kind: 'basic' } as const }])(
    'another origin never sees a credential: $auth.kind',
    async ({ auth }) => {
      await using registry = await startRegistry({ auth, redirectsBlobs: true })
      const { digest } = registry.pushBlob('acme/app', 'hello')
      const client = testClient({ credential: ACCOUNT })
      const bytes = await client.getBlob(app(registry), digest, { maxBytes: 9 })
      expect(Buffer.from(bytes).toString()).toBe('hello')
      expect(registry.requests.at(-1)?.headers['authorization']).toMatch(/^(Bearer|Basic) /)
      expect(registry.storageRequests).toHaveLength(1)
      expect(registry.storageRequests[0]?.headers['authorization']).toBeUndefined()
    },
  )

  test('the same origin does', async () => {
    await using registry = await startRegistry({
      auth: BEARER,
      faults: [first(1, redirect('/v2/acme/app/manifests/v1?moved'), matching(/manifests.v1/, 'GET'))],
    })
    registry.pushImage('acme/app', { tag: 'v1' })
    const client = testClient({ credential: ACCOUNT })
    await client.headManifest(app(registry))
    await client.getManifest(app(registry))
    expect(registry.requests.at(-1)?.headers['authorization']).toBe('Bearer token-1')
  })

  test('a way back from another origin does not bring the credential back', async () => {
    await using registry = await startRegistry({ auth: BEARER })
    await using elsewhere = await startRegistry()
    elsewhere.faults.push(each(redirect(`${registry.url}/v2/acme/app/manifests/v1`)))
    registry.pushImage('acme/app', { tag: 'v1' })
    const client = testClient({ credential: ACCOUNT })
    await client.headManifest(app(registry))
    registry.faults.push(first(1, redirect(elsewhere.url)))
    await expect(client.getManifest(app(registry))).rejects.toMatchObject({ status: 401 })
    expect(registry.requests.at(-1)?.headers['authorization']).toBeUndefined()
  })

  test('a challenge of another origin is not answered', async () => {
    await using elsewhere = await startRegistry({ auth: BEARER })
    await using registry = await startWithImage(each(redirect(`${elsewhere.url}/v2/acme/app/manifests/v1`)))
    await expect(testClient({ credential: ACCOUNT }).getManifest(app(registry))).rejects.toMatchObject({ status: 401 })
    expect(elsewhere.log()).toEqual(['GET /v2/acme/app/manifests/v1 401'])
  })

  test.each([
    ['http://example.test/x', 'redirected to http://example.test, which is not https'],
    ['file:///etc/passwd', 'redirected to null, which is not https'],
    ['http://', 'redirected to no URL'],
  ])('to %s are refused', async (location, message) => {
    await using registry = await startWithImage(each(redirect(location)))
    await expect(testClient().getManifest(app(registry))).rejects.toThrow(message)
  })

  test('do not go round in circles', async () => {
    await using registry = await startWithImage(each(redirect('?again')))
    await expect(testClient().getManifest(app(registry))).rejects.toThrow('more than 5 redirects')
    expect(registry.requests).toHaveLength(6)
  })

  test('the signature of a URL does not appear in an error', async () => {
    await using registry = await startRegistry({ redirectsBlobs: true })
    const { digest } = registry.pushBlob('acme/app', 'hello')
    const error = await testClient()
      .getBlob(app(registry), digest, { maxBytes: 1 })
      .catch((thrown: unknown) => String(thrown))
    expect(error).toContain('longer than 1 bytes')
    expect(error).not.toContain('secret')
  })
})

describe('retries', () => {
  test.each([429, 500, 502, 503, 504])('after %d, longer each time', async (code) => {
    await using registry = await startWithImage(first(4, status(code)))
    const client = testClient()
    await expect(client.headManifest(app(registry))).resolves.toBeDefined()
    expect(client.sleeps).toEqual([250, 500, 1000, 2000])
  })

  test.each([
    ['cut before the answer', cut],
    ['cut in the middle of it', truncate],
  ])('after a connection that was %s', async (_description, fault) => {
    await using registry = await startWithImage(first(1, fault))
    const client = testClient()
    await expect(client.getManifest(app(registry))).resolves.toBeDefined()
    expect(client.sleeps).toEqual([250])
  })

  test('after no answer in time', async () => {
    await using registry = await startWithImage(first(1, hang))
    const client = testClient({ patience: { requestTimeout: 100 } })
    await expect(client.headManifest(app(registry))).resolves.toBeDefined()
    expect(client.sleeps).toEqual([250])
  })

  test.each([400, 401, 403, 405, 413])('not after %d', async (code) => {
    await using registry = await startWithImage(each(status(code)))
    const client = testClient()
    await expect(client.headManifest(app(registry))).rejects.toMatchObject({ status: code, temporary: false })
    expect(client.sleeps).toEqual([])
  })

  test('end after some attempts', async () => {
    await using registry = await startWithImage(each(status(502)))
    await expect(testClient({ patience: { attempts: 3 } }).getManifest(app(registry))).rejects.toMatchObject({
      status: 502,
      temporary: true,
      codes: ['UNKNOWN'],
      message: `GET ${registry.url}/v2/acme/app/manifests/v1: 502 Bad Gateway, UNKNOWN: made to fail with 502`,
    })
    expect(registry.requests).toHaveLength(3)
  })

  test('end when the next would come after the deadline', async () => {
    await using registry = await startWithImage(each(status(503)))
    const client = testClient({ patience: { attempts: 99, deadline: 2000 } })
    await expect(client.headManifest(app(registry))).rejects.toMatchObject({ status: 503 })
    expect(client.sleeps).toEqual([250, 500, 1000])
  })

  test.each([
    ['seconds', '7', [7000]],
    ['a date', new Date(TEST_EPOCH + 9000).toUTCString(), [9000]],
    ['less than the back-off', '0', [250]],
    ['more than we wait', '3600', [60_000]],
    ['nonsense', 'soon', [250]],
  ])('wait as long as asked: %s', async (_description, retryAfter, sleeps) => {
    await using registry = await startWithImage(first(1, status(429, { 'retry-after': retryAfter })))
    const client = testClient()
    await expect(client.headManifest(app(registry))).resolves.toBeDefined()
    expect(client.sleeps).toEqual(sleeps)
  })

  test('a rate limit without an account is told as such', async () => {
    await using registry = await startWithImage(each(status(429)))
    await expect(testClient({ patience: { attempts: 1 } }).getManifest(app(registry))).rejects.toMatchObject({
      codes: ['TOOMANYREQUESTS'],
      temporary: true,
      message: expect.stringContaining(`${registry.host} limits the rate of anonymous requests: log in with`),
    })
  })
})

describe('connections', () => {
  test('no more than six requests to a registry at a time', async () => {
    await using registry = await startWithImage()
    const client = testClient()
    await Promise.all(Array.from({ length: 40 }, () => client.headManifest(app(registry))))
    expect(registry.requests).toHaveLength(40)
    expect(registry.busiest()).toBeLessThanOrEqual(6)
  })

  test('a registry that is not there is named', async () => {
    const registry = await startRegistry()
    await registry.close()
    await expect(testClient().headManifest(app(registry))).rejects.toMatchObject({
      status: undefined,
      temporary: true,
      message: `HEAD ${registry.url}/v2/acme/app/manifests/v1: connect ECONNREFUSED ${registry.host}`,
    })
  })

  test.each([
    ['ENOTFOUND', 'no such host; check the name of the registry', 1],
    ['CERT_HAS_EXPIRED', 'no such host', 1],
    ['EAI_AGAIN', 'no such host', 5],
    ['ECONNRESET', 'no such host', 5],
  ])('that fail with %s', async (code, found, requests) => {
    let asked = 0
    const fetch = (): Promise<never> => {
      asked++
      const cause = Object.assign(new Error('no such host'), { code })
      return Promise.reject(new TypeError('fetch failed', { cause }))
    }
    await expect(testClient({ fetch }).headManifest(referenceOf('r.test/a:v1'))).rejects.toMatchObject({
      message: `HEAD https://r.test/v2/a/manifests/v1: ${found}`,
      temporary: requests > 1,
    })
    expect(asked).toBe(requests)
  })

  test.each([
    ['https is the rule', 'registry.test:5000', [], 'https://registry.test:5000/v2/acme/app/manifests/v1'],
    [
      'http where it is allowed',
      'Registry.test:5000',
      ['registry.TEST:5000'],
      'http://registry.test:5000/v2/acme/app/manifests/v1',
    ],
    [
      'Docker Hub has another host',
      'docker.io',
      ['docker.io'],
      'https://registry-1.docker.io/v2/acme/app/manifests/v1',
    ],
  ])('%s', async (_description, host, insecure, url) => {
    const asked: string[] = []
    const client = testClient({
      insecure,
      fetch: (input) => {
        asked.push(String(input instanceof Request ? input.url : input))
        return Promise.resolve(new Response(null, { status: 404 }))
      },
    })
    await expect(client.headManifest(referenceOf(`${host}/acme/app:v1`))).resolves.toBeUndefined()
    expect(asked).toEqual([url])
  })

  test('what a registry says is printed on one line', async () => {
    const evil = each(() => ({
      status: 400,
      body: JSON.stringify({
        errors: [{ code: 'X\n::error::', message: 'a\r\n::set-env::\u001b[31m\u2028b' }, null, 7],
      }),
    }))
    await using registry = await startWithImage(evil)
    await expect(testClient().getManifest(app(registry))).rejects.toMatchObject({
      message: expect.stringMatching(/: 400 Bad Request, X ::error::: a ::set-env:: \[31m b$/),
    })
  })
})
