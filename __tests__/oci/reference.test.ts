import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  formatReference,
  identifierOf,
  isDigest,
  isLoopback,
  isTag,
  parseReference,
  pinReference,
  type Reference,
  repositoryOf,
} from '../../src/oci/reference.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('parseReference', () => {
  test.each<[string, Reference]>([
    ['ubuntu', { registry: 'docker.io', repository: 'library/ubuntu' }],
    ['ubuntu:24.04', { registry: 'docker.io', repository: 'library/ubuntu', tag: '24.04' }],
    ['nvidia/cuda:12', { registry: 'docker.io', repository: 'nvidia/cuda', tag: '12' }],
    ['index.docker.io/ubuntu', { registry: 'docker.io', repository: 'library/ubuntu' }],
    ['docker.io/library/ubuntu', { registry: 'docker.io', repository: 'library/ubuntu' }],
    ['ghcr.io/acme/app/cache:x', { registry: 'ghcr.io', repository: 'acme/app/cache', tag: 'x' }],
    ['localhost/app', { registry: 'localhost', repository: 'app' }],
    ['Upper/app', { registry: 'Upper', repository: 'app' }],
    ['localhost:5000', { registry: 'docker.io', repository: 'library/localhost', tag: '5000' }],
    ['127.0.0.1:5000/app:v1', { registry: '127.0.0.1:5000', repository: 'app', tag: 'v1' }],
    ['[::1]:5000/app', { registry: '[::1]:5000', repository: 'app' }],
    [`app@${DIGEST}`, { registry: 'docker.io', repository: 'library/app', digest: DIGEST }],
    [`r.test/a:v1@${DIGEST}`, { registry: 'r.test', repository: 'a', tag: 'v1', digest: DIGEST }],
    ['a__b/c.d/e---f', { registry: 'docker.io', repository: 'a__b/c.d/e---f' }],
  ])('reads %s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected)
  })

  test.each([
    '',
    ' ubuntu',
    'ubuntu ',
    'ubuntu\n',
    'ubuntu:',
    'ubuntu:-a',
    `ubuntu:${'a'.repeat(129)}`,
    'Ubuntu',
    'a//b',
    '/a',
    'a/',
    'a___b',
    'a..b',
    '-a',
    'https://ghcr.io/acme/app',
    'ghcr.io/',
    'ghcr.io:x/app',
    '-r.test/app',
    'ubuntu@sha256:abc',
    `ubuntu@${DIGEST.toUpperCase()}`,
    `ubuntu@${DIGEST}@${DIGEST}`,
    DIGEST.slice(7),
    'a/../b',
    'app?x=1',
    'app:v1/../..',
    `r.test/${'a'.repeat(256)}`,
  ])('refuses %j', (text) => {
    expect(parseReference(text)).toBeUndefined()
  })

  test('reads back what it wrote', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-)[a-z0-9]{1,4})?$/)
    const registry = fc.constantFrom('docker.io', 'ghcr.io', 'localhost', '127.0.0.1:5000', '[::1]:5000', 'Upper')
    const reference = fc
      .record({
        registry,
        repository: fc.array(word, { minLength: 2, maxLength: 4 }).map((words) => words.join('/')),
        tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/), { nil: undefined }),
        digest: fc.option(fc.constant(DIGEST), { nil: undefined }),
      })
      .map(({ tag, digest, ...rest }) => ({ ...rest, ...(tag && { tag }), ...(digest && { digest }) }))
    fc.assert(
      fc.property(reference, (value) => {
        expect(parseReference(formatReference(value))).toEqual(value)
      }),
    )
  })
})

test('writes every part', () => {
  const reference = { registry: 'r.test', repository: 'a/b', tag: 'v1' }
  expect(repositoryOf(reference)).toBe('r.test/a/b')
  expect(formatReference(pinReference(reference, DIGEST))).toBe(`r.test/a/b:v1@${DIGEST}`)
})

test.each([
  [{}, 'latest'],
  [{ tag: 'v1' }, 'v1'],
  [{ tag: 'v1', digest: DIGEST }, DIGEST],
])('a registry is asked for the digest, the tag or latest: %j', (rest, expected) => {
  expect(identifierOf({ registry: 'r.test', repository: 'a', ...rest })).toBe(expected)
})

test.each([
  ['v1.0_x-Y', true],
  ['_x', true],
  ['a'.repeat(128), true],
  ['a'.repeat(129), false],
  ['.x', false],
  ['', false],
  ['a\n', false],
  ['a/b', false],
])('whether %j is a tag: %j', (text, expected) => {
  expect(isTag(text)).toBe(expected)
})

test.each([
  [DIGEST, true],
  [`${DIGEST}0`, false],
  [`${DIGEST}\n`, false],
  [DIGEST.slice(0, -1), false],
  [DIGEST.slice(7), false],
])('whether %j is a digest: %j', (text, expected) => {
  expect(isDigest(text)).toBe(expected)
})

test.each([
  ['localhost', true],
  ['localhost:5000', true],
  ['127.1.2.3:80', true],
  ['[::1]', true],
  ['localhost.test', false],
  ['127.0.0.1.test', false],
  ['10.0.0.1', false],
])('whether %s is this machine: %j', (registry, expected) => {
  expect(isLoopback(registry)).toBe(expected)
})
