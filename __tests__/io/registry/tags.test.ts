import { describe, expect, test } from '@jest/globals'
import { parseNextLink } from '../../../src/io/registry/tags.ts'
import { type RegistryOptions, startRegistry, type TestRegistry } from '../../support/registry.ts'
import { referenceOf, testClient } from '../../support/registry-client.ts'
import { body, each, headers, matching, status } from '../../support/registry/faults.ts'

const TAGS = ['b', 'a', 'c-2', 'c-10', 'd']
const SORTED = ['a', 'b', 'c-10', 'c-2', 'd']

const withTags = async (options: RegistryOptions): Promise<TestRegistry> => {
  const registry = await startRegistry(options)
  TAGS.forEach((tag) => registry.pushImage('acme/app', { tag }))
  return registry
}

const list = (registry: TestRegistry): Promise<readonly string[] | undefined> =>
  testClient().listTags(referenceOf(`${registry.host}/acme/app`))

describe('listTags', () => {
  test.each<[string, RegistryOptions, number]>([
    ['one page', {}, 1],
    ['pages shorter than asked for', { pageSize: 2 }, 3],
    ['pages of one tag, whole URLs as links', { pageSize: 1, absoluteLinks: true }, 5],
    ['a registry that ignores n and does not sort', { ignoresPaging: true }, 1],
  ])('%s', async (_description, options, requests) => {
    await using registry = await withTags(options)
    await expect(list(registry)).resolves.toEqual(SORTED)
    expect(registry.requests).toHaveLength(requests)
    expect(registry.requests[0]?.query.get('n')).toBe('1000')
  })

  test('a repository nobody knows has no list', async () => {
    await using registry = await startRegistry()
    await expect(list(registry)).resolves.toBeUndefined()
  })

  test.each(['{"name":"acme/app","tags":null}', '{"name":"acme/app"}'])('no tags: %s', async (page) => {
    await using registry = await startRegistry({ faults: [each(body(page))] })
    registry.pushImage('acme/app', { tag: 'v1' })
    await expect(list(registry)).resolves.toEqual([])
  })

  test.each([
    ['links to itself', each(headers({ link: '<?n=1000>; rel="next"' })), 'does not end'],
    [
      'links to another server',
      each(headers({ link: '<http://127.0.0.1:1/>; rel="next"' })),
      'goes on at another server',
    ],
    ['is not JSON', each(body('<html>')), 'cannot be read'],
    ['is of another shape', each(body('{"tags":{}}')), 'cannot be read'],
    ['holds something else', each(body('{"tags":["a",1]}')), 'cannot be read'],
  ])('refuses a list that %s', async (_description, fault, message) => {
    await using registry = await withTags({ faults: [fault] })
    await expect(list(registry)).rejects.toThrow(`the list of tags of ${registry.host}/acme/app ${message}`)
  })

  test('a page that is missing in the middle is not an end', async () => {
    const gone = each(status(404), (request) => request.query.has('last'))
    await using registry = await withTags({ pageSize: 2, faults: [gone] })
    await expect(list(registry)).rejects.toThrow('ends with 404 in the middle')
  })

  test('overlapping pages name a tag once', async () => {
    const overlapping = each(body('{"tags":["a","b"]}'), matching(/tags/))
    await using registry = await withTags({ pageSize: 2, faults: [overlapping] })
    await expect(list(registry)).resolves.toEqual(['a', 'b'])
  })
})

test.each([
  ['</v2/x/tags/list?n=2&last=b>; rel="next"', '/v2/x/tags/list?n=2&last=b'],
  ['<https://r/v2/x/tags/list?last=a,b>; rel=next', 'https://r/v2/x/tags/list?last=a,b'],
  ['<a>; rel="prev", <b>; rel="next"', 'b'],
  ['<a>; title="x"; REL="last next"', 'a'],
  ['<a>; rel="nextish"', undefined],
  ['<a>; rel=nextish', undefined],
  ['<a>', undefined],
  ['', undefined],
  [null, undefined],
])('the next link of %j is %j', (header, expected) => {
  expect(parseNextLink(header)).toBe(expected)
})
