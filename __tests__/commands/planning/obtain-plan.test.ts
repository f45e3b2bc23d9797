import { describe, expect, test } from '@jest/globals'
import { readBuildInputs } from '../../../src/commands/inputs.ts'
import { obtainPlan } from '../../../src/commands/planning/obtain-plan.ts'
import { plan as planCommand } from '../../../src/commands/plan.ts'
import type { ArtifactDownload, ArtifactUpload } from '../../../src/io/artifacts.ts'
import type { Context } from '../../../src/io/context.ts'
import { encodePlan } from '../../../src/plan/plan-file.ts'
import { makePlan, type Plan, type PlanInput } from '../../../src/plan/plan.ts'
import { literalIo } from '../../support/io.ts'
import { PLANNED, sampleWork } from '../../support/samples.ts'

const CONTEXT: Context = {
  workspace: '/workspace',
  temporary: '/tmp',
  event: { ref: 'refs/heads/main', refProtected: false },
  run: {},
  useBuildx: true,
  env: {},
  signal: new AbortController().signal,
}

/** A factory that adds nothing to `scratch`, so that no registry is asked. */
const FACTORY = `version: 1
name: tiny
platforms: [linux/amd64]
layers: { base: { variants: { none: { from: scratch } } } }
manifests: { tiny: { base: none } }
`

const INPUT: PlanInput = {
  ...PLANNED,
  ...{ items: [sampleWork()], tops: [null], imageKeys: [''], prefixes: [], contents: [], files: {} },
  ...{ excluded: [], aliases: {}, unchanged: [], pools: [], schedule: { waves: [], legs: [] } },
  forecast: {
    ...{ positions: 0, unique: 0, shared: 0, warm: 0, cold: 0, repeated: 0 },
    ...{ expectedMs: 0, lowerBoundMs: 0, runnerMs: 0, measured: 1 },
  },
}
const STORED: Plan = makePlan(INPUT)
const LEG = { id: 'llm_factory-linux-amd64', digest: STORED.digest }
const NAME = `strata-plan-${STORED.digest}`

const inputsWith = (given: Readonly<Record<string, string>>) => readBuildInputs((name) => given[name] ?? '', {})

/** A workspace with the factory, a plan file and a plan where the artifact service puts it. */
const world = (download: ArtifactDownload) => {
  const asked: string[] = []
  const texts = new Map([
    ['strata.yaml', FACTORY],
    ['given.json', JSON.stringify(encodePlan({ ...STORED, digest: 'given' }))],
    ['/tmp/strata-plan/plan.json', JSON.stringify(encodePlan(STORED))],
    ['/tmp/strata-plan/other.json', '{}'],
  ])
  const { io, told } = literalIo(texts, {
    artifacts: {
      list: () => Promise.reject(new Error('a leg knows the name')),
      upload: () => Promise.reject(new Error('a leg stores nothing')),
      download: (name, folder) => {
        asked.push(`${name} to ${folder}`)
        return Promise.resolve(download)
      },
    },
  })
  return { io, told, asked }
}

const FOUND: ArtifactDownload = { status: 'found', file: '/tmp/strata-plan/plan.json' }

describe('obtainPlan', () => {
  test('takes the artifact of the plan that made the leg', async () => {
    const { io, told, asked } = world(FOUND)
    expect(await obtainPlan(inputsWith({}), LEG, CONTEXT, io)).toEqual({ plan: STORED })
    expect(asked).toEqual([`${NAME} to /tmp/strata-plan`])
    expect(told).toMatchObject({ infos: [`Plan ${STORED.digest}, from artifact ${NAME}`], warnings: [] })
  })

  test('takes the file that plan-path names, and asks for no artifact', async () => {
    const { io, told, asked } = world(FOUND)
    const { plan, whole } = await obtainPlan(inputsWith({ 'plan-path': 'given.json' }), LEG, CONTEXT, io)
    expect([plan.digest, whole]).toEqual(['given', undefined])
    expect(asked).toEqual([])
    expect(told.infos).toEqual(['Plan given, from given.json'])
  })

  test.each([
    { when: 'there is no leg', leg: undefined },
    { when: 'the leg does not say which plan made it', leg: { id: LEG.id } },
  ])('plans, and asks for no artifact, when $when', async ({ leg }) => {
    const { io, told, asked } = world(FOUND)
    const { plan, whole } = await obtainPlan(inputsWith({}), leg, CONTEXT, io)
    expect(plan.name).toBe('tiny')
    expect(whole).toBe(plan)
    expect(asked).toEqual([])
    expect(told.infos).toEqual([`Plan ${plan.digest}, made here`])
  })

  test.each<{ download: ArtifactDownload; because: string; warnings: readonly string[] }>([
    { download: { status: 'missing' }, because: `this run has no artifact ${NAME}`, warnings: [] },
    { download: { status: 'unavailable' }, because: 'there are no artifacts here', warnings: [] },
    {
      download: { status: 'failed', reason: 'Unable to make request: ECONNREFUSED' },
      because: `artifact ${NAME} could not be fetched`,
      warnings: [`the plan could not be fetched from artifact ${NAME}: Unable to make request: ECONNREFUSED`],
    },
  ])('plans when the artifact is $download.status', async ({ download, because, warnings }) => {
    const { io, told } = world(download)
    const { plan, whole } = await obtainPlan(inputsWith({}), LEG, CONTEXT, io)
    expect(plan.name).toBe('tiny')
    expect(whole).toBe(plan)
    expect(told).toMatchObject({ infos: [`Plan ${plan.digest}, made here, as ${because}`], warnings })
  })

  test('throws when a file is named that is not there, or was stored that is no plan', async () => {
    const { io } = world({ status: 'found', file: '/tmp/strata-plan/other.json' })
    await expect(obtainPlan(inputsWith({ 'plan-path': 'no.json' }), LEG, CONTEXT, io)).rejects.toThrow(
      'there is no plan file no.json',
    )
    await expect(obtainPlan(inputsWith({}), LEG, CONTEXT, io)).rejects.toThrow('is not a plan file')
  })
})

describe('plan', () => {
  test.each<{ upload: ArtifactUpload; told: (name: string) => object }>([
    {
      upload: { status: 'stored' },
      told: (name) => ({
        infos: [`The plan is artifact ${name} of this run; build jobs fetch it by themselves`],
        warnings: [],
      }),
    },
    {
      upload: { status: 'unavailable' },
      told: () => ({ infos: [expect.stringContaining('hand the plan on by output plan-path')], warnings: [] }),
    },
    {
      upload: { status: 'failed', reason: 'the quota has been hit' },
      told: (name) => ({
        infos: [],
        warnings: [
          `the plan could not be stored as artifact ${name}, so legs plan for themselves: the quota has been hit`,
        ],
      }),
    },
  ])('puts out its plan when its artifact is $upload.status', async ({ upload, told: expected }) => {
    const texts = new Map([['strata.yaml', FACTORY]])
    const stored: [string, string | undefined][] = []
    const { io, told } = literalIo(texts, {
      artifacts: {
        upload: (name, file) => {
          stored.push([name, texts.get(file)])
          return Promise.resolve(upload)
        },
        download: () => Promise.reject(new Error('a plan fetches nothing')),
        list: () => Promise.reject(new Error('a plan fetches nothing')),
      },
    })
    const { outputs } = await planCommand(inputsWith({}), CONTEXT, io)
    const text = texts.get(outputs['plan-path'] ?? '') ?? ''
    const name = `strata-plan-${(JSON.parse(text) as Plan).digest}`
    expect(stored).toEqual([[name, text]])
    expect(told).toMatchObject(expected(name))
  })
})
