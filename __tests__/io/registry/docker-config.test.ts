import { describe, expect, test } from '@jest/globals'
import { entryFor, parseDockerConfig, serverName } from '../../../src/io/registry/docker-config.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('parseDockerConfig', () => {
  test.each([
    [{ auth: base64('me:pw') }, { username: 'me', password: 'pw' }],
    [{ auth: base64('me:p:w') }, { username: 'me', password: 'p:w' }],
    [{ auth: base64('me:pw\0\0') }, { username: 'me', password: 'pw' }],
    [{ auth: base64('me:') }, { username: 'me', password: '' }],
    [
      { username: 'me', password: 'pw' },
      { username: 'me', password: 'pw' },
    ],
    [
      { auth: base64('me:pw'), username: 'you', password: 'x' },
      { username: 'me', password: 'pw' },
    ],
    [
      { auth: base64('0000:'), identitytoken: 'token' },
      { username: '0000', password: '', identityToken: 'token' },
    ],
    [{ auth: base64('no colon') }, {}],
    [{ auth: 7, identitytoken: null }, {}],
    [{ auth: '' }, {}],
    [{}, {}],
    ['nonsense', {}],
  ])('reads the entry %j', (entry, expected) => {
    expect(parseDockerConfig(JSON.stringify({ auths: { 'r.test': entry } })).auths).toEqual({ 'r.test': expected })
  })

  test.each(['{}', 'null', '[]', '{"auths":[],"credHelpers":{"a":1},"credsStore":""}'])('%s says nothing', (text) => {
    expect(parseDockerConfig(text)).toEqual({ auths: {}, credHelpers: {} })
  })

  test('throws on broken JSON', () => {
    expect(() => parseDockerConfig('{')).toThrow(SyntaxError)
  })
})

describe('entryFor', () => {
  test.each([
    ['ghcr.io', ['ghcr.io'], 'ghcr.io'],
    ['ghcr.io', ['https://ghcr.io'], 'https://ghcr.io'],
    ['ghcr.io', ['http://GHCR.io/v2/'], 'http://GHCR.io/v2/'],
    ['GHCR.io', ['ghcr.io/acme'], 'ghcr.io/acme'],
    ['ghcr.io', ['ghcr.io:443', 'hcr.io', 'ghcr.io.example', 'x.ghcr.io'], undefined],
    ['r.test:5000', ['r.test', 'r.test:5000'], 'r.test:5000'],
    ['docker.io', ['https://index.docker.io/v1/'], 'https://index.docker.io/v1/'],
    ['docker.io', ['docker.io', 'https://index.docker.io/v1/'], 'https://index.docker.io/v1/'],
    // Docker Desktop keeps tokens of its own beside the account.
    [
      'docker.io',
      ['https://index.docker.io/v1/access-token', 'https://index.docker.io/v1/'],
      'https://index.docker.io/v1/',
    ],
    ['docker.io', ['registry-1.docker.io'], 'registry-1.docker.io'],
    ['__proto__', [], undefined],
    ['toString', [], undefined],
  ])('%s in %j', (registry, keys, expected) => {
    expect(entryFor(Object.fromEntries(keys.map((key) => [key, key])), registry)).toBe(expected)
  })
})

test('helpers know Docker Hub by its URL, others by their host', () => {
  expect(serverName('docker.io')).toBe('https://index.docker.io/v1/')
  expect(serverName('r.test:5000')).toBe('r.test:5000')
})
