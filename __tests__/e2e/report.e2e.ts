import { describe, expect, jest, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createArtifacts } from '../../src/io/artifacts.ts'
import { renderPlanFile } from '../../src/plan/plan-file.ts'
import { renderRecords } from '../../src/records/parse-records.ts'
import type { CompatibilityRecord } from '../../src/records/record.ts'
import type { RunReportFile } from '../../src/report/run-report.ts'
import { type ArtifactService, startArtifactService, TOKEN } from '../support/artifact-service.ts'
import { cacheRoutes } from '../support/cache-service.ts'
import { type ActionRun, type ActionStep, PULL_REQUEST, runAction, runBuild } from '../support/e2e/run-action.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'
import { parseOpenMetrics } from '../support/openmetrics.ts'
import { FIRST, generateRun, planOf, sampleShape } from '../support/run-records.ts'
import { changed } from '../report/run-samples.ts'

const SHAPE = sampleShape({ cold: changed })

/** Variables of one run and attempt. */
const runOf = (id: string, attempt = '1'): Texts => ({ GITHUB_RUN_ID: id, GITHUB_RUN_ATTEMPT: attempt })

/** A run of that id on that day, as files of records by leg. */
const filesOf = (records: readonly CompatibilityRecord[]): Texts =>
  Object.fromEntries(
    [...Map.groupBy(records, ({ run }) => run.leg ?? 'all')].map(([leg, of]) => [
      `records/${leg}/records.jsonl`,
      renderRecords(of),
    ]),
  )

/** Stores texts as artifacts of one file each, as other jobs of the run would. */
const storeAll = async (service: ArtifactService, texts: Texts): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-stored-'))
  const before = { ...process.env }
  Object.assign(process.env, service.env, { GITHUB_SERVER_URL: 'https://github.com' })
  const quiet = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    for (const [name, text] of Object.entries(texts)) {
      const file = join(folder, name)
      await writeFile(file, text)
      const stored = await createArtifacts(process.env).upload(name, file)
      if (stored.status !== 'stored') throw new Error(`artifact ${name} is ${stored.status}`)
    }
  } finally {
    quiet.mockRestore()
    process.env = before
    await rm(folder, { recursive: true })
  }
}

/** Names of artifacts as the build jobs give them, with their records. */
const artifactsOf = (records: readonly CompatibilityRecord[]): Texts =>
  Object.fromEntries(
    [...Map.groupBy(records, ({ run }) => `strata-records-${run.leg}-${run.attempt}`)].map(([name, of]) => [
      name,
      renderRecords(of),
    ]),
  )

const reportOn = (space: Workspace, step: Omit<ActionStep, 'action'>): Promise<ActionRun> =>
  runAction(space, { ...step, action: 'report' })

const readReport = ({ outputs, log }: ActionRun): RunReportFile => {
  if (outputs['results'] === undefined) throw new Error(`there is no report:\n${log}`)
  return JSON.parse(readFileSync(outputs['results'], 'utf8')) as RunReportFile
}

