import { join } from 'node:path'
import { workItemName } from '../../factory/work-item.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { digestOf } from '../../layers/digest.ts'
import { stepOptions } from '../../layers/build-options.ts'
import { isNewAnswer, type PlannedProbe } from '../../plan/probes.ts'
import type { Failure } from '../../progress/failures.ts'
import { renderAttributes } from '../../render/attributes.ts'
import { ANSWER_FILE, renderProbe } from '../../render/probe.ts'
import type { CommandResult } from '../command.ts'
import type { BuildInputs } from '../inputs.ts'
import { bakeLeg, type LegBuild, type LegTarget } from './bake-leg.ts'
import { keepRecords } from './keep-records.ts'
import type { LegWork, LegWorkItem } from './leg-work.ts'
import { openLeg, openLegBuilder } from './open-leg.ts'
import { type ProbeAnswer, probeRecords } from './probe-records.ts'
import { maskSecrets, type RenderedSecrets } from './secrets.ts'

/** A prefix, what is asked of it, and the target that asks. */
type Question = {
  readonly item: LegWorkItem
  readonly probe: PlannedProbe
  readonly target: LegTarget
  /** Folder that its answer is written to. */
  readonly dest: string
}

const dockerfileOf = (leg: LegBuild, name: string): string => join(leg.folder, `probe-${name}.Dockerfile`)

/** The target of a prefix with its probe on top, which writes the answer to a folder and nothing else anywhere. */
const toProbe = (leg: LegBuild, target: LegTarget): LegTarget => {
  const { bake } = target
  const outputs = [renderAttributes({ type: 'local', dest: join(leg.folder, `answer-${bake.name}`) })]
  const own = { dockerfile: dockerfileOf(leg, bake.name), outputs, extra: stepOptions(bake.extra) }
  return { ...target, bake: { ...bake, ...own, tags: [], annotations: [], cacheTo: [] } }
}

const itemsOf = (targets: LegBuild['targets']): LegBuild['targets'] => targets.filter(({ isItem }) => isItem)

/** The leg that asks. What is imported for its prefixes stays as it is. */
const toProbes = (leg: LegBuild, questions: readonly Question[]): LegBuild => ({
  ...leg,
  targets: questions.map(({ target }) => target),
  collectors: [],
  options: {
    ...leg.options,
    ...{ noCache: false, noCacheFilters: [], pull: false, labels: {}, annotations: [] },
    attests: ['type=provenance,disabled=true'],
  },
  allow: [...leg.allow, ...questions.map(({ dest }) => `fs.write=${dest}`)],
  withoutRefs: (broken) => {
    const { targets } = leg.withoutRefs(broken)
    return { targets: itemsOf(targets).map((target) => toProbe(leg, target)), collectors: [] }
  },
})

/** Writes the Dockerfiles, in which the time makes that nothing comes from cache. */
const writeQuestions = async (work: LegWork, leg: LegBuild, io: Io): Promise<readonly Question[]> => {
  const nonce = io.clock.now().toISOString()
  const targets = itemsOf(leg.targets)
  const questions = work.items.flatMap((item, index): readonly Question[] => {
    const [target, probe] = [targets[index], work.plan.probes?.[index]]
    if (target === undefined || probe === undefined) return []
    const { name } = target.bake
    return [{ item, probe, target: toProbe(leg, target), dest: join(leg.folder, `answer-${name}`) }]
  })
  for (const { item, probe, target } of questions)
    await io.files.write(target.bake.dockerfile, renderProbe(item.dockerfile, probe.command, nonce))
  return questions
}

/** What a probe said, and whether the layer is built again for it. */
type Answer = Question & ProbeAnswer & { readonly isNew: boolean }

const readAnswer = async (question: Question, io: Io): Promise<readonly Answer[]> => {
  const { dest, probe } = question
  const text = await io.files.read(join(dest, ANSWER_FILE))
  if (text === undefined) return []
  const digest = digestOf([text]).slice(0, 16)
  return [{ ...question, digest, isNew: isNewAnswer(probe.before, digest) }]
}

const layerName = ({ item: { layers } }: Question): string => {
  const { layer = '', variant = '' } = layers.at(-1) ?? {}
  return `${layer}/${variant}`
}

const tell = (answer: Answer, io: Io): void => {
  const { probe, isNew, item } = answer
  const what =
    probe.before === undefined
      ? 'is noted, as nothing is known of it yet'
      : isNew
        ? `is another than at ${probe.before.at}, so the layer is built again`
        : `is what it was at ${probe.before.at}`
  io.actions.info(`Probe of ${layerName(answer)} (${item.item.platform}): its answer ${what}`)
}

/** What failed is told where the layer is written. */
const warnOf = (question: Question, failure: Failure, secrets: RenderedSecrets, io: Io): void => {
  const lines = [failure.error, ...failure.logTail.slice(-5)].map((line) => maskSecrets(line, secrets))
  const file = question.item.layers.at(-1)?.fragment?.file
  io.actions.warning({
    title: `Probe of ${layerName(question)}`,
    message: `the probe of ${workItemName(question.item.item)} failed, so its layer stays as it is: ${lines.join('\n')}`,
    ...(file === undefined ? {} : { place: { file, line: 1, column: 1 } }),
  })
}

/** Asks all in one bake call, and tells what came of it. */
const ask = async (work: LegWork, leg: LegBuild, secrets: RenderedSecrets, io: Io): Promise<readonly Answer[]> => {
  const questions = await writeQuestions(work, leg, io)
  const { failed } = await bakeLeg(toProbes(leg, questions), io)
  const answers: Answer[] = []
  for (const question of questions) {
    const failure = failed.get(question.target.bake.name)
    if (failure === undefined) answers.push(...(await readAnswer(question, io)))
    else warnOf(question, failure, secrets, io)
  }
  for (const answer of answers) tell(answer, io)
  return answers
}

/**
 * Asks the probes that are due, all in one build, and records what they said: an answer that is another than before is a
 * new epoch of the layer. One that fails is a warning, and nothing is known of it. No image and no cache is written.
 */
export const runProbes = async (
  all: LegWork,
  inputs: BuildInputs,
  context: Context,
  io: Io,
): Promise<CommandResult> => {
  const startedAt = io.clock.now().toISOString()
  await using opened = await openLegBuilder(all, inputs, context, io)
  const { work, leg, written } = await openLeg(opened, inputs, context, io)
  const answers = await ask(work, leg, written().secrets, io)
  const records = probeRecords(answers, { work, used: opened.used, startedAt, now: io.clock.now() }, context)
  await keepRecords(work, records, { inputs: inputs.records, folder: leg.folder }, io)
  const rolledOver = [...new Set(answers.filter(({ isNew }) => isNew).map(layerName))]
  return { outputs: { 'rolled-over': rolledOver.join('\n') } }
}
