import { describe, expect, test } from '@jest/globals'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { runBuild } from '../support/e2e/run-action.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

const BROKEN = `# Trains.
ARG PARENT
FROM \${PARENT}
ARG TOKEN=none
RUN echo "about to fail: <salt>" \\
 && false
RUN echo never
`

describe('a step that fails', () => {
  test('fails its own work items alone, and is shown where the user wrote it', async () => {
    await using space = await createWorkspace({ ...twoApps(), 'fragments/train.Dockerfile': BROKEN })
    const run = await runBuild(space, { inputs: { push: 'true' } })
    expect(run.code).toBe(1)
    expect(run.errors).toEqual([
      {
        title: 'train (linux/amd64) failed',
        message: `exit code 1\nabout to fail: ${space.salt}`,
        file: 'fragments/train.Dockerfile',
        line: 5,
        column: 1,
      },
      { message: '1 of 2 work items failed: train (linux/amd64)' },
    ])

    const [serve, train] = run.results.items
    expect(serve).toMatchObject({ manifestId: 'serve', status: 'built', totalSteps: 4, cachedSteps: 0 })
    expect(serve?.digest).toMatch(/^sha256:/)
    expect(await listPushedTags(space.image)).toEqual(['serve-linux-amd64'])
    expect(await listPushedTags(space.cache)).toEqual(['serve-linux-amd64'])
    expect(train).toMatchObject({
      manifestId: 'train',
      status: 'failed',
      error: {
        message: 'exit code 1',
        file: 'fragments/train.Dockerfile',
        line: 5,
        logTail: [`about to fail: ${space.salt}`],
      },
    })
    expect(train?.steps.map(({ line, outcome }) => [line, outcome])).toEqual([
      [4, 'run'],
      [5, 'run'],
      [5, 'failed'],
      [7, 'skipped'],
    ])
    // The two steps of core, the two of serve, and the one that failed.
    expect(run.outputs).toMatchObject({ 'total-steps': '7', 'cached-steps': '0', 'steps-run': '5' })
    expect(run.summary).toContain('1 of 2 work items failed')
    expect(run.summary).toContain('fragments/train.Dockerfile:5')
    expect(run.summary).toContain(`about to fail: ${space.salt}`)
  })

  test('fails every work item that needs it, and is told once', async () => {
    const files = twoApps()
    const core = `${files['fragments/core.Dockerfile'] ?? ''}RUN exit 7\n`
    await using space = await createWorkspace({ ...files, 'fragments/core.Dockerfile': core })
    const run = await runBuild(space)
    expect(run.code).toBe(1)
    expect(run.errors).toEqual([
      expect.objectContaining({ message: 'exit code 7', file: 'fragments/core.Dockerfile', line: 6 }),
      { message: '2 of 2 work items failed: serve (linux/amd64), train (linux/amd64)' },
    ])
    expect(run.results.items.map(({ status }) => status)).toEqual(['failed', 'failed'])
    expect(await listPushedTags(space.cache)).toEqual([])
  })
})
