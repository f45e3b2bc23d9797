import { describe, expect, test } from '@jest/globals'
import { tellFindings } from '../../src/commands/tell-findings.ts'
import type { Finding } from '../../src/lint/finding.ts'
import type { Annotation } from '../../src/io/actions.ts'
import { literalIo } from '../support/io.ts'

const finding = (line: number, changes: Partial<Finding> = {}): Finding => ({
  ...{ rule: 'latest-image', level: 'warn', found: `x${line} is old`, why: 'it rots', fix: 'mend it' },
  ...{ place: { file: 'a.Dockerfile', line, column: 6 }, endColumn: 9, ...changes },
})

const many = (count: number, changes: Partial<Finding> = {}): readonly Finding[] =>
  Array.from({ length: count }, (_, index) => finding(index + 1, changes))

const tell = (findings: readonly Finding[]) => {
  const { io } = literalIo(new Map())
  const told: { errors: Annotation[]; warnings: Annotation[]; grouped: (readonly string[])[] } = {
    ...{ errors: [], warnings: [], grouped: [] },
  }
  const failure = tellFindings(findings, {
    ...io,
    actions: {
      ...io.actions,
      error: (annotation) => void told.errors.push(annotation),
      warning: (annotation) => void told.warnings.push(annotation),
      group: (title, lines) => void told.grouped.push([title, ...lines]),
    },
  })
  return { failure, ...told }
}

describe('tellFindings', () => {
  test('shows a finding on its line, with why, what to do, and how to silence it', () => {
    expect(tell([finding(3)])).toEqual({
      ...{ failure: undefined, errors: [], grouped: [] },
      warnings: [
        {
          title: 'Latest image',
          message: 'x3 is old: it rots. What to do: mend it. To silence it: # strata: ignore=latest-image <reason>',
          ...{ place: { file: 'a.Dockerfile', line: 3, column: 6 }, endColumn: 9 },
        },
      ],
    })
  })

  test('names a check of BuildKit as BuildKit does', () => {
    const [warning] = tell([finding(1, { rule: 'buildkit-check', check: 'StageNameCasing' })]).warnings
    expect(warning?.title).toBe('StageNameCasing')
    expect(warning?.message).toContain('# strata: ignore=StageNameCasing <reason>')
  })

  test('shows as many as GitHub does of each level, and logs the rest', () => {
    const { errors, warnings, grouped, failure } = tell([...many(12, { level: 'error' }), ...many(11)])
    expect([errors.length, warnings.length]).toEqual([10, 10])
    expect(grouped).toEqual([
      [
        'Lint: 3 more findings, which are in the job summary as well',
        expect.stringMatching(/^a\.Dockerfile:11:6: x11 is old/),
        expect.stringMatching(/^a\.Dockerfile:12:6: x12 is old/),
        expect.stringMatching(/^a\.Dockerfile:11:6: x11 is old/),
      ],
    ])
    expect(failure).toMatch(/^lint: 12 findings are errors; /)
  })

  test('says nothing when nothing was found', () => {
    expect(tell([])).toEqual({ failure: undefined, errors: [], warnings: [], grouped: [] })
  })
})
