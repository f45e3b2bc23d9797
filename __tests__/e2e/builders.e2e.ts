import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from '@jest/globals'
import { symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { buildApps } from '../support/e2e/build-apps.ts'
import { machineState } from '../support/e2e/machine-state.ts'
import { findProcesses, killProcesses } from '../support/e2e/processes.ts'
import { runAction, runBuild, startAction } from '../support/e2e/run-action.ts'
import { docker, testbed } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { describeUnless } from '../support/e2e/when.ts'
import { createWorkspace, type Workspace } from '../support/e2e/workspace.ts'

const IMAGE = 'moby/buildkit:buildx-stable-1'
const BOTH = 'linux/amd64, linux/arm64'
const whyNoImage = (await docker('image', 'ls', '--quiet', IMAGE)) === '' ? `no image ${IMAGE}` : undefined

/** Inputs of a builder of the action's own, whose BuildKit need not be pulled. */
const OWN = { builder: '', driver: 'docker-container', 'buildkit-image': IMAGE, push: 'true' }

type State = Awaited<ReturnType<typeof machineState>>
let before: State
beforeEach(async () => {
  before = await machineState()
})
afterEach(async () => {
  expect(await machineState()).toEqual(before)
})

describe("the engine's own BuildKit", () => {
  test('builds where the driver docker is asked for', async () => {
    await using space = await createWorkspace(twoApps())
    const inputs = { builder: '', driver: 'docker', cache: 'false' }
    const { code, results, log } = await runBuild(space, { inputs })
    expect({ code, driver: results.builder.driver }).toEqual({ code: 0, driver: 'docker' })
    expect(log).toContain('(docker): input driver is docker\n')
    expect(log).toMatch(/^Free disk before the build: [\d.]+ GiB of [\d.]+ GiB \(\/.*\)$/m)
    expect(log).toMatch(/^Free disk after it: /m)
  })
})

test('a disk that is full is told of, with what to do', async () => {
  const full = 'RUN echo "tar: write error: No space left on device" >&2; exit 1\n'
  await using space = await createWorkspace({ ...twoApps(), 'fragments/train.Dockerfile': full })
  const { errors } = await runAction(space, { inputs: { only: 'train' } })
  expect(errors).toContainEqual({
    message: expect.stringMatching(
      /^1 of 1 work items failed: .*; the disk of the builder is full: set free-disk: true /,
    ),
  })
})

describeUnless(whyNoImage, 'a docker-container builder', () => {
  test('is made for the leg, and gone after it', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    const { builder, log, state } = await buildApps(space, { ...OWN, 'max-parallelism': '1' })
    expect(builder).toMatchObject({ name: expect.stringMatching(/^strata-[0-9a-f]{12}$/), driver: 'docker-container' })
    expect(log).toContain('Starting a docker-container builder: inputs driver, buildkit-image, max-parallelism\n')
    // The post step has nothing to do, and asks nobody.
    const post = await runAction(space, { inputs: OWN, state, env: { PATH: '/nowhere' } })
    expect(post).toMatchObject({ code: 0, log: '' })
  })

  test('comes from a mirror that has its image, and is gone after a leg that failed, too', async () => {
    await using space = await createWorkspace({ ...twoApps(), 'fragments/train.Dockerfile': 'RUN exit 7\n' })
    const mirror = `${testbed.registry}/hub`
    await docker('tag', IMAGE, `${mirror}/${IMAGE}`)
    await docker('push', '--quiet', `${mirror}/${IMAGE}`)
    await docker('image', 'rm', `${mirror}/${IMAGE}`)
    try {
      const run = await runAction(space, { inputs: { ...OWN, 'registry-mirrors': `127.0.0.1:9\n${mirror}` } })
      expect(run.code).toBe(1)
      expect(run.errors).toContainEqual({ message: expect.stringMatching(/^1 of 2 work items failed: train /) })
      expect(run.log).toContain(`127.0.0.1:9/${IMAGE} cannot be pulled; trying the next\n`)
      expect(run.log).toContain(`BuildKit comes from the mirror: ${mirror}/${IMAGE}\n`)
    } finally {
      await docker('image', 'rm', `${mirror}/${IMAGE}`)
    }
  })

  test('is kept for the next run if that is asked for, and used by it', async () => {
    await using space = await createWorkspace(twoApps())
    const step = { inputs: { ...OWN, 'keep-builder': 'true' }, env: { RUNNER_NAME: space.salt } }
    const first = await runBuild(space, step)
    const { name } = first.results.builder
    try {
      expect(first.state).toEqual({ phase: 'post' })
      const second = await runBuild(space, { ...step, inputs: { ...step.inputs, cache: 'false' } })
      expect(second.log).toContain(
        `Builder ${name} (docker-container): kept by an earlier run with the same settings\n`,
      )
      expect(second.outputs['steps-run']).toBe('0')
    } finally {
      await docker('buildx', 'rm', '--force', name)
    }
  })

  test('leaves its cache for the next one if that is asked for', async () => {
    await using space = await createWorkspace(twoApps())
    const inputs = { ...OWN, 'keep-state': 'true', cache: 'false' }
    const step = { inputs, env: { RUNNER_NAME: space.salt } }
    const first = await runBuild(space, step)
    const volume = `buildx_buildkit_${first.results.builder.name}0_state`
    try {
      expect((await machineState()).builders).toEqual(before.builders)
      expect((await runBuild(space, step)).outputs['steps-run']).toBe('0')
    } finally {
      await docker('volume', 'rm', volume)
    }
  })

  test('has a node for each platform', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    // Buildx takes no two nodes of one address, so the engine gets a second one.
    const socket = join(dirname(space.path), 'docker.sock')
    await symlink(process.env['DOCKER_HOST']?.replace('unix://', '') ?? '/var/run/docker.sock', socket)
    const nodes = `- { name: arm, platforms: linux/arm64, endpoint: 'unix://${socket}' }`
    const { builder, log } = await buildApps(space, { ...OWN, nodes })
    expect(builder.driver).toBe('docker-container')
    expect(log).not.toContain('is emulated')
  })

  test('that cannot be started is gone, and the error says what helps', async () => {
    await using space = await createWorkspace(twoApps())
    const run = await runAction(space, { inputs: { ...OWN, 'driver-opts': 'no-such=1' } })
    const message =
      /^a docker-container builder could not be started \(.+\); can moby\/buildkit:buildx-stable-1 be pulled/
    expect(run).toMatchObject({ code: 1, errors: [{ message: expect.stringMatching(message) }] })
  })
})

