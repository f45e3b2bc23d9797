import { describe, expect, test } from '@jest/globals'
import { parseNextLink } from '../../../src/io/registry/tags.ts'
import { type RegistryOptions, startRegistry, type TestRegistry } from '../../support/registry.ts'
import { referenceOf, testClient } from '../../support/registry-client.ts'
import { body, each, type Fault, headers, matching, status } from '../../support/registry/faults.ts'

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

describe('shapes that registries give their lists', () => {
  /** Answers the pages of a list, each with a link to the next. */
  const pages = (list: readonly { readonly body: string; readonly link?: string }[]): Fault => {
    let page = 0
    return () => {
      const { body: content = '', link } = list[page++] ?? {}
      return { status: 200, headers: link === undefined ? {} : { link }, body: content }
    }
  }

  test.each<[string, readonly { readonly body: string; readonly link?: string }[]]>([
    [
      'paths as links (GHCR)',
      [
        { body: '{"name":"acme/app","tags":["b","a"]}', link: '</v2/acme/app/tags/list?last=a&n=2>; rel="next"' },
        { body: '{"name":"acme/app","tags":["c"]}' },
      ],
    ],
    [
      'links that go on at a token, not at a tag (ECR, Quay)',
      [
        { body: '{"name":"acme/app","tags":["c"]}', link: '</v2/acme/app/tags/list?last=a%2Fb%3D%3D&n=1>; rel="next"' },
        { body: '{"name":"acme/app","tags":["a","b"]}' },
      ],
    ],
    [
      'all at once, with manifests and folders (GAR)',
      [
        {
          body: '{"child":["sub"],"manifest":{"sha256:00":{"tag":["a"],"timeUploadedMs":"1"}},"name":"p/r","tags":["c","b","a"]}',
        },
      ],
    ],
    [
      'unsorted, and only a query as link',
      [
        { body: '{"name":"acme/app","tags":["c","a"]}', link: '<?last=c&n=2>; rel="next"' },
        { body: '{"name":"acme/app","tags":["b"]}' },
      ],
    ],
    [
      'a link without quotes, and null as the last page',
      [
        { body: '{"name":"acme/app","tags":["a","b","c"]}', link: '</v2/acme/app/tags/list?n=3&last=c>; rel=next' },
        { body: '{"name":"acme/app","tags":null}' },
      ],
    ],
    [
      'the same tag on two pages',
      [
        {
          body: '{"name":"acme/app","tags":["a","b"]}',
          link: '</v2/acme/app/tags/list?n=2&last=b>; rel="next"',
        },
        { body: '{"name":"acme/app","tags":["b","c"]}' },
      ],
    ],
    [
      'an empty page in the middle',
      [
        { body: '{"tags":["a","b"]}', link: '<?last=b>; rel="next"' },
        { body: '{"tags":[]}', link: '<?last=bb>; rel="next"' },
        { body: '{"tags":["c"]}' },
      ],
    ],
  ])('%s', async (_description, list) => {
    await using registry = await startRegistry({ faults: [pages(list)] })
    const client = testClient()
    await expect(client.listTags(referenceOf(`${registry.host}/acme/app`))).resolves.toEqual(['a', 'b', 'c'])
    expect(registry.requests).toHaveLength(list.length)
  })

  test.each([
    ['GHCR, of a package that is not there or not ours', 403],
    ['Docker Hub, of a repository that is not there', 401],
    ['one that has no lists', 405],
  ])('refusals are told, not taken for an empty list: %s', async (_description, code) => {
    await using registry = await withTags({ faults: [each(status(code))] })
    await expect(list(registry)).rejects.toMatchObject({ status: code, temporary: false })
  })
})

describe('listTagsWithin', () => {
  const listWithin = (registry: TestRegistry, maxPages: number) =>
    testClient().listTagsWithin(referenceOf(`${registry.host}/acme/app`), { maxPages })

  test.each<[string, RegistryOptions, number, readonly string[] | 'too many', number]>([
    ['one page of one', {}, 1, SORTED, 1],
    ['all at once', { ignoresPaging: true }, 1, SORTED, 1],
    ['as many pages as allowed', { pageSize: 2 }, 3, SORTED, 3],
    ['one page more', { pageSize: 2 }, 2, 'too many', 2],
    ['many pages more', { pageSize: 1, absoluteLinks: true }, 1, 'too many', 1],
    ['no page', {}, 0, 'too many', 0],
  ])('%s', async (_description, options, maxPages, expected, requests) => {
    await using registry = await withTags(options)
    await expect(listWithin(registry, maxPages)).resolves.toEqual(expected)
    expect(registry.requests).toHaveLength(requests)
  })

  test('a repository nobody knows has no list', async () => {
    await using registry = await startRegistry()
    await expect(listWithin(registry, 1)).resolves.toBeUndefined()
  })

  test('a list that goes round in circles fails', async () => {
    await using registry = await withTags({ faults: [each(headers({ link: '<?n=1000>; rel="next"' }))] })
    await expect(listWithin(registry, 5)).rejects.toThrow('does not end')
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
