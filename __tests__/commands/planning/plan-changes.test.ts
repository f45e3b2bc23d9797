import { describe, expect, test } from '@jest/globals'
import { build as buildCommand } from '../../../src/commands/build.ts'
import { readBuildInputs, readPlanInputs } from '../../../src/commands/inputs.ts'
import { plan as planCommand } from '../../../src/commands/plan.ts'
import type { KeptComment } from '../../../src/io/pull-request-comment.ts'
import { parsePlan } from '../../../src/plan/parse-plan.ts'
import { contextOf, type Given, inWorld, ON_MAIN, ON_PULL_REQUEST, type World } from '../../support/world.ts'

const FACTORY = `version: 1
name: llm
registry: ghcr.io/acme
platforms: [linux/amd64]
id: "{app}-{core}"
layers:
  base: { variants: { none: { from: scratch } } }
  core: { variants: { a: { fragment: core/a }, b: { fragment: core/b } } }
  app: { variants: { serve: { fragment: app/serve }, train: { fragment: app/train } } }
manifests: { all: { base: none, core: "*", app: "*" } }
`

const FILES = {
  'strata.yaml': FACTORY,
  ...{ 'core/a': 'RUN a\n', 'core/b': 'RUN b\n', 'app/serve': 'RUN serve\n', 'app/train': 'RUN train\n' },
}

const BASE_PLACE = 'ghcr.io/acme/llm-cache-records:plan-llm-main'

/** Runs the plan command, and reads what came of it. */
const run = async (world: World, given: Given = {}, event = ON_MAIN, comment?: KeptComment) => {
  const comments: [string, string][] = []
  const keep = (marker: string, body: string): Promise<KeptComment> => {
    comments.push([marker, body])
    return Promise.resolve(comment ?? { status: 'created' })
  }
  return inWorld(
    world,
    async ({ io, told, workspace }) => {
      const inputs = readPlanInputs((name) => given[name] ?? '', {})
      const { outputs } = await planCommand(inputs, contextOf(workspace, event), io)
      const text = (await io.files.read(outputs['plan-path'] ?? '')) ?? ''
      return { outputs, text, plan: parsePlan(text, 'plan.json'), told, comments }
    },
    { comments: { keep } },
  )
}

const idsOf = ({ items }: { readonly items: readonly { readonly manifestId: string }[] }): readonly string[] =>
  items.map(({ manifestId }) => manifestId)

const ALL = ['serve-a', 'train-a', 'serve-b', 'train-b']
const CHANGED = { scope: 'changed' }
const TRAIN = { 'app/train': 'RUN other\n' }

const afterMain = async (): Promise<Map<string, string>> => {
  const kept = new Map<string, string>()
  await run({ files: FILES, kept })
  return kept
}

describe('scope changed', () => {
  test('plans what changed since the plan of the default branch, and says what', async () => {
    const kept = await afterMain()
    expect([...kept.keys()]).toEqual([BASE_PLACE])
    const { plan, outputs, told } = await run({ files: { ...FILES, ...TRAIN }, kept }, CHANGED, ON_PULL_REQUEST)
    expect(idsOf(plan)).toEqual(['train-a', 'train-b'])
    expect(plan.legs.flatMap(({ items }) => items).toSorted()).toEqual([0, 1])
    expect(outputs['has-work']).toBe('true')
    expect(told.infos).toContain(`2 of 4 work items changed since the plan kept as ${BASE_PLACE}`)
    expect(told.infos).toContain('app/train, 2 work items: fragment app/train changed')
    expect(told.summaries[0]).toContain('| `app/train` | 2 | fragment app/train changed |')
  })

  test('plans nothing when nothing changed', async () => {
    const { plan, outputs } = await run({ files: FILES, kept: await afterMain() }, CHANGED, ON_PULL_REQUEST)
    expect([idsOf(plan), plan.legs, plan.prefixes, outputs['has-work']]).toEqual([[], [], [], 'false'])
  })

  test('plans what is forced, and warns of what is not there', async () => {
    const given = { ...CHANGED, force: 'serve-b, nobody*' }
    const { plan, told } = await run({ files: FILES, kept: await afterMain() }, given, ON_PULL_REQUEST)
    expect(idsOf(plan)).toEqual(['serve-b'])
    expect(told.warnings).toEqual(['force: no manifest matches "nobody*"'])
  })

  test('keeps the whole plan, so that the next comparison knows all of it', async () => {
    const kept = await afterMain()
    const world = { files: { ...FILES, ...TRAIN }, kept }
    expect(idsOf((await run(world, CHANGED)).plan)).toEqual(['train-a', 'train-b'])
    const whole = parsePlan(kept.get(BASE_PLACE) ?? '', BASE_PLACE)
    expect([idsOf(whole), whole.tops.length, whole.imageKeys.length]).toEqual([ALL, 4, 4])
    expect((await run(world, CHANGED)).plan.items).toEqual([])
  })

  test('compares a part of the factory with a plan of all of it, and takes nothing for gone', async () => {
    const given = { ...CHANGED, only: 'train-*' }
    const world = { files: { ...FILES, 'core/a': 'RUN other\n' }, kept: await afterMain() }
    const { plan, told } = await run(world, given, ON_PULL_REQUEST)
    expect(idsOf(plan)).toEqual(['train-a'])
    expect(told.infos.filter((line) => line.startsWith('No longer'))).toEqual([])
  })

  test('compares with the file that base-plan names', async () => {
    const { text } = await run({ files: FILES })
    const files = { ...FILES, ...TRAIN, 'base.json': text }
    const { plan, told } = await run({ files }, { ...CHANGED, 'base-plan': 'base.json' }, ON_PULL_REQUEST)
    expect(idsOf(plan)).toEqual(['train-a', 'train-b'])
    expect(told.infos).toContain('2 of 4 work items changed since the plan in base.json')
    await expect(run({ files }, { ...CHANGED, 'base-plan': 'no.json' })).rejects.toThrow(
      'base-plan: there is no plan file no.json',
    )
  })

  test.each<{ when: string; factory: string; because: string }>([
    { when: 'none is kept', factory: FACTORY, because: 'no plan of main is kept yet that could be compared with' },
    {
      when: 'there is no registry',
      factory: FACTORY.replace('registry: ghcr.io/acme\n', ''),
      because: 'there is no registry where plans are kept; name one in input base-plan',
    },
    {
      when: 'plans are not kept',
      factory: `${FACTORY}cache: { strategy: manifest }\n`,
      because: 'plans are kept with cache.strategy layer alone; name one in input base-plan',
    },
  ])('plans everything and says why when $when', async ({ factory, because }) => {
    const { plan, told } = await run({ files: { ...FILES, 'strata.yaml': factory } }, CHANGED, ON_PULL_REQUEST)
    expect(idsOf(plan)).toEqual(ALL)
    expect(told.infos).toContain(`Everything is planned, as ${because}`)
  })
})

