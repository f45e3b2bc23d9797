import { describe, expect, test } from '@jest/globals'
import { NO_BUILDX, pathWithBuildx } from '../support/e2e/docker-command.ts'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { runAction, runBuild } from '../support/e2e/run-action.ts'
import { docker } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

const printedBy = async (image: string): Promise<string> => {
  const printed = await docker('run', '--rm', '--network=none', image)
  await docker('image', 'rm', '--force', image)
  return printed
}

describe('USE_BUILDX=0', () => {
  test('builds for the platform of the engine, without cache refs', async () => {
    await using space = await createWorkspace(twoApps({ platforms: 'linux/amd64, linux/arm64' }))
    const run = await runBuild(space, { inputs: { push: 'true', only: 'serve' }, env: { USE_BUILDX: '0' } })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(run.outputs).toMatchObject({ 'total-steps': '4', 'steps-run': '4', 'cache-hit-ratio': '0' })
    expect(run.results.items.map(({ platform, cacheFrom, cacheTo }) => [platform, cacheFrom, cacheTo])).toEqual([
      ['linux/amd64', [], []],
    ])
    expect(run.log).toContain('1 work items of other platforms than linux/amd64 are left out')
    expect(await listPushedTags(space.image)).toEqual(['serve-linux-amd64'])
    expect(await listPushedTags(space.cache)).toEqual([])
    expect(await printedBy(`${space.image}:serve-linux-amd64`)).toContain(`core ${space.salt} 3.10`)

    const again = await runBuild(space, { inputs: { only: 'serve' }, env: { USE_BUILDX: '0' } })
    expect(again.outputs).toMatchObject({ 'steps-run': '0', 'cache-hit-ratio': '1' })
  })

  test('tells a step that fails by its line', async () => {
    await using space = await createWorkspace({ ...twoApps(), 'fragments/train.Dockerfile': '# Fails.\nRUN exit 3\n' })
    const run = await runBuild(space, { env: { USE_BUILDX: '0' } })
    expect(run.code).toBe(1)
    expect(run.errors).toMatchObject([
      { file: 'fragments/train.Dockerfile', line: 2, message: 'exit code 3' },
      { message: '1 of 2 work items failed: train (linux/amd64)' },
    ])
    expect(run.results.items.map(({ status }) => status)).toEqual(['built', 'failed'])
  })

  test('is refused where no work item is of the platform of the engine', async () => {
    await using space = await createWorkspace(twoApps({ platforms: 'linux/arm64' }))
    const run = await runAction(space, { env: { USE_BUILDX: '0' } })
    expect(run.code).toBe(1)
    expect(run.errors.map(({ message }) => message)).toEqual([
      'USE_BUILDX=0 builds for linux/amd64 only, and the work items are for linux/arm64; ' +
        'leave out USE_BUILDX, or run this leg on a runner of that platform',
    ])
  })
})

describe('USE_BUILDX=0 without Buildx', () => {
  test('builds with the legacy builder', async () => {
    await using space = await createWorkspace(twoApps())
    const env = { USE_BUILDX: '0', PATH: await pathWithBuildx(space, NO_BUILDX) }
    const run = await runBuild(space, { inputs: { push: 'true', only: 'serve' }, env })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(run.outputs).toMatchObject({ 'total-steps': '4', 'steps-run': '4' })
    expect(await listPushedTags(space.image)).toEqual(['serve-linux-amd64'])
    const again = await runBuild(space, { inputs: { only: 'serve' }, env })
    expect(again.outputs).toMatchObject({ 'steps-run': '0', 'cache-hit-ratio': '1' })
    expect(await printedBy(`${space.image}:serve-linux-amd64`)).toContain(`core ${space.salt} 3.10`)
  })

  test('tells a step that fails by its line', async () => {
    await using space = await createWorkspace({ ...twoApps(), 'fragments/train.Dockerfile': '# Fails.\nRUN exit 3\n' })
    const env = { USE_BUILDX: '0', PATH: await pathWithBuildx(space, NO_BUILDX) }
    const run = await runBuild(space, { env })
    expect(run.code).toBe(1)
    expect(run.errors).toMatchObject([
      { file: 'fragments/train.Dockerfile', line: 2 },
      { message: '1 of 2 work items failed: train (linux/amd64)' },
    ])
    expect(run.results.items.map(({ status }) => status)).toEqual(['built', 'failed'])
  })

  test('refuses what the legacy builder would drop, by file and line', async () => {
    await using space = await createWorkspace({
      ...twoApps(),
      'fragments/serve.Dockerfile': 'COPY conf/ /conf/\nRUN <<END\necho never\nEND\nCOPY --link conf/ /linked/\n',
      'fragments/train.Dockerfile': 'RUN --mount=type=cache,target=/tmp true\n',
    })
    const env = { USE_BUILDX: '0', PATH: await pathWithBuildx(space, NO_BUILDX) }
    const run = await runAction(space, { env })
    expect(run).toMatchObject({ code: 1, outputs: {} })
    expect(run.errors.map(({ file, line }) => [file, line])).toEqual([
      ['fragments/serve.Dockerfile', 2],
      ['fragments/serve.Dockerfile', 5],
      ['fragments/train.Dockerfile', 1],
    ])
    for (const { message } of run.errors) {
      expect(message).toContain('needs BuildKit, and this engine has only the legacy builder; install Buildx')
    }
  })
})

describe('pull', () => {
  test('asks the registry for an image that the engine has', async () => {
    const files = twoApps()
    // Nobody answers on port 1, so the image cannot be pinned, and only the engine has it.
    const base = '127.0.0.1:1/e2e-<salt>-base:1'
    await using space = await createWorkspace({
      ...files,
      'strata.yaml': (files['strata.yaml'] ?? '').replace('<base>', base),
      'base.Dockerfile': 'FROM <base>\nLABEL e2e=<salt>\n',
    })
    const local = space.fill(base)
    await docker('build', '--builder=default', '--file', `${space.path}/base.Dockerfile`, '--tag', local, space.path)
    const step = { inputs: { only: 'serve' }, env: { USE_BUILDX: '0' } }
    const run = await runBuild(space, step)
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining(`${local} is not pinned to a digest`),
    ])

    const pulled = await runBuild(space, { ...step, inputs: { ...step.inputs, pull: 'true' } })
    expect(pulled.code).toBe(1)
    expect(pulled.errors[0]?.message).toContain('connection refused')
    await docker('image', 'rm', '--force', local, `${space.image}:serve-linux-amd64`)
  })
})
