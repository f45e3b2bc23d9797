import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pushGenerations } from '../__tests__/support/generations.ts'
import { startOwnRegistry } from '../__tests__/support/e2e/own-registry.ts'
import { literalIo } from '../__tests__/support/io.ts'
import { startRegistry } from '../__tests__/support/registry.ts'
import { prune } from '../src/commands/prune.ts'
import { readPruneInputs } from '../src/commands/prune-inputs.ts'
import { createClock } from '../src/io/clock.ts'
import { createFiles } from '../src/io/files.ts'
import { createRegistry } from '../src/io/registry/registry.ts'
import { createStores } from '../src/io/stores/stores.ts'
import type { PruneReport } from '../src/report/prune/prune-report.ts'
import { openSlowWay, type SlowWay } from './prune-registries.ts'
import type { BenchResult } from './run.ts'

/** Of every request, both ways together, ms. */
const LATENCY = 20
/** Cache refs of a generation, and generations that stay. */
const LAYERS = ['base', 'core', 'light', 'app']
/** Deletions at a time, as Strata does. */
const CONCURRENCY = 6
const DAY = 24 * 3_600_000
/** One time for all, so that equal repositories have equal tags. */
const NOW = Date.now()

type Bed = AsyncDisposable & { readonly host: string; readonly deletesTags: boolean }

const fill = async (host: string, repository: string, refs: number): Promise<void> => {
  const count = refs / LAYERS.length
  const generations = Array.from({ length: count }, (_, number) => ({
    ...{ manifestId: 'llm_factory', platform: 'linux/amd64', number, layers: LAYERS },
    finishedAt: new Date(NOW - (count - number + 1) * DAY).toISOString(),
  }))
  await pushGenerations({ registry: host, repository }, generations)
}

type Pruned = {
  readonly report: PruneReport
  /** From the end of the plan to the last deletion, ms. */
  readonly wall: number
  /** Requests in that time, and before it. */
  readonly requests: number
  readonly reading: number
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0)

/** The whole command, against a registry far away. */
const pruneOnce = async (way: SlowWay, repository: string, folder: string): Promise<Pruned> => {
  const { io } = literalIo(new Map())
  const registry = createRegistry({
    ...{ version: 'bench', keychain: () => Promise.resolve({ warnings: [] }), warn: () => undefined },
  })
  const files = createFiles(join(folder, 'none'), folder)
  const started = { at: 0, reading: 0 }
  const group = (): void => {
    if (started.at > 0) return
    started.reading = sum(way.counts())
    way.resetCounts()
    started.at = performance.now()
  }
  const inputs: Readonly<Record<string, string>> = { 'cache-ref': `${way.host}/${repository}`, confirm: 'true' }
  const stores = createStores(registry, undefined)
  const context = { workspace: folder, temporary: folder, event: { ref: '', refProtected: false }, run: {}, useBuildx: true } // prettier-ignore
  const { outputs, failure } = await prune(
    readPruneInputs((name) => inputs[name] ?? '', {}),
    { ...context, env: {}, signal: new AbortController().signal },
    { ...io, actions: { ...io.actions, group }, clock: createClock(), files, registry, stores },
  )
  if (failure !== undefined) throw new Error(failure)
  const report = JSON.parse((await files.read(outputs['report-path'] ?? '')) ?? '') as PruneReport
  return { report, wall: way.lastDelete() - started.at, requests: sum(way.counts()), reading: started.reading }
}

type Doomed = { readonly repository: string; readonly names: readonly string[] }

/** The same requests without any thought: HEAD, then DELETE of what it says. */
const bareLoop = async ({ host }: SlowWay, doomed: readonly Doomed[], deletesTags: boolean): Promise<number> => {
  const queue = doomed.flatMap(({ repository, names }) => names.map((name) => `http://${host}/v2/${repository}/manifests/${name}`)).values() // prettier-ignore
  const accept = 'application/vnd.oci.image.manifest.v1+json'
  const started = performance.now()
  const work = async (): Promise<void> => {
    for (const url of queue) {
      const head = await fetch(url, { method: 'HEAD', headers: { accept } })
      const digest = head.headers.get('docker-content-digest') ?? ''
      const target = deletesTags ? url : url.replace(/[^/]+$/, digest)
      const { status } = await fetch(target, { method: 'DELETE' })
      if (status !== 202) throw new Error(`${target}: ${status}`)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return performance.now() - started
}

const measure = async (name: string, refs: number, start: () => Promise<Bed>) => {
  await using bed = await start()
  const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
  // Through the way, since records name refs with their host.
  await using way = await openSlowWay(bed.host, LATENCY)
  way.setDelay(0)
  await fill(way.host, 'ours/cache', refs)
  await fill(way.host, 'bare/cache', refs)
  way.setDelay(LATENCY)
  way.resetCounts()
  const { report, wall, requests, reading } = await pruneOnce(way, 'ours/cache', folder)
  const deleted = report.totals.deleted
  const doomed = report.places.map((place) => ({
    repository: place.name.replace(`${way.host}/ours`, 'bare'),
    names: place.objects.filter(({ verdict }) => verdict === 'delete').map(({ tags }) => tags[0] ?? ''),
  }))
  const floor = await bareLoop(way, doomed, bed.deletesTags)
  await rm(folder, { recursive: true })
  const result = { deleted, requestsPerDelete: requests / deleted, wallOverFloor: wall / floor }
  process.stderr.write(
    `${name}: ${deleted} of ${refs} refs and their records deleted in ${(wall / 1000).toFixed(1)} s, the bare loop took ${(floor / 1000).toFixed(1)} s; ` +
      `${reading} requests to list and read, ${requests} to delete\n`,
  )
  return result
}

const round = (value: number): number => Number(value.toFixed(3))

/**
 * What deleting costs beyond the deletions themselves: requests for each object that goes, after everything was listed
 * and read, and time as a multiple of a bare loop of the same requests on an equal repository. The worse of a real
 * docker-registry with 1,000 refs, which deletes by digest and slowly, and one in memory with 10,000.
 */
export const pruneCaches = async (): Promise<BenchResult> => {
  const inMemory = async (): Promise<Bed> => {
    const registry = await startRegistry()
    return { host: registry.host, deletesTags: true, [Symbol.asyncDispose]: registry.close }
  }
  const real = async (): Promise<Bed> => {
    const registry = await startOwnRegistry()
    return { host: registry.host, deletesTags: false, [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose]() }
  }
  const results = {
    'docker-registry': await measure('docker-registry', 1_000, real),
    'in-memory': await measure('in memory', 10_000, inMemory),
  }
  const worst = (of: (result: (typeof results)['in-memory']) => number): number =>
    round(Math.max(...Object.values(results).map(of)))
  return {
    bench: 'prune',
    requestsPerDelete: worst(({ requestsPerDelete }) => requestsPerDelete),
    wallOverFloor: worst(({ wallOverFloor }) => wallOverFloor),
    registries: Object.fromEntries(
      Object.entries(results).map(([name, { deleted, requestsPerDelete, wallOverFloor }]) => [
        name,
        { deleted, requestsPerDelete: round(requestsPerDelete), wallOverFloor: round(wallOverFloor) },
      ]),
    ),
  }
}
