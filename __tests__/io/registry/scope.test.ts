import { expect, test } from '@jest/globals'
import { mergeScopes, repositoryScope } from '../../../src/io/registry/scope.ts'

test('actions are sorted', () => {
  expect(repositoryScope('acme/app', ['push', 'pull'])).toBe('repository:acme/app:pull,push')
})

test.each([
  [[], []],
  [['repository:a:pull'], ['repository:a:pull']],
  [
    ['repository:b:push,pull', 'repository:a:pull', 'repository:b:pull'],
    ['repository:a:pull', 'repository:b:pull,push'],
  ],
  [
    ['*', 'repository:a:pull'],
    ['*', 'repository:a:pull'],
  ],
  [['registry:catalog:*'], ['registry:catalog:*']],
  [['repository:r.test:5000/a:pull'], ['repository:r.test:5000/a:pull']],
])('%j become %j', (scopes, expected) => {
  expect(mergeScopes(scopes)).toEqual(expected)
})
