import { isMembers } from '../oci/json.ts'
import { inputError } from '../problem.ts'
import type { ReportJob, ReportLeg } from './run-report.ts'

/** What `toJSON(needs)` tells: how the jobs ended, and the legs of the matrices that they put out. */
export type Needs = {
  readonly jobs: readonly ReportJob[]
  readonly legs: readonly Pick<ReportLeg, 'id' | 'name' | 'kind' | 'pool'>[]
  /** Digests of the plans that made those legs. */
  readonly plans: readonly string[]
}

const EXPECTED = '${{ toJSON(needs) }}'

const RESULTS: readonly ReportJob['result'][] = ['success', 'failure', 'cancelled', 'skipped']

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Entries of an output that is a matrix of the plan action; of others none. */
const entriesOf = (output: unknown): readonly Readonly<Record<string, unknown>>[] => {
  const text = textOf(output)
  const matrix = text?.startsWith('{"include":') === true ? parseJson(text) : undefined
  if (!isMembers(matrix) || !Array.isArray(matrix['include'])) return []
  return matrix['include'].filter(isMembers).filter((entry) => textOf(entry['plan-digest']) !== undefined)
}

const legOf = (entry: Readonly<Record<string, unknown>>): Needs['legs'] => {
  const [id, name, pool] = ['id', 'name', 'pool'].map((key) => textOf(entry[key]))
  if (id === undefined) return []
  const kind = entry['kind'] === 'wave' ? 'wave' : 'build'
  return [{ id, name: name ?? id, kind, ...(pool === undefined ? {} : { pool }) }]
}

/** Reads input `needs`. Throws an InputError when it is not the context of that name. */
export const parseNeeds = (text: string): Needs => {
  const value = parseJson(text)
  if (!isMembers(value)) throw inputError('input needs is no JSON object', { expected: EXPECTED })
  const jobs = Object.entries(value).map(([name, job]): ReportJob => {
    const result = isMembers(job) ? RESULTS.find((each) => each === job['result']) : undefined
    if (result !== undefined) return { name, result }
    throw inputError(`input needs has job ${JSON.stringify(name)} without a result`, { expected: EXPECTED })
  })
  const entries = Object.values(value)
    .filter(isMembers)
    .flatMap(({ outputs }) => (isMembers(outputs) ? Object.values(outputs) : []))
    .flatMap(entriesOf)
  return {
    jobs,
    legs: entries.flatMap(legOf),
    plans: [...new Set(entries.flatMap((entry) => textOf(entry['plan-digest']) ?? []))],
  }
}
