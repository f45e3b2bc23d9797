import { describe, expect, test } from '@jest/globals'
import { authorize, knownAuthorization } from '../../../src/io/registry/authorization.ts'
import type { Credential } from '../../../src/io/registry/credentials.ts'
import { createSession } from '../../../src/io/registry/session.ts'
import { type RegistryOptions, startRegistry, type TestRegistry } from '../../support/registry.ts'
import { referenceOf, testClient, testOptions } from '../../support/registry-client.ts'
import { body, each, first, headers, matching, status } from '../../support/registry/faults.ts'

const ACCOUNT: Credential = { kind: 'basic', username: 'me', password: 'p:w', source: 'the test' }
const IDENTITY: Credential = { kind: 'identity-token', token: 'refresh-me', source: 'the test' }
const AUTHORIZED = `Basic ${Buffer.from('me:p:w').toString('base64')}`
const BEARER = { kind: 'bearer', username: 'me', password: 'p:w' } as const

const startWithImage = async (options: RegistryOptions): Promise<TestRegistry> => {
  const registry = await startRegistry(options)
  registry.pushImage('acme/app', { tag: 'v1' })
  registry.pushImage('acme/other', { tag: 'v1' })
  return registry
}

const app = ({ host }: TestRegistry, name = 'acme/app:v1') => referenceOf(`${host}/${name}`)

const tokenRequests = ({ requests }: TestRegistry) => requests.filter(({ path }) => path === '/token')

