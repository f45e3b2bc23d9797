import { join } from 'node:path'
import type { ImageTest } from '../../factory/factory.ts'
import type { Io } from '../../io/io.ts'
import { CanceledError } from '../../problem.ts'
import type { Failure } from '../../progress/failures.ts'
import { appendLog, createLogTail, logText } from '../../progress/log-tail.ts'
import { plainTail } from '../../progress/plain-text.ts'
import { createStatusStream } from '../../progress/status-stream.ts'
import type { RecordTest } from '../../records/record.ts'
import { type BakeTarget, type BuildOptions, renderBake } from '../../render/bake.ts'
import { renderImageTest, scriptName, TESTED_IMAGE } from '../../render/image-test.ts'
import type { LegBuild, LegOutcome, LegTarget } from './bake-leg.ts'
import type { LegWork } from './leg-work.ts'
import { maskSecrets, type RenderedSecrets } from './secrets.ts'

/** What is tested: the targets as they were built in the end. */
export type TestSubject = {
  readonly leg: LegBuild
  readonly targets: readonly LegTarget[]
  readonly outcome: LegOutcome
  readonly secrets: RenderedSecrets
}

/** What came of tests, by name of the target. */
export type TestResults = ReadonlyMap<string, RecordTest>

/** Lines of a test's output that are kept. */
const TAIL_LINES = 40

/** What was built just now is in the builder: it is not built again, and nothing is attached to it. */
const optionsOf = ({ options }: LegBuild): BuildOptions => ({
  ...options,
  ...{ noCache: false, noCacheFilters: [], pull: false, labels: {}, annotations: [] },
  attests: ['type=provenance,disabled=true'],
})

/** The image once more, without what it writes, and the build that runs the tests on it. */
const targetsOf = ({ bake }: LegTarget, folder: string): readonly BakeTarget[] => {
  const silent = { tags: [], annotations: [], outputs: ['type=cacheonly'], cacheTo: [] }
  const test = { name: 'test', dockerfile: join(folder, 'Dockerfile'), context: folder, cacheFrom: [] }
  return [
    { ...bake, ...silent },
    { ...bake, ...silent, ...test, contexts: { [TESTED_IMAGE]: `target:${bake.name}` }, extra: {} },
  ]
}

/** Writes what a test needs; the path of a script that is not there, if one is not. */
const writeTest = async (tests: readonly ImageTest[], folder: string, io: Io): Promise<string | undefined> => {
  await io.files.write(join(folder, 'Dockerfile'), renderImageTest(tests))
  for (const [index, test] of tests.entries()) {
    if (!('script' in test)) continue
    const text = await io.files.read(test.script)
    if (text === undefined) return test.script
    await io.files.writeProgram(join(folder, scriptName(index)), Buffer.from(text))
  }
  return undefined
}

/** Follows a bake call for what the steps of the test print. The log of other steps was told when they were built. */
const followTest = (secrets: RenderedSecrets) => {
  const tail = createLogTail()
  const own = new Set<string>()
  const errors: string[] = []
  const stream = createStatusStream({
    status: ({ vertexes = [], logs = [] }) => {
      for (const { digest, name = '' } of vertexes)
        if (/^\[test (?!internal\])[^\]]*\] RUN /.test(name)) own.add(digest)
      for (const { vertex, data } of logs) if (own.has(vertex)) appendLog(tail, data)
    },
    text: (line) => {
      if (line.startsWith('ERROR: ')) errors.push(line.slice('ERROR: '.length))
    },
  })
  const lines = (): readonly string[] => {
    const printed = plainTail(logText(tail), TAIL_LINES)
    return (printed.length > 0 ? printed : errors).map((line) => maskSecrets(line, secrets))
  }
  return { stream, lines }
}

/** Runs the tests of one image in a bake call of its own: one that fails stops no other. */
const runTest = async (
  tests: readonly ImageTest[],
  target: LegTarget,
  { leg, secrets }: TestSubject,
  io: Io,
): Promise<RecordTest> => {
  const folder = join(leg.folder, `test-${target.bake.name}`)
  const startedAt = io.clock.now().getTime()
  const missing = await writeTest(tests, folder, io)
  if (missing !== undefined) return { verdict: 'failed', logTail: [`there is no script ${missing}`], ms: 0 }
  const file = join(folder, 'docker-bake.json')
  await io.files.write(file, renderBake(targetsOf(target, folder), [], optionsOf(leg)))
  const { stream, lines } = followTest(secrets)
  const args = ['buildx', 'bake', '--builder', leg.builder, '--file', file, '--progress=rawjson']
  const code = await io.docker.run([...args, ...leg.allow.map((grant) => `--allow=${grant}`)], {
    ...{ env: leg.env, signal: leg.signal, onStderr: stream.write },
  })
  stream.end()
  if (leg.signal.aborted) throw new CanceledError(`stopped by ${String(leg.signal.reason)}`)
  const ms = io.clock.now().getTime() - startedAt
  return { verdict: code === 0 ? 'passed' : 'failed', logTail: lines(), ms }
}

/**
 * Runs the tests of the images that were built. They are no steps of the factory: no figure counts them, and nothing of
 * them is in an image or a cache ref. In a wave there are no images.
 */
export const testImages = async (work: LegWork, subject: TestSubject, io: Io): Promise<TestResults> => {
  const results = new Map<string, RecordTest>()
  if (work.kind === 'wave') return results
  for (const [index, { item }] of work.items.entries()) {
    const target = subject.targets.find(({ bake }) => bake.name === `t${index}`)
    if (item.tests === undefined || target === undefined || subject.outcome.failed.has(target.bake.name)) continue
    const result = await runTest(item.tests, target, subject, io)
    io.actions.group(`Test of ${target.title}: ${result.verdict}`, result.logTail)
    results.set(target.bake.name, result)
  }
  return results
}

/** What came of the leg when a failed test counts as a failure of its work item, like that of a step. */
export const withTests = (outcome: LegOutcome, tests: TestResults): LegOutcome => {
  const failed = [...tests].flatMap(([name, { verdict, logTail }]): readonly (readonly [string, Failure])[] =>
    verdict === 'failed' ? [[name, { step: undefined, targets: [name], error: 'its test failed', logTail }]] : [],
  )
  return { ...outcome, failed: new Map([...outcome.failed, ...failed]) }
}
