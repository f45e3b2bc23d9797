import { hash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readPlanInputs } from '../../src/commands/inputs.ts'
import { preparePlan, type PreparedPlan } from '../../src/commands/planning/prepare.ts'
import { createContextReader } from '../../src/io/context-files.ts'
import type { Context } from '../../src/io/context.ts'
import { createFiles } from '../../src/io/files.ts'
import type { Io } from '../../src/io/io.ts'
import { formatReference } from '../../src/oci/reference.ts'
import type { RunEvent } from '../../src/plan/access.ts'
import { literalIo, type Told } from './io.ts'

/** A workspace, and the images that registries have. */
export type World = {
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>
  /** Paths of files that can be run. */
  readonly executable?: readonly string[]
  /** Images by reference: what their filesystem layers are, and what only their config says. */
  readonly images?: Readonly<Record<string, { readonly layers: string; readonly config?: string }>>
  /** Texts that are kept in registries, by reference. */
  readonly kept?: Map<string, string>
}

/** Inputs as the workflow gives them. */
export type Given = Readonly<Record<string, string>>

/** A run on the default branch. */
export const ON_MAIN: RunEvent = { name: 'push', ref: 'refs/heads/main', refProtected: true, defaultBranch: 'main' }

/** A run for a pull request to it. */
export const ON_PULL_REQUEST: RunEvent = {
  ...{ name: 'pull_request', ref: 'refs/pull/7/merge', refProtected: false },
  ...{ defaultBranch: 'main', baseBranch: 'main', repository: 'acme/factory', headRepository: 'acme/factory' },
}

/** A context of a run for an event. */
export const contextOf = (workspace: string, event: RunEvent): Context => ({
  ...{ workspace, event, temporary: '/tmp', run: {}, useBuildx: true, env: {} },
  signal: new AbortController().signal,
})

const digestOf = (text: string): string => `sha256:${hash('sha256', text)}`

const registryOf = ({ images = {}, kept = new Map() }: World): Partial<Io['registry']> => {
  const find = (name: string) => Object.entries(images).find(([reference]) => name.includes(reference))?.[1]
  return {
    resolveImage: (reference) => {
      const image = find(formatReference(reference)) ?? { layers: '' }
      const platforms = ['linux/amd64', 'linux/arm64']
      return Promise.resolve({ digest: digestOf(JSON.stringify(image)), mediaType: '', kind: 'index', platforms })
    },
    getImageConfig: (reference) => {
      const { layers = '' } = find(formatReference(reference)) ?? {}
      const config = { diffIds: [digestOf(layers)], env: [], shell: [], onBuild: [], entrypoint: [], cmd: [] }
      const descriptor = { mediaType: '', digest: '', size: 0, annotations: {} }
      return Promise.resolve({
        descriptor,
        manifest: { kind: 'manifest', mediaType: '', config: descriptor, layers: [], annotations: {} },
        config: { ...config, labels: {}, platform: { os: 'linux', architecture: 'amd64', variant: undefined } },
      } as unknown as Awaited<ReturnType<Io['registry']['getImageConfig']>>)
    },
    listTagsWithin: () => Promise.resolve(undefined),
    headManifest: () => Promise.resolve(undefined),
    getText: (reference) => Promise.resolve(kept.get(formatReference(reference))),
    putText: (reference, _type, text) => Promise.resolve(void kept.set(formatReference(reference), text)),
  }
}

/** What is done in a world: with its io, what was told, and where its workspace is. */
export type Visit<T> = (visit: { readonly io: Io; readonly told: Told; readonly workspace: string }) => Promise<T>

/** Writes the workspace of a world to disk for as long as something is done in it. */
export const inWorld = async <T>(world: World, act: Visit<T>, changes: Partial<Io> = {}): Promise<T> => {
  const root = mkdtempSync(join(tmpdir(), 'strata-world-'))
  const workspace = join(root, 'workspace')
  try {
    for (const [path, text] of Object.entries(world.files)) {
      mkdirSync(join(workspace, dirname(path)), { recursive: true })
      writeFileSync(join(workspace, path), text)
      chmodSync(join(workspace, path), world.executable?.includes(path) === true ? 0o755 : 0o644)
    }
    const { io, told } = literalIo(new Map())
    const all: Io = {
      ...io,
      registry: { ...io.registry, ...registryOf(world) },
      contexts: createContextReader(workspace),
      files: createFiles(workspace, join(root, 'temporary')),
      ...changes,
    }
    return await act({ io: all, told, workspace })
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Plans a world as it is. */
export const planWorld = async (world: World, given: Given = {}, event = ON_MAIN): Promise<PreparedPlan> =>
  inWorld(world, ({ io, workspace }) =>
    preparePlan(
      readPlanInputs((name) => given[name] ?? '', {}),
      contextOf(workspace, event),
      io,
    ),
  )
