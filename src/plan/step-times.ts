import { isMembers, type Members } from '../oci/json.ts'
import { inputError } from '../problem.ts'
import { parseRecords } from '../records/parse-records.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import { remember } from '../remember.ts'

/** Times of one layer's variant on one platform, from earlier builds. */
type Measured = {
  /** Of its steps, ms, by file and text. */
  readonly steps: ReadonlyMap<string, number>
  /** Of the layer as a whole, ms, as an earlier plan knew it; what counts where its steps were not measured. */
  readonly wholeMs?: number
}

/** Measured times by layer, variant and platform. */
export type StepTimes = ReadonlyMap<string, Measured>

/** Where the times of a layer's variant on a platform are found. */
export const timesName = (layer: string, variant: string, platform: string): string => `${platform} ${layer} ${variant}`

const textOf = (members: Members, name: string): string => {
  const value = members[name]
  return typeof value === 'string' ? value : ''
}

const membersOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? value.filter(isMembers) : [])

/** Times while they are gathered. */
type Gathered = Map<string, { readonly steps: Map<string, number>; wholeMs?: number }>

const gather = (times: StepTimes): Gathered =>
  new Map([...times].map(([place, { steps, ...rest }]) => [place, { ...rest, steps: new Map(steps) }]))

const timesAt = (all: Gathered, place: string) =>
  remember(all, place, (): { steps: Map<string, number>; wholeMs?: number } => ({ steps: new Map() }))

/** Of one step the longest time counts. */
const addTime = (steps: Map<string, number>, name: string, ms: number): void => {
  steps.set(name, Math.max(ms, steps.get(name) ?? 0))
}

/** Adds the step times of records to those there are. Steps that came from cache say nothing. */
export const addRecordTimes = (times: StepTimes, records: Iterable<CompatibilityRecord>): StepTimes => {
  const all = gather(times)
  for (const { platform, layers } of records) {
    for (const { layer, variant, fragment, steps, costMs, measured } of layers) {
      const known = timesAt(all, timesName(layer, variant, platform))
      if (measured === 1) known.wholeMs = Math.max(costMs, known.wholeMs ?? 0)
      for (const { text, outcome, execMs } of steps) {
        if (outcome === 'run') addTime(known.steps, `${fragment?.file ?? ''} ${text}`, execMs)
      }
    }
  }
  return all
}

const addResultTimes = (times: StepTimes, items: readonly Members[]): StepTimes => {
  const all = gather(times)
  for (const item of items) {
    for (const step of membersOf(item['steps'])) {
      const ms = step['execMs']
      if (step['outcome'] !== 'run' || typeof ms !== 'number') continue
      const place = timesName(textOf(step, 'layer'), textOf(step, 'variant'), textOf(item, 'platform'))
      addTime(timesAt(all, place).steps, `${textOf(step, 'file')} ${textOf(step, 'text')}`, ms)
    }
  }
  return all
}

/** A file of records is no JSON as a whole. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Adds the step times of a results file or of a file of records to those there are; of one step the longest counts. Steps
 * that came from cache say nothing. Throws an InputError when the text is neither.
 */
export const addStepTimes = (times: StepTimes, text: string, file: string): StepTimes => {
  const expected = 'a file that output results or records-path of the build action names'
  const value = parseJson(text)
  if (isMembers(value) && Array.isArray(value['items'])) return addResultTimes(times, membersOf(value['items']))
  try {
    return addRecordTimes(times, parseRecords(text, file))
  } catch (cause) {
    throw inputError(`costs: ${file} holds neither results nor records`, { expected }, { cause })
  }
}