describe('report', () => {
  test('tells of a whole run from the artifacts of its jobs, and what is missing', async () => {
    await using service = await startArtifactService()
    await using space = await createWorkspace({})
    const records = generateRun(SHAPE).filter(({ run }) => run.leg !== 'linux-amd64-2')
    const plan = planOf(SHAPE)
    await storeAll(service, {
      ...artifactsOf(records),
      [`strata-plan-${plan.digest}`]: [...renderPlanFile(plan)].join(''),
      'strata-leg-linux-amd64-1-1': '{}',
    })
    const needs = JSON.stringify({
      'wave-1': { result: 'success', outputs: {} },
      build: { result: 'failure', outputs: {} },
    })
    const run = await reportOn(space, { env: { ...service.env, ...runOf('8123') }, inputs: { needs } })
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.warnings.map(({ message }) => message)).toEqual(['planned, and without any record: amd64 · mixed · 2'])
    expect(run.summary).toMatch(/^## ❌ llm-factory: 4 left no record of 16 work items\n/)
    expect(run.summary).toContain('GitHub says: job `build` failed.')
    const report = readReport(run)
    expect(run.outputs).toMatchObject({
      'cache-hit-ratio': String(report.hitRatio),
      'steps-run': String(report.stepsRun),
      'steps-unique': String(report.counts.total),
      'first-miss': 'core/0.1.0: fragment fragments/core/0.1.0.Dockerfile changed',
    })
    expect(report.legs.filter(({ status }) => status === 'missing').map(({ id }) => id)).toEqual(['linux-amd64-2'])
  })

  test('takes the newest attempt of each leg', async () => {
    await using service = await startArtifactService()
    await using space = await createWorkspace({})
    const first = generateRun(sampleShape({ cold: FIRST }))
    const again = generateRun(sampleShape({ run: { ...SHAPE.run, attempt: 2 } })).filter(
      ({ run }) => run.leg === 'linux-amd64-1',
    )
    await storeAll(service, artifactsOf([...first, ...again]))
    const report = readReport(await reportOn(space, { env: { ...service.env, ...runOf('8123', '2') } }))
    expect(report.legs.map(({ id, attempt }) => `${id} ${attempt}`)).toContain('linux-amd64-1 2')
    expect(report.legs).toHaveLength(6)
    expect(report.items).toHaveLength(16)
  })

  test('is about the other legs when the records of one cannot be read', async () => {
    await using service = await startArtifactService()
    await using space = await createWorkspace({})
    await storeAll(service, {
      ...artifactsOf(generateRun(SHAPE).filter(({ run }) => run.leg === 'linux-amd64-1')),
      'strata-records-linux-arm64-1-1': '{"version":9,"manifest_id":"a","layers":[]}\n',
    })
    const run = await reportOn(space, { env: service.env })
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^the records of artifact strata-records-linux-arm64-1-1 are not in the report: .*version 9/,
      ),
    ])
    expect(readReport(run).items).toHaveLength(4)
  })

  test.each([
    { name: 'a folder', path: () => 'records' },
    { name: 'globs', path: () => 'records/wave-*/*.jsonl\nrecords/linux-*/records.jsonl' },
    { name: 'an absolute path', path: (space: Workspace) => join(space.path, 'records') },
  ])('reads files where there are no artifacts: $name', async ({ path }) => {
    await using space = await createWorkspace(filesOf(generateRun(SHAPE)))
    const run = await reportOn(space, { inputs: { 'records-path': path(space), 'metrics-path': 'out/metrics.txt' } })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    const report = readReport(run)
    expect(report.items).toHaveLength(16)
    expect(report.legs).toHaveLength(6)
    const families = parseOpenMetrics(readFileSync(join(space.path, 'out/metrics.txt'), 'utf8'))
    expect(families.find(({ name }) => name === 'strata_steps_run')?.samples[0]?.value).toBe(report.stepsRun)
  })

  test('refuses a file of anything else, with its line', async () => {
    await using space = await createWorkspace({ 'records/a.jsonl': '\n{"version":1}\n' })
    const run = await reportOn(space, { inputs: { 'records-path': 'records' } })
    expect(run.code).toBe(1)
    expect(run.errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('records/a.jsonl:2 holds a record of version 1'),
    ])
  })

  test.each([
    { input: 'warn', code: 0, warnings: 1, errors: 0 },
    { input: 'fail', code: 1, warnings: 0, errors: 1 },
    { input: 'ignore', code: 0, warnings: 0, errors: 0 },
  ])('says so when there are no records: $input', async ({ input, code, warnings, errors }) => {
    await using space = await createWorkspace({})
    const run = await reportOn(space, { inputs: { 'if-no-records': input } })
    expect([run.code, run.warnings.length, run.errors.length]).toEqual([code, warnings, errors])
    expect(run.log).toContain('there are no records of this run')
    expect(run.outputs['results']).toBeUndefined()
  })

  test('warns of a low hit ratio, or fails for it, with the reasons', async () => {
    await using space = await createWorkspace(filesOf(generateRun(SHAPE)))
    const inputs = { 'records-path': 'records', 'min-hit-ratio': '90%\nsecurity=1' }
    const message =
      'the run came from cache to 44%, less than the 90% of input min-hit-ratio; ' +
      'core/0.1.0: fragment fragments/core/0.1.0.Dockerfile changed → 32 steps; app/app-2: cache ref missing → 6 steps'
    const warned = await reportOn(space, { inputs })
    expect([warned.code, warned.warnings.map((warning) => warning.message)]).toEqual([0, [message]])
    const failed = await reportOn(space, { inputs: { ...inputs, 'on-low-hit-ratio': 'fail' } })
    expect([failed.code, failed.errors.map((error) => error.message)]).toEqual([1, [message]])
    expect(failed.summary).toContain('### Why steps ran')
    expect(failed.outputs['cache-hit-ratio']).toBe('0.4411764705882353')
  })
})

