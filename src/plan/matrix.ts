import { inputError } from '../problem.ts'
import type { Leg, PlannedLegs } from './leg.ts'

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
  const narrow =
    'raise max-leg-minutes or max-leg-gib, spread the final build with shards, or narrow it with only and platforms'
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

/** Waves that the plan action has outputs for. */
export const MAX_WAVES = 3

/** Legs spread over so many matrices, those that follow each other together. */
const shardsOf = <T>(legs: readonly T[], shards: number): readonly (readonly T[])[] => {
  const size = Math.ceil(legs.length / shards)
  return Array.from({ length: shards }, (_, index) => legs.slice(index * size, (index + 1) * size))
}

const matrixOutputs = (name: string, legs: readonly Leg[]): readonly (readonly [string, string])[] => [
  [name, renderMatrix(legs)],
  [`has-${name}`, String(legs.length > 0)],
]

/**
 * The matrix outputs of a plan, each with its twin `has-…` that says whether it has a leg: `wave-1` to `wave-3`, and
 * `matrix`, or `matrix-1` and so on where the legs are spread over several. Those without legs are valid all the same.
 */
export const renderMatrices = ({ waves, legs }: PlannedLegs, shards: number): Readonly<Record<string, string>> => {
  const spread = shards === 1 ? [legs] : shardsOf(legs, shards)
  const named = [
    ...Array.from({ length: MAX_WAVES }, (_, index) => ({ name: `wave-${index + 1}`, of: waves[index] ?? [] })),
    ...spread.map((of, index) => ({ name: shards === 1 ? 'matrix' : `matrix-${index + 1}`, of })),
  ]
  return Object.fromEntries(
    named.flatMap(({ name, of }) =>
      matrixOutputs(
        name,
        of.map(({ leg }) => leg),
      ),
    ),
  )
}
