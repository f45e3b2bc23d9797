import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './median.ts'
import type { BenchResult } from './run.ts'

const SIZES = [1_000, 3_000, 10_000, 30_000, 100_000]
const RUNS = 3

type Measured = { readonly ms: number; readonly bytes: number; readonly peakMiB: number; readonly jsonMs: number }

/** Plans that many work items in a process of its own, so that one size leaves nothing behind for the next. */
const measure = (count: number): Measured => {
  const script = fileURLToPath(new URL('plan-once.ts', import.meta.url))
  const text = execFileSync(process.execPath, ['--no-warnings', script, String(count)], { encoding: 'utf8' })
  return JSON.parse(text) as Measured
}

/** How time and memory grow with the number of work items, from the text of the factory file to the plan file. */
export const planWork = (): BenchResult => {
  const results = SIZES.map((count) => {
    const runs = Array.from({ length: RUNS }, () => measure(count))
    const of = (value: (run: Measured) => number): number => median(runs.map(value))
    const result = {
      ...{ count, ms: of(({ ms }) => ms), peakMiB: of(({ peakMiB }) => peakMiB) },
      ...{ overJson: of(({ ms, jsonMs }) => ms / jsonMs), MB: of(({ bytes }) => bytes / 1e6) },
    }
    const [ms, peak] = [result.ms, result.peakMiB].map((value) => value.toFixed(0))
    process.stderr.write(`${count} work items: ${ms} ms, ${peak} MiB, plan file ${result.MB.toFixed(1)} MB\n`)
    return result
  })
  const [before, last] = [results.find(({ count }) => count === 10_000), results.at(-1)]
  return {
    bench: 'plan',
    growth: Number(((last?.ms ?? NaN) / (before?.ms ?? NaN)).toFixed(2)),
    peakMiB: Math.round(last?.peakMiB ?? NaN),
    overJson: Number((last?.overJson ?? NaN).toFixed(2)),
    ms: Object.fromEntries(results.map(({ count, ms }) => [count, Math.round(ms)])),
  }
}
