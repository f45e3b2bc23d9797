import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContextReader } from '../src/io/context-files.ts'
import { median } from './median.ts'
import type { BenchResult } from './run.ts'

const FILES = 100_000
const FILES_PER_FOLDER = 50
const FOLDERS_PER_FOLDER = 40
const PAIRS = 5

/** Makes small files of 200 to 2000 bytes in many folders, two deep, and returns their paths and how many bytes. */
const makeFiles = (root: string): { readonly paths: readonly string[]; readonly bytes: number } => {
  const pool = randomBytes(1024 * 1024)
  let bytes = 0
  const paths = Array.from({ length: FILES }, (_, index) => {
    const number = Math.floor(index / FILES_PER_FOLDER)
    const folder = join(root, `part-${number % FOLDERS_PER_FOLDER}`, `folder-${number}`)
    if (index % FILES_PER_FOLDER === 0) mkdirSync(folder, { recursive: true })
    const size = 200 + ((index * 7919) % 1801)
    const start = (index * 104_729) % (pool.length - size)
    const path = join(folder, `file-${index}.txt`)
    writeFileSync(path, pool.subarray(start, start + size))
    bytes += size
    return path
  })
  return { paths, bytes }
}

const timed = (work: () => number): number => {
  const began = performance.now()
  const files = work()
  if (files !== FILES) throw new Error(`${files} files were read instead of ${FILES}`)
  return performance.now() - began
}

/** Finds, reads and hashes all files of the context, as a plan does. */
const readContext = (root: string): number => {
  const entries = createContextReader(root).read('.', ['.']).get('.') ?? []
  return entries.filter(({ mode }) => mode !== 'folder').length
}

/** Reads files that need no finding, and does nothing with them. */
const readBare = (paths: readonly string[]): number => {
  for (const path of paths) readFileSync(path)
  return paths.length
}

/** How much longer it takes to find, read and hash a context of many small files than just to read them. */
export const hashContext = (): BenchResult => {
  const root = mkdtempSync(join(tmpdir(), 'strata-bench-'))
  try {
    const { paths, bytes } = makeFiles(root)
    readBare(paths)
    const pairs = Array.from({ length: PAIRS }, (_, index) => {
      const bare = timed(() => readBare(paths))
      const ours = timed(() => readContext(root))
      const seconds = [ours, bare].map((ms) => (ms / 1000).toFixed(2))
      process.stderr.write(`run ${index + 1} of ${PAIRS}: ${seconds.join('s, bare reading ')}s\n`)
      return { ours, ratio: ours / bare }
    })
    const ratios = pairs.map(({ ratio }) => ratio)
    return {
      bench: 'hash',
      files: FILES,
      ratio: Number(median(ratios).toFixed(2)),
      worst: Number(Math.max(...ratios).toFixed(2)),
      MBps: Number((bytes / 1000 / median(pairs.map(({ ours }) => ours))).toFixed(1)),
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
