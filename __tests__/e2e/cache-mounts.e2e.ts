import { expect, test } from '@jest/globals'
import { startCacheService } from '../support/cache-service.ts'
import { type BuildRun, type Event, PULL_REQUEST, runBuild } from '../support/e2e/run-action.ts'
import { docker, emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts } from '../support/e2e/workspace.ts'

/** A package manager as it looks from outside: what its cache has is not downloaded, and what it installs is the same. */
const install = (mount: string, folder: string): string =>
  `RUN --mount=type=cache,${mount} if [ ! -e ${folder}/pkg ]; then echo package > ${folder}/pkg; echo >> ${folder}/downloads; fi`

/** `install` writes how often its packages were ever downloaded; `plain` the same files whatever the mount holds. */
const FACTORY: Texts = {
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  app:
    variants:
      install: { fragment: install.Dockerfile }
      plain: { fragment: plain.Dockerfile }
manifests:
  install: { base: busybox, app: install }
  plain: { base: busybox, app: plain }
`,
  'install.Dockerfile': `ARG PARENT
FROM \${PARENT}
ARG TARGETARCH
${install('id=own-<salt>-${TARGETARCH},target=/var/own,uid=1000,mode=0770', '/var/own')} && wc -l < /var/own/downloads > /own && cp /var/own/pkg /
${install('target=/var/<salt>/', '/var/<salt>')} && wc -l < /var/<salt>/downloads > /shared && date +%s%N > /now
CMD ["cat", "/own", "/shared", "/pkg"]
`,
  'plain.Dockerfile': `ARG PARENT
FROM \${PARENT}
${install('id=plain-<salt>,target=/tmp', '/tmp')} && echo plain > /srv-plain && touch -d @0 /srv-plain
`,
}

const mountsOf = ({ results }: BuildRun) =>
  results.cacheMounts?.mounts.map(({ kept, restoredBytes }) => [kept, restoredBytes !== undefined])

const digestOf = ({ results }: BuildRun, id: string): string | undefined =>
  results.items.find(({ manifestId }) => manifestId === id)?.digest

test('a forced step downloads nothing on the second runner, and nothing of it is in keys or images', async () => {
  await using service = await startCacheService()
  await using space = await createWorkspace(FACTORY)
  const build = async (inputs: Texts, event?: Event): Promise<BuildRun> => {
    await emptyBuilder()
    const run = await runBuild(space, {
      ...{ inputs: { records: 'none', push: 'true', ...inputs }, env: { ...service.env, SOURCE_DATE_EPOCH: '0' } },
      ...(event === undefined ? {} : { event }),
    })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    return run
  }
  const keep = { 'cache-mounts': 'keep' }
  const forced = { ...keep, 'no-cache': 'true' }

  const first = await build(keep)
  expect(mountsOf(first)).toEqual(Array(3).fill(['saved', false]))
  expect(first.summary).toContain('### Cache mounts')

  const second = await build(forced)
  expect(second.outputs).toMatchObject({ 'steps-run': '3' })
  expect(mountsOf(second)).toEqual(Array(3).fill(['unchanged', true]))
  expect(second.results.cacheMounts?.mounts.every(({ emptyMs }) => emptyMs !== undefined)).toBe(true)
  const image = `${space.image}:install-linux-amd64`
  expect(await docker('run', '--rm', '--pull=always', '--quiet', '--network=none', image)).toBe('1\n1\npackage')
  await docker('image', 'rm', '--force', image)
  // The same step with an empty mount and with a filled one.
  expect(digestOf(second, 'plain')).toBe(digestOf(first, 'plain'))
  expect(digestOf(second, 'install')).not.toBe(digestOf(first, 'install'))

  // A pull request reads what is kept, and stores nothing.
  const [entries, { length }] = [service.entries, [...service.entries]]
  service.entries.splice(1)
  const pull = await build({ ...forced, push: 'false' }, PULL_REQUEST)
  expect(mountsOf(pull)?.map(([kept]) => kept)).toEqual(Array(3).fill('read-only'))
  expect([length, entries.length]).toEqual([3, 1])

  // Without the input every step is found under the keys that the first run wrote.
  const off = await build({})
  expect(off.outputs).toMatchObject({ 'steps-run': '0' })
  expect(off.results.cacheMounts).toBeUndefined()
  expect(digestOf(off, 'plain')).toBe(digestOf(first, 'plain'))
})
