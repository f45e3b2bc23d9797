import { describe, expect, test } from '@jest/globals'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { type ActionRun, runAction, runBuild } from '../support/e2e/run-action.ts'
import { buildxBuild } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

const SKIP = { 'skip-unchanged': 'true' }

const planOn = async (space: Workspace, inputs: Texts = {}): Promise<ActionRun> => {
  const run = await runAction(space, { action: 'plan', inputs: { ...SKIP, ...inputs } })
  expect(run).toMatchObject({ code: 0, errors: [] })
  return run
}

describe('skip-unchanged', () => {
  test('leaves out what is published, until it changes, is forced, or its tag points elsewhere', async () => {
    await using space = await createWorkspace(twoApps({ strategy: 'layer' }))
    expect((await planOn(space)).outputs['has-work']).toBe('true')
    const built = await runBuild(space, { inputs: { ...SKIP, push: 'true' } })
    expect(built).toMatchObject({ code: 0, errors: [], warnings: [] })
    const tags = await listPushedTags(space.image)
    expect(tags.map((tag) => tag.replace(/^key-[0-9a-f]{16}$/, 'key'))).toEqual([
      ...['key', 'key', 'serve-linux-amd64', 'train-linux-amd64'],
    ])

    const again = await planOn(space)
    expect(again.outputs).toMatchObject({ 'has-work': 'false', 'has-matrix': 'false', count: '0' })
    expect(again.summary).toContain('train')
    expect((await planOn(space, { labels: 'a=b' })).outputs['has-work']).toBe('true')
    const forced = await planOn(space, { force: 'serve' })
    expect(forced.outputs['matrix']).toContain('amd64 · serve')

    await space.write({ 'fragments/train.Dockerfile': 'RUN uname -m > /srv/train\nCMD ["cat", "/srv/train", "-"]\n' })
    const changed = await planOn(space)
    expect([changed.outputs['matrix'], changed.outputs['count']]).toEqual([expect.stringContaining('train'), '1'])

    await space.write({ 'moved.Dockerfile': 'FROM scratch\nCOPY conf/limits.conf /\n' })
    const tag = `${space.image}:serve-linux-amd64`
    await buildxBuild('--file', `${space.path}/moved.Dockerfile`, '--push', '--tag', tag, space.path)
    expect((await planOn(space, { only: 'serve' })).outputs['has-work']).toBe('true')
  })
})
