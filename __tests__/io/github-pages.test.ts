import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Page, parseLastPage, readAllPages } from '../../src/io/github-pages.ts'

const PER_PAGE = 6

/**
 * A list that changes as `changes` say after each page that is read; the newest is on top. Pages that are asked for at the
 * same time are read in the order that the delays make.
 */
const changingList = (size: number, changes: readonly (readonly Change[])[], delays: readonly number[] = []) => {
  const items = Array.from({ length: size }, (_, index) => size - index)
  let next = size
  let reads = 0
  const deleted = new Set<number>()
  const apply = (change: Change): void => {
    if (change === 'push') return void items.unshift(++next)
    const [gone] = items.splice(change % Math.max(1, items.length), 1)
    if (gone !== undefined) deleted.add(gone)
  }
  let asked = 0
  const read = async (page: number): Promise<Page<number>> => {
    for (let delay = delays[asked++] ?? 0; delay > 0; delay--) await Promise.resolve()
    const last = Math.max(1, Math.ceil(items.length / PER_PAGE))
    const shown = items.slice((page - 1) * PER_PAGE, page * PER_PAGE)
    changes[reads++]?.forEach(apply)
    return { items: shown, last: page < last ? last : page }
  }
  return { read, deleted, reads: () => reads, items: () => items }
}

/** `push`: something new; a number: what stands there is deleted. */
type Change = 'push' | number

const readNumbers = (read: (page: number) => Promise<Page<number>>): Promise<readonly number[]> =>
  readAllPages(read, (item) => item)

const upTo = (size: number): readonly number[] => Array.from({ length: size }, (_, index) => index + 1)

test.each([
  { size: 0, reads: 1 },
  { size: 6, reads: 1 },
  { size: 7, reads: 4 },
  { size: 60, reads: 12 },
])('a list of $size is read once, and its ends twice', async ({ size, reads }) => {
  const list = changingList(size, [])
  expect((await readNumbers(list.read)).toSorted((a, b) => a - b)).toEqual(upTo(size))
  expect(list.reads()).toBe(reads)
})

test('what comes while it is read costs nothing', async () => {
  const list = changingList(60, [[], [], ['push'], [], ['push', 'push']])
  expect((await readNumbers(list.read)).toSorted((a, b) => a - b)).toEqual(upTo(63))
  expect(list.reads()).toBe(13)
})

test('a list out of which something is deleted meanwhile is read again', async () => {
  const list = changingList(60, [[], [], [1]])
  const found = await readNumbers(list.read)
  expect(found).toEqual(expect.arrayContaining([...list.items()]))
  expect(list.reads()).toBe(25)
})

test('a list out of which things are deleted all the time is refused', async () => {
  const list = changingList(
    400,
    Array.from({ length: 400 }, () => [0]),
  )
  await expect(readNumbers(list.read)).rejects.toThrow('let no two prunes run at once')
})

const change: fc.Arbitrary<Change> = fc.oneof(fc.constant('push' as const), fc.nat(60))

/** Fewer things come than fit on a page; what is more is nothing. */
const withFewPushes = (changes: readonly (readonly Change[])[]): readonly (readonly Change[])[] => {
  let pushes = 0
  return changes.map((some) => some.filter((one) => one !== 'push' || ++pushes < PER_PAGE))
}

test('nothing is lost or doubled, whatever comes and goes meanwhile', async () => {
  let refused = 0
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60),
      fc.array(fc.array(change, { maxLength: 2 }), { maxLength: 40 }),
      fc.array(fc.nat(4), { maxLength: 40 }),
      async (size, changes, delays) => {
        const list = changingList(size, withFewPushes(changes), delays)
        const found = await readNumbers(list.read).catch(() => undefined)
        if (found === undefined) {
          refused++
          return
        }
        expect(new Set(found).size).toBe(found.length)
        const missing = upTo(size).filter((item) => !list.deleted.has(item) && !found.includes(item))
        expect(missing).toEqual([])
      },
    ),
    { numRuns: 2_000, examples: [[19, [[6], [], [24]], []]] },
  )
  expect(refused).toBeLessThan(1_000)
})

test.each([
  { link: undefined, page: 7, last: 7 },
  { link: '<https://api/x?per_page=100&page=2>; rel="next", <https://api/x?per_page=100&page=9>; rel="last"', page: 1, last: 9 }, // prettier-ignore
  { link: '<https://api/x?page=9&per_page=100>; rel="last"', page: 1, last: 9 },
  { link: '<https://api/x?per_page=100&page=8>; rel="prev"', page: 9, last: 9 },
])('the last page is $last', ({ link, page, last }) => {
  expect(parseLastPage(link, page)).toBe(last)
})
