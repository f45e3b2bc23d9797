import { join } from 'node:path'
import type { Context } from '../../io/context.ts'
import type { Engine } from '../../io/engine.ts'
import type { Io } from '../../io/io.ts'
import {
  givenAs,
  imageCandidates,
  isKept,
  keptName,
  renderGiven,
  runsImage,
  type BuilderSettings,
} from '../../plan/builder-settings.ts'
import { CanceledError, inputError, SetupError } from '../../problem.ts'
import { renderBuildkitdConfig } from '../../render/buildkitd-config.ts'
import { renderCreateBuilder, type TlsFiles } from '../../render/create-builder.ts'

/** A builder that this run made. It is gone at the end of the scope, unless it is to be kept. */
export type NewBuilder = AsyncDisposable & { readonly name: string }

/** The name under which the post step finds what a killed run left. */
export const LEFT_BUILDER = 'left-builder'

/** What the post step has to remove. */
export type LeftBuilder = { readonly name: string; readonly keepState: boolean; readonly folder: string }

/** The name that a kept builder has, which is also how a later run finds it; undefined when none is kept. */
export const nameToKeep = (settings: BuilderSettings, { env }: Context): string | undefined =>
  isKept(settings) ? keptName(settings, env['RUNNER_NAME'] ?? '') : undefined

/** The number of CPUs is known of one machine only: that of the engine at hand. */
const isOnThisEngine = ({ driver, nodes }: BuilderSettings): boolean =>
  driver === 'docker-container' && nodes.every(({ endpoint }) => endpoint === undefined)

/** The settings with the text of the config, which counts for what is kept; its path says nothing. */
export const readConfig = async (settings: BuilderSettings, io: Io): Promise<BuilderSettings> => {
  const { path } = settings.config
  if (path === undefined) return settings
  const text = await io.files.read(path)
  if (text !== undefined) return { ...settings, config: { text } }
  throw inputError(`${renderGiven(givenAs('buildkitd-config', settings))} names ${path}, and there is no such file`)
}

/** Writes the buildkitd.toml; undefined when BuildKit's own defaults do. */
const writeConfig = async (
  settings: BuilderSettings,
  engine: Engine | undefined,
  folder: string,
  io: Io,
): Promise<string | undefined> => {
  const maxParallelism = settings.maxParallelism ?? (isOnThisEngine(settings) ? engine?.cpus : undefined)
  const text = renderBuildkitdConfig({
    ...settings.config,
    mirrors: settings.mirrors,
    ...(maxParallelism === undefined ? {} : { maxParallelism }),
    isAsked: settings.maxParallelism !== undefined,
  })
  if (text === undefined) return undefined
  const path = join(folder, 'buildkitd.toml')
  await io.files.write(path, text)
  return path
}

const writeTls = async ({ nodes }: BuilderSettings, folder: string, io: Io): Promise<readonly TlsFiles[]> => {
  const all: TlsFiles[] = []
  for (const [index, { tls }] of nodes.entries()) {
    const paths: [string, string][] = []
    for (const [part, text] of Object.entries(tls)) {
      const path = join(folder, `node-${index}-${part}.pem`)
      if (part === 'key') io.actions.mask(text)
      await io.files.writeSecret(path, `${text.trimEnd()}\n`)
      paths.push([part, path])
    }
    all.push(Object.fromEntries(paths))
  }
  return all
}

/** BuildKit's image: by the first mirror that has it, as the engine itself knows of no mirrors of ours. */
const findImage = async (settings: BuilderSettings, { signal }: Context, io: Io): Promise<string> => {
  const { image, mirrors, driver } = settings
  const candidates = imageCandidates(image, mirrors)
  if (candidates.length === 1 || !runsImage(settings)) return image
  // What pulls for Kubernetes is a node of the cluster, which cannot be asked.
  if (driver === 'kubernetes') return candidates[0] ?? image
  for (const candidate of candidates.slice(0, -1)) {
    const run = { env: {}, signal, onStderr: () => undefined }
    if ((await io.docker.run(['pull', '--quiet', candidate], run)) === 0) {
      io.actions.info(`BuildKit comes from the mirror: ${candidate}`)
      return candidate
    }
    io.actions.info(`${candidate} cannot be pulled; trying the next`)
  }
  return image
}

const remedyFor = ({ driver, image }: BuilderSettings): string => {
  if (driver === 'remote') return 'is its endpoint right, does it answer from here, and do its certificates fit?'
  if (driver === 'kubernetes') return 'is there a kubeconfig whose user may create deployments in that namespace?'
  return `can ${image} be pulled here? Name a mirror in registry-mirrors, another image in buildkit-image, or a builder`
}

/** Makes a builder and starts it. Whatever happens, what was made is removed again, or left to the post step. */
export const makeBuilder = async (
  settings: BuilderSettings,
  engine: Engine | undefined,
  context: Context,
  io: Io,
): Promise<NewBuilder> => {
  const name = nameToKeep(settings, context) ?? io.builders.uniqueName()
  const folder = await io.files.makeFolder('builder')
  const { keepBuilder, keepState } = settings
  const left: LeftBuilder = { name, keepState, folder }
  if (!keepBuilder) io.actions.saveState(LEFT_BUILDER, JSON.stringify(left))
  await using undo = new AsyncDisposableStack()
  undo.defer(async () => {
    await io.files.removeFolder(folder)
    if (!keepBuilder) io.actions.saveState(LEFT_BUILDER, '')
  })
  const remove = (): Promise<void> => io.builders.remove(name, { keepState })
  const config = await writeConfig(settings, engine, folder, io)
  const tls = await writeTls(settings, folder, io)
  const image = await findImage(settings, context, io)
  const commands = renderCreateBuilder(name, { ...settings, image }, { ...(config && { config }), tls })
  undo.defer(remove)
  const failure = await io.builders.create(name, commands, context.signal)
  if (context.signal.aborted) throw new CanceledError(`stopped by ${String(context.signal.reason)}`)
  if (failure !== undefined) {
    throw new SetupError(
      `a ${settings.driver} builder could not be started (${failure}); ${remedyFor({ ...settings, image })}`,
    )
  }
  const made = undo.move()
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      if (keepBuilder) await io.files.removeFolder(folder)
      else await made.disposeAsync()
    },
  }
}
