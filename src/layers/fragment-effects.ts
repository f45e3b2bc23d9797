import type { ContextRead, Fragment, RemoteUse, Stage, StageInstruction } from '../fragment/fragment.ts'

/**
 * Settings that later steps inherit and BuildKit keys on. All others (`LABEL`, `CMD`, `EXPOSE`, …) stand in the image's
 * config alone (facts: solver/llbsolver/ops/exec.go, `CacheMap`, hashes the process, its environment and its mounts).
 */
const SETTINGS: ReadonlySet<string> = new Set(['ARG', 'ENV', 'SHELL', 'USER', 'WORKDIR'])

/** What a fragment does: to its own steps, to those of the layers above, and to the image alone. */
export type FragmentEffects = {
  /** Stages whose steps are run: the chain part, and auxiliary stages that something is taken from. */
  readonly stages: readonly Stage[]
  /** Steps of these stages; 0 when the chain part has none, since then nobody needs the others. */
  readonly steps: number
  /** What decides the steps: instructions in the order of the file, up to the last step of the chain part. */
  readonly keyed: readonly StageInstruction[]
  /** Settings behind the last step of the chain part; the layers above inherit them. */
  readonly after: readonly StageInstruction[]
  /** Instructions of the chain part that change nothing but the image's config. */
  readonly imageOnly: readonly StageInstruction[]
  readonly reads: readonly ContextRead[]
  readonly remotes: readonly RemoteUse[]
}

const isIn = ({ lines }: Stage, line: number): boolean => lines.start <= line && line <= lines.end

/** Names by which a stage refers to other stages: its FROM, and those its steps take from. */
const referredBy = (stage: Stage, { sources }: Fragment): readonly string[] => {
  const taken = sources.filter(({ kind, token }) => kind === 'stage' && isIn(stage, token.spans[0]?.line ?? 0))
  const names = taken.map(({ token }) => token.text)
  return [...names, ...(stage.onParent ? [] : [stage.from ?? ''])].map((name) => name.toLowerCase())
}

/** Whether a FROM can turn out to name any stage: it has a variable, and nothing that only an image has in its name. */
const canBeAny = ({ onParent, from = '' }: Stage): boolean =>
  !onParent && from.includes('$') && !/[:/@]/.test(from.replaceAll(/\$(?:\w+|\{[^}]*\})/g, ''))

/** The stages that the last one needs; all of them where a FROM can be any. */
const neededStages = (fragment: Fragment): readonly Stage[] => {
  const { stages } = fragment
  const last = stages.at(-1)
  if (last === undefined) return []
  if (stages.some(canBeAny)) return stages
  const needed = new Set<Stage>([last])
  for (const stage of stages.toReversed()) {
    if (!needed.has(stage)) continue
    const names = referredBy(stage, fragment)
    for (const other of stages) if (names.includes(other.name?.toLowerCase() ?? '')) needed.add(other)
  }
  return stages.filter((stage) => needed.has(stage))
}

const isStepOf =
  ({ steps }: Stage) =>
  ({ lines }: StageInstruction): boolean =>
    steps.some((step) => step.lines.start === lines.start)

/** Reads from a fragment what its instructions have an effect on. */
export const effectsOf = (fragment: Fragment): FragmentEffects => {
  const needed = neededStages(fragment)
  const chain = fragment.stages.at(-1)
  const isStep = chain === undefined ? () => false : isStepOf(chain)
  const last = chain?.instructions.findLastIndex(isStep) ?? -1
  const stages = last === -1 ? needed.slice(-1) : needed
  const counts = (stage: Stage, instruction: StageInstruction): boolean =>
    isStepOf(stage)(instruction) || SETTINGS.has(instruction.keyword)
  const auxiliary = stages
    .slice(0, -1)
    .flatMap((stage) => stage.instructions.filter((instruction) => counts(stage, instruction)))
  const own = chain?.instructions ?? []
  const isRead = ({ line }: { readonly line: number }): boolean => stages.some((stage) => isIn(stage, line))
  return {
    stages,
    steps: last === -1 ? 0 : stages.reduce((sum, { steps }) => sum + steps.length, 0),
    keyed: [...auxiliary, ...own.slice(0, last + 1).filter((each) => isStep(each) || SETTINGS.has(each.keyword))],
    after: own.slice(last + 1).filter(({ keyword }) => SETTINGS.has(keyword)),
    imageOnly: own.filter((each) => !isStep(each) && !SETTINGS.has(each.keyword)),
    reads: fragment.reads.filter(isRead),
    remotes: fragment.remotes.filter(isRead),
  }
}
