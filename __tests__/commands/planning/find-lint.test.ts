import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readPlanInputs } from '../../../src/commands/inputs.ts'
import { preparePlan } from '../../../src/commands/planning/prepare.ts'
import { contextOf, inWorld, ON_MAIN } from '../../support/world.ts'

const FACTORY = `version: 1
name: lint
layers:
  base: { variants: { small: { from: busybox } } }
  core: { variants: { one: { fragment: core.Dockerfile } } }
  app: { variants: { two: { fragment: app/Dockerfile } } }
manifests: { both: { base: small, core: one, app: two } }
platforms: [linux/amd64]
`

type Files = Readonly<Record<string, string>>

const findingsIn = (files: Files, { lint = '', modes = {} }: { lint?: string; modes?: Record<string, number> } = {}) =>
  inWorld(
    { files: { 'strata.yaml': FACTORY, 'core.Dockerfile': '', 'app/Dockerfile': '', ...files } },
    async (visit) => {
      for (const [path, mode] of Object.entries(modes)) chmodSync(join(visit.workspace, path), mode)
      const inputs = readPlanInputs((name) => (name === 'lint' ? lint : ''), {})
      const { findings, plan } = await preparePlan(inputs, contextOf(visit.workspace, ON_MAIN), visit.io)
      return { found: findings.map(({ rule, level, place }) => `${level} ${rule} ${place.file}:${place.line}`), plan }
    },
  )

const BASE = 'warn latest-image strata.yaml:4'

describe('a plan', () => {
  test('looks at base images, and at the factory file for comments', async () => {
    expect((await findingsIn({})).found).toEqual([BASE])
    const silenced = FACTORY.replace('  base:', '  # strata: ignore=latest-image it is a test\n  base:')
    expect((await findingsIn({ 'strata.yaml': silenced })).found).toEqual([])
  })

  test('knows what stands above a fragment', async () => {
    const copies = { 'core.Dockerfile': 'COPY . /a\n', 'app/Dockerfile': 'COPY . /b\n' }
    expect((await findingsIn(copies)).found).toEqual([BASE, 'warn copy-all-early core.Dockerfile:1'])
  })

  test('looks into the build context, and into scripts that are copied', async () => {
    const { found } = await findingsIn({
      'core.Dockerfile': 'RUN sh setup.sh\nRUN sh nothing.sh\nRUN sh ignored.sh\n',
      'app/Dockerfile': 'COPY bin/start.sh /start.sh\nRUN sh low.sh',
      ...{ 'setup.sh': '', 'ignored.sh': '', 'low.sh': '', '.dockerignore': 'ignored.sh\n' },
      ...{ 'bin/start.sh': '. ./lib.sh\n', 'bin/lib.sh': '' },
    })
    expect(found).toEqual([
      ...['app/Dockerfile:1', 'app/Dockerfile:2', 'core.Dockerfile:1'].map(
        (place) => `warn context-not-copied ${place}`,
      ),
      BASE,
    ])
  })

  test('takes no folder for a script', async () => {
    const { found } = await findingsIn({ 'core.Dockerfile': 'COPY bin/ /bin/\n', 'bin/a.sh/b': '' })
    expect(found).toEqual([BASE])
  })

  test('trusts that a layer below has brought a file', async () => {
    const files = { 'core.Dockerfile': 'COPY low.sh /\n', 'app/Dockerfile': 'WORKDIR /\nRUN sh low.sh\n', 'low.sh': '' }
    expect((await findingsIn(files)).found).toEqual([BASE])
  })

  test('tells of file modes where the files are copied', async () => {
    const files = { 'core.Dockerfile': 'RUN true\nCOPY conf/ /etc/\n', 'conf/a': '', 'conf/b': '' }
    const { found } = await findingsIn(files, { modes: { 'conf/b': 0o664 } })
    expect(found).toEqual([BASE, 'warn file-modes core.Dockerfile:2'])
  })

  test('takes levels of the factory file, and hands them on to its legs', async () => {
    const factory = `${FACTORY}lint: { latest-image: error, copy-all-early: off }\n`
    const { found, plan } = await findingsIn({ 'strata.yaml': factory, 'core.Dockerfile': 'COPY . /a\n' })
    expect(found).toEqual(['error latest-image strata.yaml:4'])
    expect(plan.lint).toEqual({ rules: { 'latest-image': 'error', 'copy-all-early': 'off' } })
  })

  test('takes levels of the input before those of the factory file', async () => {
    const factory = `${FACTORY}lint: error\n`
    expect((await findingsIn({ 'strata.yaml': factory }, { lint: 'off' })).found).toEqual([])
    expect((await findingsIn({ 'strata.yaml': factory }, { lint: 'latest-image=warn' })).found).toEqual([BASE])
  })
})
