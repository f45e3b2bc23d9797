import { GithubError } from './github-retry.ts'

/** One page of a list. */
export type Page<T> = {
  readonly items: readonly T[]
  /** Number of the last page, from 1. */
  readonly last: number
}

type Identify<T> = (item: T) => number | string

/** How often a list is read altogether while things in it are deleted. */
const PASSES = 3

/** Number of the last page: of `rel="last"` in a `Link` header, which the last page itself does not have. */
export const parseLastPage = (link: string | undefined, page: number): number => {
  const [, last] = /[?&]page=(\d+)[^>]*>;\s*rel="last"/.exec(link ?? '') ?? []
  return last === undefined ? page : Number(last)
}

/**
 * By how many items a page has slid down since it was read, when nothing else has happened to it. Undefined when that is
 * not so. `room`: how many items `after` could have.
 */
const slideOf = <T>(before: readonly T[], after: readonly T[], room: number, idOf: Identify<T>): number | undefined => {
  const [ids, idsAfter] = [before.map(idOf), after.map(idOf)]
  const slide = ids[0] === undefined ? -1 : idsAfter.indexOf(ids[0])
  if (slide === -1) return undefined
  const needed = ids.slice(0, room - slide)
  return needed.every((id, index) => id === idsAfter[slide + index]) ? slide : undefined
}

type Pass<T> = { readonly items: readonly T[]; readonly whole: boolean }

/** Reads the first page again, and the second where something came on top: what was on the first must still be there. */
const readTop = async <T>(
  read: (page: number) => Promise<Page<T>>,
  before: readonly T[],
  idOf: Identify<T>,
): Promise<readonly T[]> => {
  const { items } = await read(1)
  const same = before.every((item, index) => items[index] !== undefined && idOf(items[index]) === idOf(item))
  return same ? items : [...items, ...(await read(2)).items]
}

/**
 * Reads the first page, then the last, then all others in any order, then the first and the last again. What comes or
 * goes lets the pages below it slide, past a reader who is between them: some items are seen twice, or not at all. What
 * is new comes on top. So nothing was missed if both ends slid alike, and there are as many different items
 * as the pages had, and those that came on top (fewer than a page).
 */
const readPass = async <T>(read: (page: number) => Promise<Page<T>>, idOf: Identify<T>): Promise<Pass<T>> => {
  const { items: first, last: count } = await read(1)
  if (count === 1) return { items: first, whole: true }
  const { items: last } = await read(count)
  const numbers = Array.from({ length: count - 2 }, (_, index) => index + 2)
  const between = await Promise.all(numbers.map(read))
  const pages = [first, ...between.map(({ items }) => items), last].flat()
  const top = await readTop(read, first, idOf)
  const { items: end } = await read(count)
  const slide = slideOf(first, top, 2 * first.length, idOf)
  const items = [...top, ...end, ...pages]
  const seen = new Set(items.map(idOf)).size
  const alike = slide !== undefined && slide === slideOf(last, end, first.length, idOf)
  return { items, whole: alike && seen - slide === pages.length }
}

/**
 * All items of a list that has the newest on top, each once, though it may change while its pages are read. Throws
 * {@link GithubError} rather than leave one out.
 */
export const readAllPages = async <T>(
  read: (page: number) => Promise<Page<T>>,
  idOf: Identify<T>,
): Promise<readonly T[]> => {
  for (let count = 0; count < PASSES; count++) {
    const { items, whole } = await readPass(read, idOf)
    if (whole) return [...new Map(items.map((item) => [idOf(item), item])).values()]
  }
  const reason = `things were deleted while the list was read, ${PASSES} times over; let no two prunes run at once`
  throw new GithubError({ kind: 'temporary', reason, wait: 0 })
}
