import { describe, expect, test } from '@jest/globals'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { runAction, runBuild } from '../support/e2e/run-action.ts'
import { docker } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace, type Workspace } from '../support/e2e/workspace.ts'

/** `PATH` of a machine whose engine keeps images as Docker 28 does by default; all else is the bed's Docker. */
const pathWithoutContainerdStore = async (space: Workspace): Promise<string> => {
  const folder = join(dirname(space.path), 'bin')
  await mkdir(folder, { recursive: true })
  const path = process.env['PATH'] ?? ''
  const script = `#!/bin/sh
PATH='${path}'
[ "$1" = info ] || exec docker "$@"
docker "$@" | sed 's/io.containerd.snapshotter.v1/overlay2/'
`
  await writeFile(join(folder, 'docker'), script, { mode: 0o755 })
  return `${folder}${delimiter}${path}`
}

/** The bed has BuildKit's image only after `script/testbed tools`; it cannot be pulled everywhere. */
const IMAGE = 'moby/buildkit:buildx-stable-1'
const hasBuildkitImage = (await docker('image', 'ls', '--quiet', IMAGE)) !== ''

const strataBuilders = async (): Promise<readonly string[]> =>
  (await docker('buildx', 'ls', '--format', '{{.Name}}')).split('\n').filter((name) => /^strata-[0-9a-f]+$/.test(name))

describe('an engine that cannot export registry cache', () => {
  test('is left for a docker-container builder, or the error says what to do', async () => {
    await using space = await createWorkspace(twoApps())
    const env = { PATH: await pathWithoutContainerdStore(space) }
    const image: Readonly<Record<string, string>> = hasBuildkitImage ? { 'buildkit-image': IMAGE } : {}
    const step = { env, inputs: { builder: '', push: 'true', only: 'serve', ...image } }
    const { code, errors, outputs } = await runAction(space, step)
    // Where BuildKit's image is not there and cannot be pulled, the message is what counts.
    if (code !== 0 && !hasBuildkitImage) {
      const message =
        /^a docker-container builder could not be started \(.*\); can moby\/buildkit:\S+ be pulled here\? Name a mirror/
      expect(errors.map((error) => error.message)).toEqual([expect.stringMatching(message)])
      return
    }
    expect({ code, run: outputs['steps-run'] }).toEqual({ code: 0, run: '4' })
    expect(await listPushedTags(space.cache)).toEqual(['serve-linux-amd64'])
    expect(await strataBuilders()).toEqual([])
  })

  test('builds as it is where there is no cache', async () => {
    await using space = await createWorkspace(twoApps())
    const env = { PATH: await pathWithoutContainerdStore(space) }
    const { code, results } = await runBuild(space, { env, inputs: { builder: '', cache: 'false', only: 'serve' } })
    expect({ code, driver: results.builder.driver }).toEqual({ code: 0, driver: 'docker' })
  })
})
