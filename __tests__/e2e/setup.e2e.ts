import { describe, expect, test } from '@jest/globals'
import { NO_BUILDX, pathWithBuildx, pathWithoutDocker } from '../support/e2e/docker-command.ts'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { runAction } from '../support/e2e/run-action.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace, type Workspace } from '../support/e2e/workspace.ts'

type Case = {
  readonly description: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly env: (space: Workspace) => Promise<Readonly<Record<string, string>>>
  readonly error: string | RegExp
}

const INSTALL_BUILDX = 'install the docker-buildx-plugin package, or use docker/setup-buildx-action before this step'

const CASES: readonly Case[] = [
  {
    description: 'no Docker',
    env: async (space) => ({ PATH: await pathWithoutDocker(space) }),
    error: 'there is no docker in PATH; install Docker, or run the job on a runner that has it',
  },
  {
    description: 'no Docker for USE_BUILDX=0',
    env: async (space) => ({ PATH: await pathWithoutDocker(space), USE_BUILDX: '0' }),
    error: 'there is no docker in PATH; install Docker, or run the job on a runner that has it',
  },
  {
    description: 'no Buildx',
    env: async (space) => ({ PATH: await pathWithBuildx(space, NO_BUILDX) }),
    error: `Docker has no Buildx; ${INSTALL_BUILDX}`,
  },
  {
    description: 'a Buildx that is too old',
    env: async (space) => ({
      PATH: await pathWithBuildx(
        space,
        'echo "github.com/docker/buildx v0.16.2 34c195271a3f8dc64814db71438dc50dd41d7e3e"; exit',
      ),
    }),
    error: `Buildx 0.16.2 is too old, 0.17 or newer is needed; ${INSTALL_BUILDX}`,
  },
  {
    description: 'an engine that does not answer',
    inputs: { builder: 'default' },
    env: (space) => Promise.resolve({ DOCKER_HOST: `unix://${space.path}/none.sock` }),
    error: /engine does not answer .*none\.sock.*; start it, or set DOCKER_HOST$/,
  },
  {
    description: 'an engine that does not answer, and no builder named',
    inputs: { builder: '' },
    env: (space) => Promise.resolve({ DOCKER_HOST: `unix://${space.path}/none.sock` }),
    error: /engine does not answer .*none\.sock.*; start it, or set DOCKER_HOST$/,
  },
  {
    description: 'an engine that does not answer for USE_BUILDX=0',
    env: (space) => Promise.resolve({ DOCKER_HOST: `unix://${space.path}/none.sock`, USE_BUILDX: '0' }),
    error: /engine does not answer .*none\.sock.*; start it, or set DOCKER_HOST$/,
  },
  {
    description: 'a builder that there is none of',
    inputs: { builder: 'nobody' },
    env: () => Promise.resolve({}),
    error: /^there is no builder nobody; docker buildx ls has .*default/,
  },
]

describe('what the build needs and does not find', () => {
  test.each(CASES)('$description', async ({ inputs = {}, env, error }) => {
    await using space = await createWorkspace(twoApps())
    const run = await runAction(space, { inputs: { push: 'true', ...inputs }, env: await env(space) })
    expect(run).toMatchObject({ code: 1, outputs: {}, warnings: [] })
    const message: unknown = typeof error === 'string' ? error : expect.stringMatching(error)
    expect(run.errors).toEqual([{ message }])
    expect(await listPushedTags(space.image)).toEqual([])
  })
})
