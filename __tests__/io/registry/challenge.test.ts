import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseChallenges, preferredChallenge } from '../../../src/io/registry/challenge.ts'

describe('parseChallenges', () => {
  test.each<[string | null, unknown]>([
    [null, []],
    ['', []],
    ['Basic', [{ scheme: 'basic', parameters: {} }]],
    ['BASIC realm="a"', [{ scheme: 'basic', parameters: { realm: 'a' } }]],
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:a/b:pull,push',
          },
        },
      ],
    ],
    // Two headers, as fetch joins them.
    [
      'Basic realm="gitea", Bearer realm="https://g/v2/token",service="container_registry",scope="*"',
      [
        { scheme: 'basic', parameters: { realm: 'gitea' } },
        { scheme: 'bearer', parameters: { realm: 'https://g/v2/token', service: 'container_registry', scope: '*' } },
      ],
    ],
    [
      'Bearer  realm = "a" , error=invalid_token , Basic',
      [
        { scheme: 'bearer', parameters: { realm: 'a', error: 'invalid_token' } },
        { scheme: 'basic', parameters: {} },
      ],
    ],
    ['Bearer realm=https://a/token', [{ scheme: 'bearer', parameters: { realm: 'https://a/token' } }]],
    ['Bearer realm="say \\"hi\\", Basic"', [{ scheme: 'bearer', parameters: { realm: 'say "hi", Basic' } }]],
    [
      'Negotiate abc==, Basic realm="a"',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'a' } },
      ],
    ],
    ['Bearer realm="never closed', [{ scheme: 'bearer', parameters: {} }]],
  ])('%s', (header, expected) => {
    expect(parseChallenges(header)).toEqual(expected)
  })

  test('reads any text without failing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'B', '=', '"', '\\', ',', ' ', '/') }), (text) => {
        expect(parseChallenges(text).every(({ scheme }) => scheme === scheme.toLowerCase())).toBe(true)
      }),
    )
  })
})

describe('preferredChallenge', () => {
  test.each([
    ['Basic realm="a", Bearer realm="b"', 'bearer'],
    ['Bearer realm="b", Basic', 'bearer'],
    ['Bearer, Basic', 'basic'],
    ['Negotiate', undefined],
  ])('%s', (header, expected) => {
    expect(preferredChallenge(parseChallenges(header))?.scheme).toBe(expected)
  })
})
