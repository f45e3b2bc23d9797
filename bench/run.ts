import { spawnSync } from 'node:child_process'
import { root } from '../script/documents.ts'

/*
 * npm run bench                       all benchmarks
 * npm run bench -- shared-context     one of them
 *
 * Each tells its progress on standard error, and prints one JSON object, the result, as a line on standard output. Those
 * that measure real BuildKit do so on the test bed, which is started for them alone.
 */

/** What a benchmark found out, in the order in which it is printed. */
export type BenchResult = Readonly<Record<string, unknown>>

type Bench = { readonly needsTestbed: boolean; readonly run: () => Promise<BenchResult> }

const BENCHES: Readonly<Record<string, Bench>> = {
  hash: { needsTestbed: false, run: async () => (await import('./hash.ts')).hashContext() },
  plan: { needsTestbed: false, run: async () => (await import('./plan.ts')).planWork() },
  schedule: { needsTestbed: false, run: async () => (await import('./schedule.ts')).schedule() },
  progress: { needsTestbed: false, run: async () => (await import('./progress.ts')).foldStream() },
  page: { needsTestbed: false, run: async () => (await import('./page.ts')).filterPage() },
  prune: { needsTestbed: true, run: async () => (await import('./prune.ts')).pruneCaches() },
  emulation: { needsTestbed: true, run: async () => (await import('./emulation.ts')).emulation() },
  reuse: { needsTestbed: true, run: async () => (await import('./reuse.ts')).reuse() },
  'shared-context': { needsTestbed: true, run: async () => (await import('./shared-context.ts')).sharedContext() },
}

/** Where no test bed is, starts one and runs this program again with its environment. */
const runOnTestbed = (args: readonly string[]): number => {
  const script = 'script/testbed start >&2 && eval "$(script/testbed env)" && exec "$0" bench/run.ts "$@"'
  const { status } = spawnSync('bash', ['-c', script, process.execPath, ...args], { cwd: root, stdio: 'inherit' })
  return status ?? 1
}

const run = async (args: readonly string[]): Promise<number> => {
  const names = args.length === 0 ? Object.keys(BENCHES) : args
  const unknown = names.find((name) => !(name in BENCHES))
  if (unknown !== undefined) {
    process.stderr.write(`there is no benchmark ${unknown}; there are: ${Object.keys(BENCHES).join(', ')}\n`)
    return 64
  }
  const needsTestbed = names.some((name) => BENCHES[name]?.needsTestbed)
  if (needsTestbed && (process.env['STRATA_TESTBED_REGISTRY'] ?? '') === '') return runOnTestbed(names)
  for (const name of names) process.stdout.write(`${JSON.stringify(await BENCHES[name]?.run())}\n`)
  return 0
}

process.exitCode = await run(process.argv.slice(2))
