import { posix } from 'node:path'
import { compileGlob, compileSegment, type Matches } from '../../layers/context-glob.ts'

/** What the lines of a .dockerignore say of one path; for a folder also where those below it start from. */
export type Verdict = {
  readonly ignored: boolean
  /** Which lines matched the path, or a folder above it. */
  readonly matched: readonly boolean[]
}

/** The rules of one .dockerignore. */
export type Dockerignore = {
  /** Judges a path by the verdict on the folder it lies in. */
  readonly judge: (path: string, parent: Verdict) => Verdict
  /** Whether an exception might bring back something below an ignored folder. */
  readonly mayExceptBelow: (folder: string) => boolean
}

/** The verdict on the root itself, which no rule can ignore. */
export const NOT_IGNORED: Verdict = { ignored: false, matched: [] }

type Rule = {
  readonly pattern: string
  /** Whether the line began with `!`. */
  readonly exception: boolean
  readonly matches: Matches
}

const isGlob = (pattern: string): boolean => /[*?[\]\\]/.test(pattern)

/**
 * What one pattern matches. Behind or before nothing but plain text, `**` is a bare prefix or suffix: `**.log` ends
 * with `.log` (moby/patternmatcher, `Pattern.compile`).
 */
const compileRule = (pattern: string): Matches => {
  if (!isGlob(pattern)) return (path) => path === pattern
  const [head, tail] = [pattern.slice(0, -2), pattern.slice(2)]
  if (pattern.startsWith('**') && !isGlob(tail)) return (path) => `/${path}`.endsWith(tail)
  if (pattern.endsWith('**') && !isGlob(head)) return (path) => path.startsWith(head)
  return compileGlob(pattern, (_stars, isLast) => (isLast ? '.*' : '(?:.*/)?')) ?? (() => false)
}

/** One line (moby/patternmatcher, ignorefile.go). Undefined for what says nothing. */
const parseLine = (line: string): Rule | undefined => {
  const text = line.startsWith('#') ? '' : line.trim()
  const exception = text.startsWith('!')
  const written = exception ? text.slice(1).trim() : text
  if (written === '') return undefined
  const pattern = posix
    .normalize(written)
    .replace(/(?<=.)\/$/, '')
    .replace(/^\/(?=.)/, '')
  return { pattern, exception, matches: compileRule(pattern) }
}

/** As `MatchesUsingParentResults` of moby/patternmatcher, by which BuildKit filters what it is sent. */
const judgeBy =
  (rules: readonly Rule[]): Dockerignore['judge'] =>
  (path, parent) => {
    let ignored = false
    const matched = rules.map(({ exception, matches }, index) => {
      // A line that cannot change anything is not asked, and so counts as no match below either.
      const isMatch = parent.matched[index] === true || (exception === ignored && matches(path))
      if (isMatch) ignored = !exception
      return isMatch
    })
    return { ignored, matched }
  }

/** Whether a pattern can match something below a folder: it goes on where the folder's path ends, or has a `**`. */
const reachesBelow = (pattern: string): ((folder: string) => boolean) => {
  const segments = pattern.split('/').map((text) => ({ text, matches: compileSegment(text) }))
  return (folder) => {
    const parts = folder.split('/')
    for (const [index, { text, matches }] of segments.entries()) {
      const part = parts[index]
      if (part === undefined || text.includes('**')) return true
      if (!matches(part)) return false
    }
    return false
  }
}

/** Reads a .dockerignore. What Docker refuses as a bad pattern matches nothing here. */
export const parseDockerignore = (text: string): Dockerignore => {
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  const rules = lines.flatMap((line) => parseLine(line) ?? [])
  if (rules.length === 0) return { judge: () => NOT_IGNORED, mayExceptBelow: () => false }
  const exceptions = rules.filter(({ exception }) => exception).map(({ pattern }) => reachesBelow(pattern))
  return {
    judge: judgeBy(rules),
    mayExceptBelow: (folder) => exceptions.some((reaches) => reaches(folder)),
  }
}
