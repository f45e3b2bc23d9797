import { describe, expect, test } from '@jest/globals'
import { backendOf, localFolder, localHomeOf, parsePlace, tagGroup } from '../../src/layers/cache-place.ts'

describe('parsePlace', () => {
  test.each([
    [
      'ghcr.io/acme/cache:a',
      { backend: 'registry', reference: { registry: 'ghcr.io', repository: 'acme/cache', tag: 'a' } },
    ],
    ['local://demo:core-1', { backend: 'local', home: 'demo', tag: 'core-1' }],
    ['local:///var/x:core-1', { backend: 'local', home: '/var/x', tag: 'core-1' }],
    ['local://./.cache:core-1', { backend: 'local', home: './.cache', tag: 'core-1' }],
    ['local://demo', undefined],
    ['gha://demo:core-1', { backend: 'gha', scope: 'core-1' }],
    ['gha://demo', undefined],
    ['inline://127.0.0.1:5000/app:1', { backend: 'inline', image: '127.0.0.1:5000/app:1' }],
    ['inline://', undefined],
    ['not a ref', undefined],
  ])('%s', (ref, place) => {
    expect(parsePlace(ref)).toEqual(place)
  })
})

test('a repository tells its backend and its folder', () => {
  expect(['ghcr.io/a/b', 'local://a', 'gha://a', 'inline://', 's3://a'].map(backendOf)).toEqual([
    ...['registry', 'local', 'gha', 'inline', 'registry'],
  ])
  expect(['local://a', 'local:///b:t', 'gha://a'].map(localHomeOf)).toEqual(['a', '/b', undefined])
  expect(['a', '/b', './c'].map((home) => localFolder(home, '/home'))).toEqual(['/home/a', '/b', './c'])
})

test('tags of one layer and platform are a group', () => {
  expect(tagGroup('core-linux-arm-v7-0123456789abcdef')).toBe('core-linux-arm-v7')
  expect(tagGroup('linux-amd64')).toBe('linux-amd64')
})
