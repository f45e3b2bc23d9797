/** Whether a pattern matches a text. */
export type Matches = (text: string) => boolean

/** What a pattern is made of, as Go's `filepath.Match` has it, and `**` of .dockerignore. */
const TOKENS =
  /(?<stars>\*\*\/?)|(?<star>\*)|(?<any>\?)|\[(?<not>\^?)(?<chars>(?:\\.|[^\\\]])+)\]|\\(?<escaped>.)|(?<plain>.)/gsu

type Token = Readonly<Partial<Record<'stars' | 'star' | 'any' | 'not' | 'chars' | 'escaped' | 'plain', string>>>

/** The tokens of a pattern, in their order. */
const tokensOf = (pattern: string): readonly Token[] =>
  Array.from(pattern.matchAll(TOKENS), ({ groups }) => groups ?? {})

const literal = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/** What stands between brackets: a dash makes ranges, a backslash takes its meaning away. */
const classOf = (not: string, chars: string): string => {
  const inner = chars.replaceAll(/\\(.)|([^\\-])/gsu, (_all, escaped?: string, plain?: string) =>
    literal(escaped ?? plain ?? ''),
  )
  return `[${not}${inner}]`
}

const compile = (source: string): Matches | undefined => {
  try {
    const regExp = new RegExp(`^${source}$`, 'su')
    return (text) => regExp.test(text)
  } catch {
    return undefined
  }
}

/**
 * What a pattern matches, where `translateStars` says what `**` means. Undefined for a pattern that Go calls bad, such
 * as an open bracket.
 */
export const compileGlob = (
  pattern: string,
  translateStars: (stars: string, isLast: boolean) => string,
): Matches | undefined => {
  const tokens = tokensOf(pattern)
  if (tokens.some(({ plain }) => plain === '[')) return undefined
  const source = tokens.map(({ stars, star, any, not, chars, escaped, plain }, index) => {
    if (stars !== undefined) return translateStars(stars, index === tokens.length - 1)
    if (star !== undefined) return '[^/]*'
    if (any !== undefined) return '[^/]'
    if (chars !== undefined) return classOf(not ?? '', chars)
    return literal(escaped ?? plain ?? '')
  })
  return compile(source.join(''))
}

/** What a pattern for one part of a path matches, by Go's `filepath.Match`; nothing where the pattern is bad. */
export const compileSegment = (pattern: string): Matches => compileGlob(pattern, () => '[^/]*') ?? (() => false)

/** The one name that a part of a path stands for, without its escapes; undefined where it is a pattern. */
export const nameIn = (segment: string): string | undefined => {
  const tokens = tokensOf(segment)
  const isName = tokens.every(({ escaped, plain }) => escaped !== undefined || (plain !== undefined && plain !== '['))
  return isName ? tokens.map(({ escaped, plain }) => escaped ?? plain ?? '').join('') : undefined
}
