import type { Found, Rule } from '../finding.ts'
import type { Program } from '../program.ts'
import type { LintInstruction } from '../run.ts'
import type { LintStage } from '../source.ts'

/** Words up to `install`, where a program is pip or uv's pip; undefined for others. */
const installIndex = ({ name, texts }: Program): number | undefined => {
  const isPip = /^pip(?:\d[\d.]*)?$/.test(name)
  const asModule = /^python[\d.]*$/.test(name) && texts[1] === '-m' && texts[2] === 'pip'
  const byUv = name === 'uv' && texts[1] === 'pip'
  if (!isPip && !asModule && !byUv) return undefined
  const index = texts.indexOf('install')
  return index === -1 ? undefined : index
}

/** What turns the cache off for a RUN: an option, a variable, a mount, or removing it. */
const KEEPS_NOTHING =
  /--no-cache(?:-dir)?\b|--cache-dir\b|\b(?:PIP_NO_CACHE_DIR|UV_NO_CACHE)\b|\bpip\d* cache purge\b|\brm\b[^;&|]*\.cache/

const isSetBefore = ({ instructions }: LintStage, run: LintInstruction): boolean =>
  instructions
    .slice(0, instructions.indexOf(run))
    .some(
      ({ instruction: { keyword }, body }) =>
        ['ARG', 'ENV'].includes(keyword) && /\b(?:PIP_NO_CACHE_DIR|UV_NO_CACHE)\b/.test(body),
    )

const hasMount = ({ mounts }: LintInstruction): boolean =>
  mounts.some(({ type, target = '', dst = '' }) => type === 'cache' && /cache|pip|uv/.test(target + dst))

const find = (run: LintInstruction, stage: LintStage): readonly Found[] => {
  const program = run.programs.find((each) => installIndex(each) !== undefined)
  if (program === undefined || KEEPS_NOTHING.test(run.body) || hasMount(run) || isSetBefore(stage, run)) return []
  const chars = program.words.slice(0, (installIndex(program) ?? 0) + 1).flat()
  return [
    { found: `${program.name} install leaves its downloads in a cache folder of the image`, span: run.spanOf(chars) },
  ]
}

/** What pip keeps for itself in the image. Auxiliary stages are no part of it. */
export const pipLeftovers: Rule = {
  id: 'pip-leftovers',
  why: 'every image and every cache ref above carries them, and nothing ever reads them',
  fix: 'give the RUN --mount=type=cache,target=/root/.cache/pip, or pip --no-cache-dir',
  find: ({ stages }) =>
    stages.filter(({ isChain }) => isChain).flatMap((stage) => stage.instructions.flatMap((run) => find(run, stage))),
}