describe('Bearer', () => {
  test('gets a token with the account and uses it from then on', async () => {
    await using registry = await startWithImage({ auth: BEARER })
    const client = testClient({ credential: ACCOUNT })
    await client.headManifest(app(registry))
    await client.getManifest(app(registry))
    expect(registry.log()).toEqual([
      'HEAD /v2/acme/app/manifests/v1 401',
      'GET /token 200',
      'HEAD /v2/acme/app/manifests/v1 200',
      'GET /v2/acme/app/manifests/v1 200',
    ])
    const [, token, ...rest] = registry.requests
    expect(token?.headers['authorization']).toBe(AUTHORIZED)
    expect(token?.query.toString()).toBe('service=registry.test&scope=repository%3Aacme%2Fapp%3Apull')
    expect(rest.map(({ headers: { authorization } }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-1'])
  })

  test('anonymously where there are no credentials', async () => {
    await using registry = await startWithImage({ auth: { ...BEARER, anonymous: ['pull'] } })
    await expect(testClient().headManifest(app(registry))).resolves.toBeDefined()
    expect(tokenRequests(registry)[0]?.headers['authorization']).toBeUndefined()
  })

  test('an identity token goes to the token server in the body of a POST, never to the registry', async () => {
    await using registry = await startWithImage({ auth: { ...BEARER, identityToken: 'refresh-me', accessToken: true } })
    await expect(testClient({ credential: IDENTITY }).headManifest(app(registry))).resolves.toBeDefined()
    const [token] = tokenRequests(registry)
    expect(token?.method).toBe('POST')
    expect(Object.fromEntries(new URLSearchParams(token?.body.toString()))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'strata',
      service: 'registry.test',
      scope: 'repository:acme/app:pull',
      refresh_token: 'refresh-me',
    })
    expect(registry.requests.filter(({ headers: all }) => JSON.stringify(all).includes('refresh-me'))).toEqual([])
  })

  test('is preferred where Basic is offered too', async () => {
    await using registry = await startWithImage({ auth: { ...BEARER, offersBasic: true } })
    await expect(testClient({ credential: ACCOUNT }).headManifest(app(registry))).resolves.toBeDefined()
  })

  test('each repository has its own token', async () => {
    await using registry = await startWithImage({ auth: BEARER })
    const client = testClient({ credential: ACCOUNT })
    await client.headManifest(app(registry))
    await client.headManifest(app(registry, 'acme/other:v1'))
    expect(tokenRequests(registry)).toHaveLength(2)
  })

  test('requests that start together fetch one token', async () => {
    await using registry = await startWithImage({ auth: BEARER })
    const client = testClient({ credential: ACCOUNT })
    await Promise.all(Array.from({ length: 20 }, () => client.headManifest(app(registry))))
    expect(tokenRequests(registry)).toHaveLength(1)
  })

  test.each([
    ['what the token server says', 300, 289_000, 291_000],
    ['at least a minute', 1, 49_000, 51_000],
    ['a minute where it says nothing', undefined, 49_000, 51_000],
  ])('a token lives %s, less some margin', async (_description, expiresIn, before, after) => {
    await using registry = await startWithImage({ auth: { ...BEARER, ...(expiresIn && { expiresIn }) } })
    const client = testClient({ credential: ACCOUNT })
    await client.headManifest(app(registry))
    client.advance(before)
    await client.headManifest(app(registry))
    expect(tokenRequests(registry)).toHaveLength(1)
    client.advance(after - before)
    await client.headManifest(app(registry))
    expect(tokenRequests(registry)).toHaveLength(2)
    // The old token is not shown any more; the registry is asked for a new challenge.
    expect(registry.requests.at(-3)?.headers['authorization']).toBeUndefined()
  })

  test('a token that is revoked is replaced once, by all who used it', async () => {
    await using registry = await startWithImage({ auth: BEARER })
    const client = testClient({ credential: ACCOUNT })
    await client.headManifest(app(registry))
    registry.revokeTokens()
    await Promise.all(Array.from({ length: 5 }, () => client.headManifest(app(registry))))
    expect(tokenRequests(registry)).toHaveLength(2)
  })

  test('a token server that is down for a moment is asked again', async () => {
    await using registry = await startWithImage({ auth: BEARER, faults: [first(2, status(503), matching(/token/))] })
    const client = testClient({ credential: ACCOUNT })
    await expect(client.headManifest(app(registry))).resolves.toBeDefined()
    expect(client.sleeps).toEqual([250, 500])
  })

  test.each([
    ['not JSON', each(body('<html>'), matching(/token/)), 'there is no token in the answer'],
    ['without a token', each(body('{"token":""}'), matching(/token/)), 'there is no token in the answer'],
  ])('refuses an answer of the token server %s', async (_description, fault, message) => {
    await using registry = await startWithImage({ auth: BEARER, faults: [fault] })
    await expect(testClient({ credential: ACCOUNT }).headManifest(app(registry))).rejects.toThrow(
      `GET ${registry.url}/token (token for ${registry.host}): ${message}`,
    )
  })

  test.each([
    ['http://auth.example/token', 'http://auth.example, which is not https'],
    ['ftp://127.0.0.1/token', 'ftp://127.0.0.1, which is not https'],
    ['nonsense', 'no URL'],
  ])('sends no credential to the token server %s', async (realm, found) => {
    await using registry = await startWithImage({ auth: { ...BEARER, realm } })
    await expect(testClient({ credential: ACCOUNT }).headManifest(app(registry))).rejects.toThrow(
      `the token server of ${registry.host} is ${found}`,
    )
  })

  test('the token server cannot redirect the credential away', async () => {
    await using elsewhere = await startRegistry()
    const away = each((request, next) =>
      request.path === '/token' ? { status: 307, headers: { location: `${elsewhere.url}/token` } } : next(),
    )
    await using registry = await startWithImage({ auth: { ...BEARER, identityToken: 'refresh-me' }, faults: [away] })
    for (const credential of [ACCOUNT, IDENTITY]) {
      await expect(testClient({ credential }).headManifest(app(registry))).rejects.toMatchObject({ status: 307 })
    }
    expect(elsewhere.requests).toEqual([])
  })
})

describe('Basic', () => {
  const auth = { kind: 'basic', username: 'me', password: 'p:w' } as const

  test('answers the challenge once and then goes with each request', async () => {
    await using registry = await startWithImage({ auth })
    const client = testClient({ credential: ACCOUNT })
    await client.headManifest(app(registry))
    await client.headManifest(app(registry))
    expect(registry.requests.map(({ headers: { authorization } }) => authorization)).toEqual([
      undefined,
      AUTHORIZED,
      AUTHORIZED,
    ])
  })

  test('an identity token is no use', async () => {
    await using registry = await startWithImage({ auth })
    await expect(testClient({ credential: IDENTITY }).headManifest(app(registry))).rejects.toMatchObject({
      status: 401,
    })
    expect(registry.requests).toHaveLength(1)
  })
})

describe('without the right', () => {
  const denied = (registry: TestRegistry, credential?: Credential): Promise<unknown> =>
    testClient(credential && { credential }).headManifest(app(registry))
  const orName = 'or check the name, which registries do not tell from a missing right'

  test('and without an account: says how to log in', async () => {
    await using registry = await startWithImage({ auth: BEARER })
    const asked = `HEAD ${registry.url}/v2/acme/app/manifests/v1`
    const login = `log in with docker/login-action (registry: ${registry.host}) in this job`
    await expect(denied(registry)).rejects.toMatchObject({
      status: 401,
      temporary: false,
      message: `${asked}: 401 Unauthorized; there are no credentials for ${registry.host}: ${login}, ${orName}`,
    })
  })

  test('with a wrong password: says where it came from', async () => {
    await using registry = await startWithImage({ auth: { ...BEARER, password: 'other' } })
    await expect(denied(registry, ACCOUNT)).rejects.toMatchObject({
      status: 401,
      codes: ['UNAUTHORIZED'],
      message: expect.stringContaining(
        `GET ${registry.url}/token (token for ${registry.host}): 401 Unauthorized, UNAUTHORIZED: incorrect username or ` +
          `password; the credentials from the test were refused: log in with`,
      ),
    })
  })

  test('with an account that has none: asks once, and says whose rights are missing', async () => {
    await using registry = await startWithImage({ faults: [each(status(403))] })
    await expect(denied(registry, ACCOUNT)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining(
        `; the credentials from the test may not do this: give the account read access, ${orName}`,
      ),
    })
    expect(registry.requests).toHaveLength(1)
  })

  test('where the token does not help: asks no third time', async () => {
    await using registry = await startWithImage({ auth: { ...BEARER, granted: [] } })
    await expect(denied(registry, ACCOUNT)).rejects.toMatchObject({ status: 401 })
    expect(registry.log()).toHaveLength(3)
  })

  test('a challenge nobody knows is not answered', async () => {
    const negotiate = each(headers({ 'www-authenticate': 'Negotiate' }))
    await using registry = await startWithImage({ auth: BEARER, faults: [negotiate] })
    await expect(denied(registry, ACCOUNT)).rejects.toMatchObject({ status: 401 })
    expect(registry.requests).toHaveLength(1)
  })
})

test('those who are refused at the same moment get one new token between them', async () => {
  await using registry = await startWithImage({ auth: BEARER })
  const session = createSession(testOptions({ credential: ACCOUNT }).options)
  const purpose = { registry: registry.host, scopes: ['repository:acme/app:pull'] }
  const challenge = `Bearer realm="${registry.url}/token"`
  const refused = await authorize(session, purpose, challenge, undefined)
  const answers = await Promise.all([1, 2, 3].map(() => authorize(session, purpose, challenge, refused)))
  expect(answers.map((answer) => answer?.header)).toEqual(Array.from({ length: 3 }, () => 'Bearer token-2'))
  expect(await knownAuthorization(session, purpose)).toBe(answers[0])
})

test('the same warning of the keychain is told once', async () => {
  const auth = { ...BEARER, anonymous: ['pull'] }
  await using one = await startWithImage({ auth })
  await using two = await startWithImage({ auth })
  const client = testClient({ keychain: () => Promise.resolve({ warnings: ['broken'] }) })
  await client.headManifest(app(one))
  await client.headManifest(app(two))
  expect(client.warnings).toEqual(['broken'])
})
