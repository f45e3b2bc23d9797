import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from './median.ts'
import { foldFile, parseLines } from './progress-reading.ts'
import { streamTargets, writeStream } from './progress-stream.ts'
import type { BenchResult } from './run.ts'

const BYTES = 200e6
const SMALL_BYTES = 50e6
const SEED = 20_261_122
const PAIRS = 9
const PEAKS = 3

const timed = (work: () => number): number => {
  const began = performance.now()
  if (work() === 0) throw new Error('there was nothing to read')
  return performance.now() - began
}

/** The highest memory of processes that do nothing but fold the stream, MiB. */
const peakOf = (file: string): number => {
  const script = fileURLToPath(new URL('progress-peak.ts', import.meta.url))
  const args = ['--no-warnings', script, file, String(SEED)]
  return median(Array.from({ length: PEAKS }, () => Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))))
}

type Pair = { readonly ours: number; readonly bare: number }

/** Folds and reads in turn, so that what else the machine does slows both. The first pair only warms up. */
const measurePairs = (file: string): readonly Pair[] => {
  const targets = streamTargets(SEED)
  const pairs = Array.from({ length: PAIRS + 1 }, (_, index): Pair => {
    const bare = timed(() => parseLines(file))
    const ours = timed(() => foldFile(file, targets))
    process.stderr.write(`run ${index} of ${PAIRS}: ${ours.toFixed(0)} ms, JSON.parse alone ${bare.toFixed(0)} ms\n`)
    return { ours, bare }
  })
  return pairs.slice(1)
}

/** What folding a progress stream of 200 MB costs, over parsing its lines; and the memory it takes, also for 50 MB. */
export const foldStream = (): BenchResult => {
  const folder = mkdtempSync(join(tmpdir(), 'strata-bench-'))
  try {
    const [file, small] = [join(folder, 'long.rawjson'), join(folder, 'short.rawjson')]
    const bytes = writeStream(file, { bytes: BYTES, seed: SEED })
    writeStream(small, { bytes: SMALL_BYTES, seed: SEED })
    const [peakMiB, smallPeakMiB] = [peakOf(file), peakOf(small)]
    const pairs = measurePairs(file)
    return {
      bench: 'progress',
      ratio: Number(median(pairs.map(({ ours, bare }) => ours / bare)).toFixed(2)),
      MBps: Number((bytes / 1000 / median(pairs.map(({ ours }) => ours))).toFixed(1)),
      peakMiB: Math.round(peakMiB),
      peakMiBof50MB: Math.round(smallPeakMiB),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
