import { describe, expect, test } from '@jest/globals'
import type { Finding } from '../../src/lint/finding.ts'
import { findingTitle, lintSection, renderFinding, renderLintSummary } from '../../src/report/lint-section.ts'

const finding = (changes: Partial<Finding> = {}): Finding => ({
  ...{ rule: 'unpinned-download', level: 'warn', found: 'curl fetches x', why: 'it changes', fix: 'pin it' },
  ...{ place: { file: 'a.Dockerfile', line: 3, column: 5 }, ...changes },
})

describe('a lint section', () => {
  test('is a table that is folded away', () => {
    expect(renderLintSummary([finding({ level: 'error' }), finding()])).toBe(
      [
        '<details>\n<summary>❌ Lint: 2 findings, 1 error</summary>\n',
        '| Where | Rule | Found | What to do |',
        '| --- | --- | --- | --- |',
        ...['| `a.Dockerfile:3` | `unpinned-download` | curl fetches x | pin it |'],
        ...['| `a.Dockerfile:3` | `unpinned-download` | curl fetches x | pin it |'],
        '\n</details>\n',
      ].join('\n'),
    )
  })

  test('is not there without findings', () => {
    expect(lintSection([])).toEqual([])
  })

  test('holds text of fragments as text', () => {
    const found = 'curl fetches https://evil.example/|<b>@acme `x`'
    const [row = ''] = lintSection([finding({ found })])[0]?.rows ?? []
    expect(row).not.toMatch(/<b>|@acme|https:\/\//)
    expect(row.match(/(?<!&#)\|/g)).toHaveLength(5)
  })
})

test.each([
  [finding(), 'Unpinned download', 'ignore=unpinned-download '],
  [finding({ rule: 'buildkit-check', check: 'FromAsCasing' }), 'FromAsCasing', 'ignore=FromAsCasing '],
])('a finding is called what silences it', (given, title, silence) => {
  expect(findingTitle(given)).toBe(title)
  expect(renderFinding(given)).toContain(silence)
})
