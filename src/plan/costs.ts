import type { WorkLayer } from '../factory/work-item.ts'
import type { LayerContent } from '../layers/layer-content.ts'
import type { Platform } from '../oci/platform.ts'
import { type StepTimes, timesName } from './step-times.ts'

/** What a step costs where nobody has measured it, ms. Downloads and compilers stand behind RUN. */
const DEFAULT_MS: Readonly<Record<string, number>> = { RUN: 30_000, COPY: 1_000, ADD: 5_000, WORKDIR: 100 }

/** Disk that a step takes where nobody knows better, bytes. */
const DEFAULT_BYTES: Readonly<Record<string, number>> = { RUN: 60e6, COPY: 10e6, ADD: 30e6, WORKDIR: 0 }

/** How much longer steps take where they are emulated; 10 to 30 times for CPU-bound ones, far less for the others. */
const EMULATION_FACTOR = 6

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
  const { steps = new Map<string, number>(), wholeMs } = times.get(timesName(layer, variant, platform)) ?? {}
  const known = [...steps.values()].slice(0, content.steps)
  if (known.length < content.steps && wholeMs !== undefined) {
    return { ms: wholeMs, bytes: weigh(content, DEFAULT_BYTES), measured: 1 }
  }
  const measured = content.steps === 0 ? 1 : known.length / content.steps
  const guess = weigh(content, DEFAULT_MS) * (emulated ? EMULATION_FACTOR : 1)
  const ms = known.reduce((sum, each) => sum + each, 0) + guess * (1 - measured)
  return { ms, bytes: weigh(content, DEFAULT_BYTES), measured }
}
