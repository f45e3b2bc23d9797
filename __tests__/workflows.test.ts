import { describe, expect, test } from '@jest/globals'
import { listWorkflows, readText } from '../script/documents.ts'
import { parseWorkflow } from './support/workflow.ts'

describe.each(listWorkflows())('%s', (path) => {
  const { permissions, jobs } = parseWorkflow(readText(path))

  test('may only read the repository unless a job says otherwise', () => {
    expect(permissions).toEqual({ contents: 'read' })
    for (const job of Object.values(jobs))
      expect(job.permissions ?? { contents: 'read' }).toHaveProperty('contents', 'read')
  })

  test('gives every job a time limit', () => {
    const unlimited = Object.entries(jobs).filter(([, job]) => job['timeout-minutes'] === undefined)
    expect(unlimited.map(([name]) => name)).toEqual([])
  })
})

test('the gate job needs every other job', () => {
  const { jobs } = parseWorkflow(readText('.github/workflows/ci.yml'))
  const { 'all-green': gate, ...others } = jobs
  expect([...[gate?.needs ?? []].flat()].sort()).toEqual(Object.keys(others).sort())
})
