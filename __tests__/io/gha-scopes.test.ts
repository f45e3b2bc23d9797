import { describe, expect, test } from '@jest/globals'
import { createGhaScopes } from '../../src/io/gha-scopes.ts'
import { startServer } from '../support/registry/server.ts'
import { json } from '../support/registry/exchange.ts'

const tokenFor = (...permissions: readonly number[]): string => {
  const ac = JSON.stringify(permissions.map((Permission) => ({ Scope: 'refs/heads/main', Permission })))
  return ['{}', JSON.stringify({ ac }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')
}

const ENV = {
  ACTIONS_RUNTIME_TOKEN: tokenFor(3),
  ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/',
  ACTIONS_CACHE_SERVICE_V2: 'True',
}

describe('what a run may do', () => {
  test.each<[string, string, NodeJS.ProcessEnv]>([
    ['all', 'write', ENV],
    ['read, with such a token', 'read', { ...ENV, ACTIONS_RUNTIME_TOKEN: tokenFor(1, 1) }],
    ['read, with such a mode', 'read', { ...ENV, ACTIONS_CACHE_MODE: 'read' }],
    ['nothing, with such a mode', 'none', { ...ENV, ACTIONS_CACHE_MODE: 'none' }],
    ['nothing without an address', 'unavailable', { ...ENV, ACTIONS_RESULTS_URL: '' }],
    ['nothing without a token', 'unavailable', { ...ENV, ACTIONS_RUNTIME_TOKEN: '' }],
    ['nothing with a token that BuildKit cannot read', 'unavailable', { ...ENV, ACTIONS_RUNTIME_TOKEN: 'a.b.c' }],
    ['nothing outside GitHub', 'unavailable', {}],
  ])('is %s', (_, mode, env) => {
    expect(createGhaScopes(env).mode).toBe(mode)
  })
})

describe('a scope', () => {
  test('is there when the service finds an index of it, whatever the branch', async () => {
    const server = await startServer(({ body }) =>
      json(200, { ok: (JSON.parse(body.toString()) as { key: string }).key === 'index-core-1-' }),
    )
    const scopes = createGhaScopes({ ...ENV, ACTIONS_RESULTS_URL: `http://${server.host}/` })
    expect([await scopes.exists('core'), await scopes.exists('app'), scopes.fault()]).toEqual([true, false, undefined])
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(
      Array(2).fill(`Bearer ${tokenFor(3)}`),
    )
    await server.close()
  })

  test('is not known when the service fails, which is asked no more', async () => {
    const server = await startServer(() => json(429, {}))
    const scopes = createGhaScopes({ ...ENV, ACTIONS_RESULTS_URL: `http://${server.host}/` })
    expect([await scopes.exists('core'), await scopes.exists('app')]).toEqual([undefined, undefined])
    expect([scopes.fault(), server.requests.length]).toEqual(['the cache service answered 429', 1])
    await server.close()
  })

  test('is not known of the older service, and not there without any', async () => {
    expect(await createGhaScopes({ ...ENV, ACTIONS_CACHE_SERVICE_V2: '' }).exists('core')).toBeUndefined()
    expect(await createGhaScopes({}).exists('core')).toBe(false)
  })
})
