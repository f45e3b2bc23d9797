import { expect, test } from '@jest/globals'
import type { MissReason } from '../../src/records/reason.ts'
import { reasonTitle } from '../../src/report/reason-text.ts'

test.each<[MissReason, string]>([
  [{ kind: 'context-file', subject: 'a', evidence: ['file a mode 644 -> 755'] }, 'context file a mode 644 -> 755'],
  [{ kind: 'context-file', subject: 'a', evidence: ['files a changed'] }, 'context files a changed'],
  [{ kind: 'fragment', evidence: ['app is new in serve'] }, 'app is new in serve'],
  [{ kind: 'setting', subject: 'x', evidence: ['option network changed'] }, 'option network changed'],
  [{ kind: 'disagreed', evidence: [] }, 'BuildKit disagreed'],
])('%j is called %s', (reason, title) => {
  expect(reasonTitle(reason)).toBe(title)
})