describeUnless(whyNoImage, 'a builder that is there already', () => {
  beforeAll(async () => {
    const options = ['--driver-opt', `image=${IMAGE}`, '--driver-opt', 'network=host']
    await docker('buildx', 'create', '--name', 'e2e-there', '--driver', 'docker-container', ...options, '--bootstrap')
  })
  afterAll(() => docker('buildx', 'rm', '--force', 'e2e-there'))

  test('is used by name, and stays', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    const { builder, log } = await buildApps(space, { builder: 'e2e-there' })
    expect(builder.name).toBe('e2e-there')
    expect(log).toContain('Builder e2e-there (docker-container): named by input builder\n')
  })

  test('is used without a name when setup steps before this one made it current', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    await docker('buildx', 'use', 'e2e-there')
    try {
      const { log } = await buildApps(space, {})
      expect(log).toContain('Builder e2e-there (docker-container): the current builder\n')
    } finally {
      await docker('buildx', 'use', 'default')
    }
  })

  test('is started when it is not running', async () => {
    await using space = await createWorkspace(twoApps())
    await docker('buildx', 'stop', 'e2e-there')
    const { code, results } = await runBuild(space, { inputs: { builder: 'e2e-there' } })
    expect({ code, name: results.builder.name }).toEqual({ code: 0, name: 'e2e-there' })
  })
})

describeUnless(whyNoImage, 'a run that is ended while its own builder builds', () => {
  const slow = { ...twoApps(), 'fragments/train.Dockerfile': 'RUN sleep 60; : step-<salt>\n' }

  const awaitStep = async (space: Workspace): Promise<void> => {
    for (let tenths = 0; findProcesses(`step-${space.salt}`).length === 0; tenths++) {
      if (tenths === 200) throw new Error('the step never ran')
      await setTimeout(100)
    }
  }

  test('by SIGTERM removes it', async () => {
    await using space = await createWorkspace(slow)
    await using running = await startAction(space, { inputs: { ...OWN, only: 'train' } })
    await awaitStep(space)
    running.kill('SIGTERM')
    const told = performance.now()
    const { code, errors, state } = await running.finished
    expect({ code, errors, state }).toMatchObject({ code: 1, errors: [{ message: 'stopped by SIGTERM' }] })
    // The runner waits 7.5 s after SIGINT.
    expect(performance.now() - told).toBeLessThan(5_000)
    expect(state).toEqual({ phase: 'post', 'left-builder': '' })
  })

  test('by SIGKILL leaves it to the post step', async () => {
    await using space = await createWorkspace(slow)
    const mark = `mark-${space.salt}`
    const step = { inputs: { ...OWN, only: 'train' }, env: { STRATA_E2E_MARK: mark } }
    await using running = await startAction(space, step)
    await awaitStep(space)
    running.kill('SIGKILL')
    const { state } = await running.finished
    killProcesses(mark)
    expect((await machineState()).builders).not.toEqual(before.builders)
    const post = await runAction(space, { inputs: OWN, state })
    expect(post).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(post.log).toMatch(/^Removing builder strata-[0-9a-f]{12}, which the build step did not come to$/m)
  })
})
