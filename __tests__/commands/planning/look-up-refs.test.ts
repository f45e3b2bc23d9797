import { describe, expect, test } from '@jest/globals'
import { lookUpRefs } from '../../../src/commands/planning/look-up-refs.ts'
import type { Registry } from '../../../src/io/registry/registry.ts'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import type { CacheAccess } from '../../../src/plan/access.ts'
import { literalIo } from '../../support/io.ts'
import { startRegistry } from '../../support/registry.ts'
import { testClient } from '../../support/registry-client.ts'

const REF = 'ghcr.io/acme/cache'
const ACCESS = { read: true, write: false, reason: 'a pull request only reads' }
const of = (...tags: readonly string[]): readonly string[] => tags.map((tag) => `${REF}:${tag}`)

/** An io whose registry can do what is given, and nothing else. */
const worldOf = (registry: Partial<Registry>) => {
  const { io, told } = literalIo(new Map())
  return { io: { ...io, registry: { ...io.registry, ...registry } }, told }
}

const refused = (status?: number): RegistryError =>
  new RegistryError('no answer', { registry: 'ghcr.io', ...(status === undefined ? {} : { status }) })

describe('lookUpRefs', () => {
  test.each<[string, CacheAccess, readonly string[]]>([
    ['the cache may not be read', { ...ACCESS, read: false }, of('a', 'b')],
    ['there is nothing to look for', ACCESS, []],
  ])('asks nobody when %s', async (_, access, refs) => {
    const { io } = worldOf({})
    const exists = await lookUpRefs(refs, [], access, io)
    expect(of('a').map(exists)).toEqual([false])
  })

  test.each<{
    what: string
    content: readonly string[]
    tags: readonly string[]
    found: readonly string[]
    asked: readonly string[]
  }>([
    { what: 'one that is there', content: ['a', 'b'], tags: ['a'], found: ['a'], asked: ['HEAD a'] },
    { what: 'one that is not', content: ['b'], tags: ['a'], found: [], asked: ['HEAD a'] },
    {
      what: 'several, by one list',
      content: ['a', 'b', 'x'],
      tags: ['a', 'b', 'c'],
      found: ['a', 'b'],
      asked: ['list'],
    },
    {
      what: 'several, by a list of as many pages as there are refs',
      content: ['1', '2', '3', '4', 'a', 'b'],
      tags: ['a', 'b', 'c'],
      found: ['a', 'b'],
      asked: ['list', 'list', 'list'],
    },
    {
      what: 'few among many: each by itself, once the list is too long',
      content: ['1', '2', '3', '4', '5', 'a'],
      tags: ['a', 'b'],
      found: ['a'],
      asked: ['list', 'list', 'HEAD a', 'HEAD b'],
    },
  ])('finds $what', async ({ content, tags, found, asked }) => {
    await using registry = await startRegistry({ pageSize: content.length > 3 ? 2 : 1_000 })
    for (const tag of content) registry.pushImage('acme/cache', { tag })
    const { io, told } = worldOf(testClient())
    const refOf = (tag: string): string => `${registry.host}/acme/cache:${tag}`
    const exists = await lookUpRefs(tags.map(refOf), [], ACCESS, io)
    expect(tags.filter((tag) => exists(refOf(tag)))).toEqual(found)
    expect(
      registry.log().map((line) => line.replace(/^GET \S+ 200$/, 'list').replace(/ \S+\/(\w+) \d+$/, ' $1')),
    ).toEqual(asked)
    expect(told).toMatchObject({ infos: [], warnings: [] })
  })

  test('says that there is no repository yet', async () => {
    const { io, told } = worldOf({ listTagsWithin: () => Promise.resolve(undefined) })
    const exists = await lookUpRefs(of('a', 'b'), [], ACCESS, io)
    expect(of('a', 'b').map(exists)).toEqual([false, false])
    expect(told).toMatchObject({ infos: [`There is no cache repository ${REF} yet; all is cold`], warnings: [] })
  })

  test.each([401, 403])('takes a cache that may not be read (%d) for empty', async (status) => {
    const { io, told } = worldOf({ listTagsWithin: () => Promise.reject(refused(status)) })
    const exists = await lookUpRefs(of('a', 'b'), [], ACCESS, io)
    expect(of('a', 'b').map(exists)).toEqual([false, false])
    const info = `The cache repository ${REF} may not be read, so everything is planned as cold: no answer`
    expect(told).toMatchObject({ infos: [info], warnings: [] })
  })

  test.each([500, 404, undefined])('knows nothing when the registry fails (%s), and warns', async (status) => {
    const { io, told } = worldOf({ headManifest: () => Promise.reject(refused(status)) })
    const exists = await lookUpRefs(of('a'), [], ACCESS, io)
    expect(of('a').map(exists)).toEqual([undefined])
    const warning = `the refs of ${REF} could not be listed, so everything is planned as cold: no answer`
    expect(told).toMatchObject({ infos: [], warnings: [warning] })
  })

  test('asks each repository for its own, and one that fails keeps the others from nothing', async () => {
    const listTagsWithin: Registry['listTagsWithin'] = ({ registry }) =>
      registry === 'ghcr.io' ? Promise.reject(refused()) : Promise.resolve(['a'])
    const { io, told } = worldOf({ listTagsWithin })
    const further = ['eu.example/acme/cache:a', 'eu.example/acme/cache:b', 'eu.example/other:a']
    const exists = await lookUpRefs([...of('a', 'b'), ...further.slice(0, 2)], [], ACCESS, io)
    expect([...of('a', 'b'), ...further].map(exists)).toEqual([undefined, undefined, true, false, false])
    expect(told.warnings).toHaveLength(1)
  })

  test('asks for what others named as well, and for nothing in repositories that only they name', async () => {
    await using registry = await startRegistry()
    for (const tag of ['a', 'older']) registry.pushImage('acme/cache', { tag })
    registry.pushImage('acme/other', { tag: 'older' })
    const { io } = worldOf(testClient())
    const [own, older, foreign] = ['cache:a', 'cache:older', 'other:older'].map(
      (name) => `${registry.host}/acme/${name}`,
    )
    const exists = await lookUpRefs([own ?? ''], [older ?? '', foreign ?? ''], ACCESS, io)
    expect([own, older, foreign].map((ref) => exists(ref ?? ''))).toEqual([true, true, false])
    expect(registry.log().join()).not.toContain('acme/other')
  })

  test('lets bugs through', async () => {
    const { io } = worldOf({ headManifest: () => Promise.reject(new TypeError('bug')) })
    await expect(lookUpRefs(of('a'), [], ACCESS, io)).rejects.toThrow('bug')
  })
})
