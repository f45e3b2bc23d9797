import { describe, expect, test } from '@jest/globals'
import { renderDocument } from '../../src/report/document.ts'
import { firstMiss, reasonSection } from '../../src/report/reason-section.ts'
import { reasonTitle } from '../../src/report/reason-text.ts'
import { reproductionSection } from '../../src/report/reproduction.ts'
import type { CompatibilityRecord, RecordLayer } from '../../src/records/record.ts'
import type { MissReason } from '../../src/records/reason.ts'
import { sampleRecord, sampleRecordLayer, sampleRecordStep } from '../support/records.ts'
import { HOSTILE, pipesByRow } from './hostile.ts'

const ARGUMENT: MissReason = {
  kind: 'argument',
  subject: 'PYTHON',
  evidence: ['argument PYTHON changed', 'file a changed'],
}
const PARENT: MissReason = { kind: 'parent', subject: 'core/0.1.0', evidence: ['argument PYTHON changed'] }

const ran = (layer: string, key: string, reason: MissReason): RecordLayer =>
  sampleRecordLayer({ layer, key, reason, steps: [sampleRecordStep(), sampleRecordStep({ outcome: 'hit' })] })

const recordOf = (manifestId: string, platform: string, ...layers: readonly RecordLayer[]): CompatibilityRecord =>
  sampleRecord({ manifest_id: manifestId, platform, layers: [sampleRecordLayer({ layer: 'base' }), ...layers] })

const RECORDS = [
  recordOf('serve', 'linux/amd64', ran('core', 'c', ARGUMENT), ran('app', 's', PARENT)),
  recordOf('train', 'linux/amd64', ran('core', 'c', ARGUMENT), ran('app', 't', PARENT)),
  recordOf('serve', 'linux/arm64', ran('core', 'd', { ...ARGUMENT, evidence: ['argument PYTHON changed'] })),
]

const markdown = (records: readonly CompatibilityRecord[]): string => renderDocument(reasonSection(records))

describe('reasonSection', () => {
  test('tells each cause once, with the steps that ran for it, however many work items share them', () => {
    expect(markdown(RECORDS).trim().split('\n').slice(2)).toEqual([
      '| Why | Layers | Platforms | Steps | Work items |',
      '| --- | --- | --- | ---: | ---: |',
      '| **argument PYTHON changed**<br>file a changed | `core/0.1.0` | amd64, arm64 | 2 | 3 |',
      '| **parent layer core/0.1.0 changed**<br>argument PYTHON changed | `app/0.1.0` | amd64 | 2 | 2 |',
    ])
  })

  test('is not there when nothing ran', () => {
    expect(reasonSection([recordOf('serve', 'linux/amd64')])).toEqual([])
  })

  test.each(Object.entries(HOSTILE))('keeps its shape with %s', (_, text) => {
    const reason: MissReason = { kind: 'argument', subject: text, evidence: [text, text] }
    const lines = markdown([recordOf('a', 'linux/amd64', ran('core', 'c', reason))])
      .trim()
      .split('\n')
    expect(lines).toHaveLength(5)
    expect(pipesByRow(lines[4] ?? '')).toEqual([6])
  })
})

describe('firstMiss', () => {
  test('is the lowest layer that ran, and why', () => {
    expect(firstMiss(RECORDS)).toBe('core/0.1.0: argument PYTHON changed')
    expect(firstMiss([])).toBe('')
  })
})

test.each<[MissReason, string]>([
  [{ kind: 'context-file', subject: 'a', evidence: ['file a mode 644 -> 755'] }, 'context file a mode 644 -> 755'],
  [{ kind: 'context-file', subject: 'a', evidence: ['files a changed'] }, 'context files a changed'],
  [{ kind: 'fragment', evidence: ['app is new in serve'] }, 'app is new in serve'],
  [{ kind: 'setting', subject: 'x', evidence: ['option network changed'] }, 'option network changed'],
  [{ kind: 'disagreed', evidence: [] }, 'BuildKit disagreed'],
])('%j is called %s', (reason, title) => {
  expect(reasonTitle(reason)).toBe(title)
})

describe('reproductionSection', () => {
  const FILES = { bakeFile: 'bake.json', folder: '/tmp/leg', secrets: [] }

  test('names the artifact and one line that builds it again', () => {
    const artifact = { name: 'strata-leg-a-1', run: '17', link: 'https://github.com/a/b/actions/runs/17/artifacts/3' }
    const text = renderDocument(reproductionSection({ ...FILES, artifact, commit: 'abcdef0123456789' }))
    expect(text).toContain('[`strata-leg-a-1`](https://github.com/a/b/actions/runs/17/artifacts/3)')
    expect(text).toContain('in a checkout of `abcdef012345`')
    expect(text).toContain('gh run download 17 --name strata-leg-a-1')
  })

  test('names the folder where there are no artifacts, and the secrets that it takes', () => {
    const text = renderDocument(reproductionSection({ ...FILES, secrets: ['id=pip,env=STRATA_SECRET_0'] }))
    expect(text).toContain('`docker buildx bake --file /tmp/leg/bake.json`')
    expect(text).toContain('`id=pip,env=STRATA_SECRET_0`')
  })
})
