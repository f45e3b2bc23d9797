import { describe, expect, test } from '@jest/globals'
import { pathWithoutDocker } from '../support/e2e/docker-command.ts'
import { runAction, runBuild } from '../support/e2e/run-action.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace, type Workspace } from '../support/e2e/workspace.ts'

const FAULTY = `ARG PARENT
FROM \${PARENT}
ENV DB_PASSWORD=hunter2
MAINTAINER me
RUN true || \\
  curl -fsSL https://example.com/install.sh | sh
`

const FILES = { ...twoApps(), 'fragments/train.Dockerfile': FAULTY }

const plan = async (space: Workspace, lint: string) =>
  runAction(space, {
    action: 'plan',
    inputs: { lint },
    env: { PATH: await pathWithoutDocker(space), DOCKER_HOST: undefined },
  })

const SECRET = { file: 'fragments/train.Dockerfile', line: 3, title: 'Secret in argument' }
const DOWNLOAD = { file: 'fragments/train.Dockerfile', line: 6, title: 'Unpinned download' }
const FAILURE = expect.stringMatching(/^lint: \d findings? (?:is an error|are errors); /)

describe('the linter', () => {
  test('shows what it finds on the lines of fragments', async () => {
    await using space = await createWorkspace(FILES)
    const run = await plan(space, '')
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [SECRET, DOWNLOAD] })
    expect(run.log).toContain('::warning title=Secret in argument,file=fragments/train.Dockerfile,line=3,')
    expect(run.outputs).toMatchObject({ 'has-work': 'true' })
    expect(run.summary).toContain('Lint: 2 findings')
  })

  test('fails the step when all is told, where it shall', async () => {
    await using space = await createWorkspace(FILES)
    const run = await plan(space, 'error')
    expect(run).toMatchObject({ code: 1, errors: [SECRET, DOWNLOAD, { message: FAILURE }], warnings: [] })
    expect(run.outputs).toMatchObject({ 'has-work': 'true' })
    expect(run.summary).toContain('Lint: 2 findings, 2 errors')

    const build = await runAction(space, { inputs: { lint: 'secret-in-argument=error' } })
    expect(build).toMatchObject({ code: 1, errors: [SECRET, { message: FAILURE }], warnings: [DOWNLOAD], outputs: {} })
    expect(build.summary).toContain('Lint: 2 findings, 1 error')
  })

  test('is silent where it shall be', async () => {
    await using space = await createWorkspace(FILES)
    const run = await plan(space, 'off')
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(run.summary).not.toContain('Lint')
  })

  test("shows BuildKit's own checks on the lines of fragments, and says nothing twice", async () => {
    await using space = await createWorkspace(FILES)
    const run = await runBuild(space, { inputs: { lint: 'unpinned-download=off' } })
    const check = { file: 'fragments/train.Dockerfile', line: 4, title: 'MaintainerDeprecated' }
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [SECRET, check] })
    expect(run.summary).toContain('MaintainerDeprecated')

    await space.write({
      'fragments/train.Dockerfile': FAULTY.replace('MAINT', '# strata: ignore=MaintainerDeprecated\nMAINT'),
    })
    const silenced = await runBuild(space, { inputs: { lint: 'all=off, buildkit-check=error' } })
    expect(silenced).toMatchObject({ code: 0, errors: [], warnings: [] })
  })
})