describe('build without a plan', () => {
  const build = async (given: Given, comments: string[] = []) =>
    inWorld(
      { files: FILES, kept: await afterMain() },
      async ({ io, told, workspace }) => {
        const inputs = readBuildInputs((name) => given[name] ?? '', {})
        return { result: await buildCommand(inputs, contextOf(workspace, ON_PULL_REQUEST), io), told }
      },
      { comments: { keep: (marker) => Promise.resolve((comments.push(marker), { status: 'updated' })) } },
    )

  test('builds nothing when nothing changed, and needs no builder for it', async () => {
    const comments: string[] = []
    const { result, told } = await build({ ...CHANGED, comment: 'true' }, comments)
    expect(told.infos.at(-1)).toBe('Nothing changed, so nothing is built')
    expect(result.outputs).toMatchObject({ 'total-steps': '0', 'cache-hit-ratio': '1', metadata: '{}' })
    expect(comments).toEqual(['plan llm'])
  })

  test('leaves the comment to the job that plans when it has a leg', async () => {
    const comments: string[] = []
    const leg = JSON.stringify({ id: 'linux-amd64-1' })
    await expect(build({ ...CHANGED, comment: 'true', leg }, comments)).rejects.toThrow('the plan has no leg')
    expect(comments).toEqual([])
  })
})

describe('comment', () => {
  const commented = async (comment?: KeptComment) =>
    run({ files: { ...FILES, ...TRAIN }, kept: await afterMain() }, { comment: 'true' }, ON_PULL_REQUEST, comment)

  test('is kept under the name of the factory, whatever is planned', async () => {
    const { plan, comments, told } = await commented()
    expect(idsOf(plan)).toEqual(ALL)
    expect(comments).toEqual([['plan llm', expect.stringContaining('touches `app/train`: 2 of 4 work items')]])
    expect(told.infos).toContain('The comment on the pull request was created')
  })

  test.each<{ comment: KeptComment; infos: readonly string[]; warnings: readonly string[] }>([
    {
      comment: { status: 'unavailable', reason: 'this run is not for a pull request' },
      infos: ['There is no comment: this run is not for a pull request'],
      warnings: [],
    },
    {
      comment: { status: 'failed', reason: 'GitHub is down' },
      infos: [],
      warnings: ['the comment on the pull request could not be kept: GitHub is down'],
    },
  ])('that is $comment.status never fails the plan', async ({ comment, infos, warnings }) => {
    const { told } = await commented(comment)
    expect(told.infos).toEqual(expect.arrayContaining([...infos]))
    expect(told.warnings).toEqual(warnings)
  })

  test('is not asked for by default', async () => {
    const { comments, told } = await run({ files: FILES, kept: await afterMain() }, {}, ON_PULL_REQUEST)
    expect(comments).toEqual([])
    expect(told.infos.filter((line) => line.includes('changed since'))).toEqual([])
  })
})
