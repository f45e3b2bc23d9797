import { describe, expect, test } from '@jest/globals'
import { readText } from '../../script/documents.ts'
import { LINT_RULES } from '../../src/factory/lint-levels.ts'
import { parseFragment } from '../../src/fragment/parse.ts'
import { lint } from '../../src/lint/lint.ts'
import { RULES } from '../../src/lint/rules/rules.ts'
import { surroundingsOf } from './corpus.ts'

/** The part of docs/lint.md about each rule, by its id. */
const sections = new Map(
  readText('docs/lint.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => [/^`(.*)`/.exec(section)?.[1] ?? '', section] as const),
)

const folded = (text: string): string => text.replaceAll(/[\s*\\]+/g, ' ')

/** Files that the examples are built with. */
const CONTEXT = { 'requirements.txt': '', 'conf/app.conf': '' }

const rulesIn = (text: string, id: string): readonly string[] => {
  // One file has a mode of this machine alone.
  const modes = id === 'file-modes' ? { modes: { 'conf/app.conf': '664' } } : {}
  const around = { ...surroundingsOf({ context: CONTEXT, ...modes }), stepsBelow: id === 'too-many-layers' ? 39 : 0 }
  return lint(parseFragment('a.Dockerfile', text), around).map(({ rule }) => rule)
}

describe('docs/lint.md', () => {
  test('is about every rule, in the order of the rules', () => {
    expect([...sections.keys()]).toEqual(LINT_RULES.map(({ id }) => id))
  })

  test.each(LINT_RULES)('says of $id what it looks for', ({ id, description }) => {
    expect(folded(sections.get(id) ?? '')).toContain(folded(description))
  })

  test.each(RULES)('says of $id why and what to do', ({ id, why, fix }) => {
    const section = folded(sections.get(id) ?? '')
    expect(section).toContain(folded(`${why.charAt(0).toUpperCase()}${why.slice(1)}.`))
    expect(section).toContain(folded(`What to do: ${fix}.`))
  })

  test.each(RULES)('has of $id one example that is found and one that is not', ({ id }) => {
    const fences = [...(sections.get(id) ?? '').matchAll(/^```dockerfile\n# (found|not found)\n(.*?)^```$/gms)]
    expect(fences.map(([, kind = '', text = '']) => [kind, rulesIn(text, id)])).toEqual([
      ['found', [id]],
      ['not found', []],
    ])
  })
})
