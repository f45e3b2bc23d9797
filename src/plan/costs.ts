import type { WorkLayer } from '../factory/work-item.ts'
import type { LayerContent } from '../layers/layer-content.ts'
import { isMembers, type Members } from '../oci/json.ts'
import type { Platform } from '../oci/platform.ts'
import { inputError } from '../problem.ts'

/** What a step costs where nobody has measured it, ms. Downloads and compilers stand behind RUN. */
const DEFAULT_MS: Readonly<Record<string, number>> = { RUN: 30_000, COPY: 1_000, ADD: 5_000, WORKDIR: 100 }

/** Disk that a step takes where nobody knows better, bytes. */
const DEFAULT_BYTES: Readonly<Record<string, number>> = { RUN: 60e6, COPY: 10e6, ADD: 30e6, WORKDIR: 0 }

/** How much longer steps take where they are emulated; 10 to 30 times for CPU-bound ones, far less for the others. */
const EMULATION_FACTOR = 6

/** Times of the steps of one layer's variant on one platform, from earlier results. */
type Measured = { readonly steps: ReadonlyMap<string, number> }

/** Measured times by layer, variant and platform. */
export type StepTimes = ReadonlyMap<string, Measured>

const placeOf = (layer: string, variant: string, platform: Platform): string => `${platform} ${layer} ${variant}`

const textOf = (members: Members, name: string): string => {
  const value = members[name]
  return typeof value === 'string' ? value : ''
}

const membersOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? value.filter(isMembers) : [])

/**
 * Adds the step times of a results file to those there are; of one step the longest counts. Steps that came from cache
 * say nothing. Throws an InputError when the text is no results file.
 */
export const addStepTimes = (times: StepTimes, text: string, file: string): StepTimes => {
  const results = parseResults(text, file)
  const all = new Map<string, Map<string, number>>([...times].map(([place, { steps }]) => [place, new Map(steps)]))
  for (const item of results) {
    for (const step of membersOf(item['steps'])) {
      const ms = step['execMs']
      if (step['outcome'] !== 'run' || typeof ms !== 'number') continue
      const place = placeOf(textOf(step, 'layer'), textOf(step, 'variant'), textOf(item, 'platform'))
      const steps = all.get(place) ?? new Map<string, number>()
      const name = `${textOf(step, 'file')} ${textOf(step, 'text')}`
      all.set(place, steps.set(name, Math.max(ms, steps.get(name) ?? 0)))
    }
  }
  return new Map([...all].map(([place, steps]) => [place, { steps }]))
}

const parseResults = (text: string, file: string): readonly Members[] => {
  const expected = 'a file that output results of the build action names'
  try {
    const value: unknown = JSON.parse(text)
    if (isMembers(value) && Array.isArray(value['items'])) return membersOf(value['items'])
  } catch (cause) {
    throw inputError(`costs: ${file} is not JSON`, { expected }, { cause })
  }
  throw inputError(`costs: ${file} holds no results`, { expected })
}

/** What a layer's own steps are expected to cost. */
export type LayerCost = {
  readonly ms: number
  readonly bytes: number
  /** Share of the steps whose time was measured, 0 to 1. */
  readonly measured: number
}

const weigh = (content: LayerContent, weights: Readonly<Record<string, number>>): number =>
  Object.entries(content.stepsBy).reduce((sum, [keyword, count]) => sum + count * (weights[keyword] ?? 0), 0)

/** The cost of a layer on a platform: measured where it was, else guessed from what kind of steps it has. */
export const layerCost = (
  { layer, variant }: Pick<WorkLayer, 'layer' | 'variant'>,
  content: LayerContent,
  platform: Platform,
  { times, emulated }: { readonly times: StepTimes; readonly emulated: boolean },
): LayerCost => {
  const known = [...(times.get(placeOf(layer, variant, platform))?.steps.values() ?? [])].slice(0, content.steps)
  const measured = content.steps === 0 ? 1 : known.length / content.steps
  const guess = weigh(content, DEFAULT_MS) * (emulated ? EMULATION_FACTOR : 1)
  const ms = known.reduce((sum, each) => sum + each, 0) + guess * (1 - measured)
  return { ms, bytes: weigh(content, DEFAULT_BYTES), measured }
}