describe('the report of a real build', () => {
  test('counts as the build does: nothing from cache at first, then everything', async () => {
    await using space = await createWorkspace(twoApps({ strategy: 'layer' }))
    for (const expected of [0, 1]) {
      const build = await runBuild(space, { inputs: { push: 'true' } })
      const run = await reportOn(space, { inputs: { 'records-path': build.outputs['records-path'] ?? 'none' } })
      expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
      const { hitRatio, stepsRun, items, counts } = readReport(run)
      expect({ hitRatio, stepsRun }).toEqual({ hitRatio: expected, stepsRun: build.results.stepsRun })
      expect(items).toHaveLength(build.results.items.length)
      expect(counts.total).toBeGreaterThan(0)
      expect(run.outputs['first-miss']).toBe(build.outputs['first-miss'])
    }
  })
})

describe('the trend', () => {
  const recordsOn = (id: string, day: number): Texts =>
    filesOf(generateRun({ ...SHAPE, run: { id, attempt: 1, startedAt: `2026-11-${day}T03:00:00.000Z` } }))

  test('goes on from run to run in the Actions cache, which a pull request only reads', async () => {
    const cache = cacheRoutes(TOKEN)
    await using service = await startArtifactService(cache.answer)
    await using space = await createWorkspace({})
    const env = { ...service.env, ACTIONS_CACHE_SERVICE_V2: 'True' }
    const inputs = { 'records-path': 'records' }
    const reportRun = async (id: string, day: number, attempt = '1', event?: ActionStep['event']) => {
      await rm(join(space.path, 'records'), { recursive: true, force: true })
      await space.write(recordsOn(id, day))
      const step = { env: { ...env, ...runOf(id, attempt) }, inputs }
      return reportOn(space, event === undefined ? step : { ...step, event })
    }
    const first = await reportRun('1', 10)
    expect(first).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(first.summary).not.toContain('### The last')
    const second = await reportRun('2', 11)
    expect(second.summary).toContain('### The last 2 runs')
    const again = await reportRun('2', 11, '2')
    expect(again.summary).toContain('### The last 2 runs')
    const asked = await reportRun('3', 12, '1', PULL_REQUEST)
    expect(asked.summary).toContain('### The last 3 runs')
    expect(asked.log).toContain('This run is not kept for the trend: a pull request only reads')
    const prefix = 'strata-history/llm-factory/strata.yaml/master'
    expect(cache.entries.map(({ key }) => key)).toEqual([`${prefix}/1-1`, `${prefix}/2-1`, `${prefix}/2-2`])
    const off = await reportOn(space, { env: { ...env, ...runOf('3') }, inputs: { ...inputs, history: '0' } })
    expect(readReport(off).trend).toHaveLength(1)
    expect(cache.entries).toHaveLength(3)
  })

  test.each([
    { name: 'refuses', status: 403, body: { code: 'permission_denied', msg: 'cache read denied: no scopes' } },
    { name: 'is no such service', status: 404, body: { code: 'bad_route', msg: 'no such method' } },
  ])('is short, and nothing fails, when the cache service $name', async ({ status, body }) => {
    const cache = cacheRoutes(TOKEN)
    cache.answerWith({ status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    await using service = await startArtifactService(cache.answer)
    await using space = await createWorkspace(recordsOn('1', 10))
    const env = { ...service.env, ...runOf('1'), ACTIONS_CACHE_SERVICE_V2: 'True' }
    const run = await reportOn(space, { env, inputs: { 'records-path': 'records' } })
    expect([run.code, run.errors]).toEqual([0, []])
    expect(readReport(run).trend).toHaveLength(1)
  })

  test('is that of the records where they are of several runs', async () => {
    await using space = await createWorkspace({})
    for (const [index, id] of ['1', '2', '3'].entries()) {
      const texts = Object.entries(recordsOn(id, 10 + index))
      await space.write(
        Object.fromEntries(texts.map(([path, text]) => [path.replace('records/', `records/${id}/`), text])),
      )
    }
    const run = await reportOn(space, { inputs: { 'records-path': 'records' } })
    expect(run).toMatchObject({ code: 0, warnings: [] })
    expect(run.summary).toContain('### The last 3 runs')
    expect(readReport(run).url).toBe('https://github.com/acme/factory/actions/runs/3')
  })
})
