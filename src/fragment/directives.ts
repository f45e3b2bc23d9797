import { parseReference } from '../oci/reference.ts'
import type { Problem } from '../problem.ts'
import type { Directive } from './instruction.ts'

/** The frontend that `# syntax=` names: the first word of the value (parser/directives.go, `ParseDirective`). */
export const syntaxOf = (directives: readonly Directive[]): string | undefined =>
  directives.find(({ name }) => name === 'syntax')?.value.split(' ')[0]

const checkSyntax = (value: string): Omit<Problem, 'place'> | undefined => {
  const reference = parseReference(value.split(' ')[0] ?? '')
  if (reference?.digest !== undefined) return undefined
  return {
    found: `# syntax=${value} is not pinned`,
    expected: 'a digest, as in docker/dockerfile:1@sha256:…',
    hint: 'or leave the line out, and BuildKit uses the syntax it brings along',
  }
}

/**
 * A stitched Dockerfile has one head for all its fragments. Of the parser directives only a `# syntax` that is pinned
 * by digest may be in it.
 */
export const checkDirectives = (file: string, directives: readonly Directive[]): readonly Problem[] =>
  directives.flatMap(({ name, value, line }, index) => {
    const place = { file, line, column: 1 }
    const twice = directives.findIndex((other) => other.name === name) < index
    if (twice) return [{ place, found: `# ${name} stands here a second time`, expected: 'one' }]
    if (name === 'syntax') return [checkSyntax(value) ?? []].flat().map((problem) => ({ place, ...problem }))
    const found = `# ${name}= would hold for the fragments of all layers`
    return [{ place, found, expected: 'no parser directive but a pinned # syntax' }]
  })
