import { describe, expect, test } from '@jest/globals'
import { runAction, SCHEDULE } from '../support/e2e/run-action.ts'
import { buildAt, planAt, type RunAt } from '../support/e2e/run-at.ts'
import { recordsOf } from '../support/e2e/records-of.ts'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

/**
 * A layer that installs what an index offers, which is a secret here, since those are what no key covers. Its probe says
 * what the index has that is not installed. It has a user of its own, who may write nowhere.
 */
const FACTORY: Texts = {
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64]
layers:
  base: { stable: true, variants: { busybox: { from: '<base>' } } }
  security:
    stable: true
    max-age: { every: 7d, probe: '--mount=type=secret,id=index,mode=0444 grep -vxFf /installed /run/secrets/index || true # all' }
    variants: { '1.0': { fragment: security.Dockerfile } }
  app: { variants: { serve: { fragment: app.Dockerfile } } }
manifests:
  serve: { base: busybox, security: '1.0', app: serve }
`,
  'security.Dockerfile': `ARG PARENT
FROM \${PARENT}
RUN mkdir /srv && echo <salt> > /srv/salt
RUN --mount=type=secret,id=index cat /run/secrets/index > /installed
USER 1000
`,
  'app.Dockerfile': 'RUN cat /installed > /tmp/app\n',
  'index.txt': 'openssl 1\nzlib 1\n',
}

const SECRETS: Texts = { 'secret-files': 'index=index.txt' }

/** A night so many days ago; that of today is the last one. */
const night = (daysAgo: number) => ({
  at: new Date(Date.now() - daysAgo * 86_400_000),
  event: SCHEDULE,
  number: 100 - daysAgo,
})

const build = async (space: Workspace, daysAgo: number): Promise<RunAt> => {
  await emptyBuilder()
  const run = await buildAt(space, night(daysAgo), SECRETS)
  expect(run.failure).toBeUndefined()
  return run
}

const probe = (space: Workspace, daysAgo: number): Promise<RunAt> =>
  buildAt(space, night(daysAgo), { ...SECRETS, scope: 'probes' })

/** Why each layer ran: `security: epoch`. */
const reasonsOf = (run: RunAt): readonly string[] =>
  recordsOf(run)
    .flatMap(({ layers }) => layers)
    .flatMap(({ layer, reason }) => (reason === undefined ? [] : [`${layer}: ${reason.kind}`]))

/** The prefixes that prewarming would build, with why. */
const coldOf = async (space: Workspace, daysAgo: number): Promise<readonly string[]> => {
  const { plan } = await planAt(space, night(daysAgo), { scope: 'stable' })
  return plan.prefixes.flatMap(({ layer, state, reason }) =>
    state === 'cold' ? [`${layer}: ${reason?.kind ?? 'unknown'}`] : [],
  )
}

const SILENT = { warnings: [], outputs: { 'rolled-over': '' } }
const NOTHING = { 'steps-run': '0' }

describe('probes', () => {
  test('have a layer built again when what they say changes, and only then', async () => {
    await using space = await createWorkspace(FACTORY)
    expect((await build(space, 60)).outputs['steps-run']).toBe('3')
    const refs = await listPushedTags(space.cache)

    // The first answer is noted, and holds for its time.
    const first = await probe(space, 60)
    expect(first).toMatchObject(SILENT)
    expect(first.infos).toContainEqual(expect.stringContaining('is noted'))
    expect((await probe(space, 54)).infos).toContain('No probe is due')
    expect(await probe(space, 52)).toMatchObject(SILENT)
    expect(await listPushedTags(space.cache)).toEqual(refs)
    expect(await coldOf(space, 52)).toEqual([])
    const lowered = await buildAt(space, night(44), { ...SECRETS, scope: 'probes', cache: 'read' })
    expect(lowered).toEqual({
      ...lowered,
      ...SILENT,
      warnings: [expect.stringContaining('writing is turned off by input')],
    })

    // One that fails is told, and nothing comes of what it would have said.
    const broken = space.fill(FACTORY['strata.yaml'] ?? '').replace('|| true', '&& exit 7')
    await space.write({ 'strata.yaml': broken, 'index.txt': 'openssl 2\nzlib 1\n' })
    const failed = await probe(space, 44)
    expect(failed.outputs).toEqual(SILENT.outputs)
    expect(failed.warnings).toEqual([expect.stringMatching(/^the probe of security-1\.0-[0-9a-f]{8} .*exit code: 7/)])
    expect((await build(space, 44)).outputs).toMatchObject(NOTHING)

    // Another answer: the layer and what is above run once.
    await space.write({ 'strata.yaml': FACTORY['strata.yaml'] ?? '' })
    expect((await probe(space, 43)).outputs).toEqual({ 'rolled-over': 'security/1.0' })
    expect(await coldOf(space, 43)).toEqual(['security: epoch'])
    const rebuilt = await build(space, 43)
    expect(rebuilt.outputs['steps-run']).toBe('3')
    expect(reasonsOf(rebuilt)).toEqual(['security: epoch', 'app: parent'])

    // What the new layer says is another thing again, and no reason to build it once more.
    await emptyBuilder()
    const bundled = await runAction(space, { inputs: { ...SECRETS, scope: 'probes' }, event: SCHEDULE })
    expect(bundled).toMatchObject({ code: 0, errors: [], ...SILENT })
    expect((await build(space, 0)).outputs).toMatchObject(NOTHING)
  })

  test('are asked on each prefix, and one that fails takes no other with it', async () => {
    const text = `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64]
layers:
  base: { variants: { one: { from: '<base>' }, two: { from: '<base-2>' } } }
  security:
    max-age: { every: 7d, probe: 'cat /kind && ! grep -q bad /kind' }
    variants: { good: { fragment: good.Dockerfile }, bad: { fragment: bad.Dockerfile } }
manifests:
  all: { base: '*', security: '*' }
`
    const fragments = {
      'good.Dockerfile': 'RUN echo good <salt> > /kind',
      'bad.Dockerfile': 'RUN echo bad <salt> > /kind',
    }
    await using space = await createWorkspace({ ...FACTORY, 'strata.yaml': text, ...fragments })
    await build(space, 9)
    const { warnings, infos } = await probe(space, 9)
    expect(warnings).toHaveLength(2)
    expect(warnings.every((message) => message.startsWith('the probe of security-bad-'))).toBe(true)
    expect(infos.filter((line) => line.includes('is noted'))).toHaveLength(2)
    // What failed is asked again, what answered is not.
    const again = await probe(space, 8)
    expect(again.warnings).toHaveLength(2)
    expect(again.infos.filter((line) => line.startsWith('Probe of'))).toEqual([])
  })

  test('are asked by the build action alone, and where there are any', async () => {
    const text = FACTORY['strata.yaml']?.replace(/max-age: .*/, 'max-age: 7d') ?? ''
    await using space = await createWorkspace({ ...FACTORY, 'strata.yaml': text })
    const errors = async (action: 'plan' | 'build', inputs: Texts = {}) =>
      (await runAction(space, { action, inputs: { scope: 'probes', ...inputs } })).errors.map(({ message }) => message)
    expect(await errors('plan')).toEqual([
      'input scope is probes, which have no legs; give it to the build action, in one job',
    ])
    expect(await errors('build', { leg: '{"id":"linux-amd64-1"}' })).toEqual([
      expect.stringContaining('input scope is probes, and there is input leg'),
    ])
    expect(await errors('build')).toEqual([
      expect.stringContaining('scope is probes, and no layer of the factory file has one'),
    ])
  })
})
