import { inputError } from '../problem.ts'
import type { Leg } from './leg.ts'

/** Jobs that one matrix may generate in a workflow run (GitHub docs, "Actions limits"). */
const MAX_LEGS = 256
/** Matrix outputs that the plan action has. */
export const MAX_SHARDS = 8
/** A job's outputs may be 1 MB, counted as UTF-16, two bytes a character; half is left for other outputs. */
const MAX_OUTPUT_CHARACTERS = 262_144
/**
 * A leg is handed on as one environment string, which Linux limits to 131,072 bytes (MAX_ARG_STRLEN). Half of it, since
 * the variable's name counts too and `toJSON(matrix)` is indented.
 */
const MAX_LEG_BYTES = 65_536

/** A matrix must not be empty, or GitHub fails the job before its `if` is read. This entry is never built. */
const NOTHING = { id: 'none', name: 'nothing to do', 'runs-on': 'ubuntu-24.04' }

/**
 * The value for `strategy.matrix: ${{ fromJSON(…) }}`, always a valid matrix.
 * Throws an InputError with advice when GitHub would refuse it.
 */
export const renderMatrix = (legs: readonly Leg[]): string => {
  const narrow = 'narrow it with the inputs "only" or "platforms", and run the rest in a second workflow'
  if (legs.length > MAX_LEGS) {
    throw inputError(`the matrix has ${legs.length} legs`, {
      expected: `at most ${MAX_LEGS}, GitHub's limit`,
      hint: narrow,
    })
  }
  const large = legs.find((leg) => Buffer.byteLength(JSON.stringify(leg)) >= MAX_LEG_BYTES)
  if (large !== undefined) {
    const hint = 'shorten the runner labels of its pool'
    throw inputError(`leg ${large.id} is too large to be handed to a job`, {
      expected: `under ${MAX_LEG_BYTES} bytes`,
      hint,
    })
  }
  const matrix = JSON.stringify({ include: legs.length === 0 ? [NOTHING] : legs })
  if (matrix.length > MAX_OUTPUT_CHARACTERS) {
    const found = `the matrix output has ${matrix.length} characters`
    throw inputError(found, {
      expected: `at most ${MAX_OUTPUT_CHARACTERS}, half of what GitHub lets a job put out`,
      hint: narrow,
    })
  }
  return matrix
}
