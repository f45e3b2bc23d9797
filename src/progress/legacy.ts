import type { StitchedStep } from '../render/stitched.ts'
import { countSteps, countUnique, type BuildResult, type StepResult } from './build-result.ts'
import type { Outcome } from './outcome.ts'

const STEP = /^Step \d+\/\d+ : (?:RUN|COPY|ADD|WORKDIR)\b/
const OTHER_STEP = /^Step \d+\/\d+ : /
const CACHED = /^ ---> Using cache/

/** Outcomes of the steps in the order they were run; the last one is open until something follows. */
const outcomesOf = (lines: readonly string[], failed: boolean): readonly Outcome[] => {
  const outcomes: Outcome[] = []
  let open = false
  for (const line of lines) {
    if (STEP.test(line)) outcomes.push('run')
    if (OTHER_STEP.test(line)) open = STEP.test(line)
    else if (open && CACHED.test(line)) outcomes.splice(-1, 1, 'hit')
  }
  return failed && open ? [...outcomes.slice(0, -1), 'failed'] : outcomes
}

/**
 * What the engine's legacy builder did, from what it printed: it runs every instruction in order and says
 * `---> Using cache` under those it did not run. It tells no times.
 */
export const foldLegacy = (
  lines: readonly string[],
  {
    target,
    steps,
    failed,
  }: { readonly target: string; readonly steps: readonly StitchedStep[]; readonly failed: boolean },
): BuildResult => {
  const outcomes = outcomesOf(lines, failed)
  const results = steps.map((step, index): StepResult => ({
    step,
    outcome: outcomes[index] ?? 'skipped',
    execMs: 0,
    loadMs: 0,
    downloadedBytes: 0,
    digests: [`${target} ${step.stage} ${step.index}`],
    interrupted: false,
  }))
  const counts = countSteps(results)
  return {
    targets: [{ target, steps: results, counts, imports: [], exports: [], downloadedBytes: 0 }],
    unique: countUnique(results),
    downloadedBytes: 0,
  }
}
