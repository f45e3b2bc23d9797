import { readPruneInputs } from '../../src/commands/prune-inputs.ts'
import { prune } from '../../src/commands/prune.ts'
import type { CommandResult } from '../../src/commands/command.ts'
import type { Io } from '../../src/io/io.ts'
import type { Registry } from '../../src/io/registry/registry.ts'
import { createStores } from '../../src/io/stores/stores.ts'
import type { Repository } from '../../src/oci/reference.ts'
import type { RunEvent } from '../../src/plan/access.ts'
import type { PruneReport } from '../../src/report/prune/prune-report.ts'
import { type Generation, pushGenerations } from './generations.ts'
import { startRegistry, type RegistryOptions, type TestRegistry } from './registry.ts'
import { referenceOf, testClient } from './registry-client.ts'
import { contextOf, inWorld, ON_MAIN } from './world.ts'

/** The cache repository of the bed's factory. */
export const CACHE = 'acme/factory-cache'

/** The files of a factory with one manifest; `more` is put behind its `platforms`. */
export const factoryOf = (host: string, more = ''): Readonly<Record<string, string>> => ({
  'strata.yaml': `version: 1
name: factory
registry: ${host}/acme
platforms: [linux/amd64]
${more}layers:
  base: { variants: { small: { from: '${host}/base:1' } } }
  core: { variants: { tools: { fragment: core.Dockerfile } } }
manifests:
  llm_factory: { base: small, core: tools }
`,
  'core.Dockerfile': 'ARG PARENT\nFROM ${PARENT}\nRUN make\n',
})

/** The clock of the bed stands at this time. */
export const NOW = Date.parse('2026-11-22T15:39:57.000Z')

/** So many generations, a day apart; the newest is 25 hours old. */
export const generationsOf = (count: number): readonly Generation[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ manifestId: 'llm_factory', platform: 'linux/amd64', number: index, layers: ['core', 'app'] },
    finishedAt: new Date(NOW - (count - index) * 24 * 3_600_000 - 3_600_000).toISOString(),
  }))

/** What a run of prune said and left. */
export type Pruned = CommandResult & {
  readonly report: PruneReport
  readonly told: { readonly infos: readonly string[]; readonly warnings: readonly string[]; readonly summaries: readonly string[] } // prettier-ignore
  readonly groups: ReadonlyMap<string, readonly string[]>
}

/** How a run of prune differs from a plain one on the default branch. */
export type Step = {
  readonly inputs?: Readonly<Record<string, string>>
  readonly event?: RunEvent
  readonly files?: Readonly<Record<string, string>>
  /** How long after {@link NOW} it is, ms. */
  readonly later?: number
  /** Instead of those of a run without a token. */
  readonly stores?: Io['stores']
  /** Stands before the list of tags of a repository. */
  readonly listTags?: (client: Registry, repository: Repository) => ReturnType<Registry['listTags']>
}

/** Runs prune in process, on a workspace of its own. */
export const pruneOnce = (
  { host }: TestRegistry,
  { inputs = {}, event = ON_MAIN, files, listTags, later = 0, stores }: Step = {},
): Promise<Pruned> => {
  const plain = testClient()
  const client: Registry =
    listTags === undefined ? plain : { ...plain, listTags: (repository) => listTags(plain, repository) }
  const groups = new Map<string, readonly string[]>()
  return inWorld(
    { files: files ?? factoryOf(host) },
    async ({ io, told, workspace }) => {
      const actions = {
        ...io.actions,
        group: (title: string, lines: readonly string[]) => void groups.set(title, lines),
      }
      const now = (): Date => new Date(io.clock.now().getTime() + later)
      const all = { ...io, actions, clock: { ...io.clock, now, sleep: () => Promise.resolve() } }
      const result = await prune(
        readPruneInputs((name) => inputs[name] ?? '', {}),
        contextOf(workspace, event),
        all,
      )
      const text = await io.files.read(result.outputs['report-path'] ?? '')
      return { ...result, told, groups, report: JSON.parse(text ?? '{}') as PruneReport }
    },
    { registry: client, stores: stores ?? createStores(client, undefined) },
  )
}

/** A registry in which a factory was built so often. */
export const withGenerations = async (count: number, options: RegistryOptions = {}): Promise<TestRegistry> => {
  const registry = await startRegistry(options)
  registry.pushImage('base', { tag: '1' })
  await pushGenerations(referenceOf(`${registry.host}/${CACHE}`), generationsOf(count))
  registry.requests.length = 0
  return registry
}

/** The tags that a repository has now. */
export const tagsOf = ({ store }: TestRegistry, repository = CACHE) => [...(store.get(repository)?.tags.keys() ?? [])]
