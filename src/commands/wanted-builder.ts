import { BUILDER_SETTINGS, DRIVERS, isMeant, type Driver } from '../factory/drivers.ts'
import type { PoolBuilder } from '../factory/factory.ts'
import type { BuilderSettings, GivenSetting, NodeSettings } from '../plan/builder-settings.ts'
import { inputError } from '../problem.ts'
import { readCommon, readNodes } from './builder-settings-reader.ts'
import { choice, type ReadInput } from './read-input.ts'

/** When emulators are installed: where nothing else runs a platform, for every foreign platform, or not at all. */
export type Qemu = 'auto' | 'always' | 'never'

/** The inputs about builders and emulation. */
export type BuilderInputs = {
  /** Name of an existing builder. */
  readonly name?: string
  /** Texts of those that say how a new one is made, by name, as far as they are given. */
  readonly given: Readonly<Record<string, string>>
  readonly qemu: Qemu
  readonly qemuImage: string
}

/** What builds, as far as inputs and the factory file have a say in it. */
export type WantedBuilder = {
  /** Name of an existing builder. */
  readonly name?: string
  /** How a new one is made, should one be needed. */
  readonly settings: BuilderSettings
  readonly qemu: Qemu
  readonly qemuImage: string
  /** What is not heeded, for the log. */
  readonly notes: readonly string[]
}

/** What the plan says of builders. */
export type PoolBuilders = {
  /** The pool of the job with its settings, where it has some. */
  readonly pool?: { readonly name: string; readonly settings: PoolBuilder }
  /** Whether any pool has settings: then the inputs of one workflow are for several drivers. */
  readonly mixed?: boolean
}

const hasTls = ({ tls }: NodeSettings): boolean => Object.keys(tls).length > 0

/** Settings of which there can be one only. */
const RIVALS: Readonly<Record<string, string>> = {
  'buildkitd-config': 'buildkitd-config-inline',
  'buildkitd-config-inline': 'buildkitd-config',
}

/** Who gives settings, the strongest first. A builder or a driver that inputs name is not what a pool is set up for. */
const sourcesOf = ({ name, given }: BuilderInputs, { pool }: PoolBuilders) => {
  const inputs = { texts: given }
  if (pool === undefined || name !== undefined || given['driver'] !== undefined) return [inputs]
  const left = Object.entries(pool.settings).filter(([setting]) => given[RIVALS[setting] ?? ''] === undefined)
  return [inputs, { texts: Object.fromEntries(left), pool: pool.name }]
}

/** Inputs that say nothing to the driver: an error, unless they may be meant for the builders of other pools. */
const leftAside = (
  { given }: BuilderInputs,
  driver: Driver,
  isShared: boolean,
): { readonly aside: readonly string[]; readonly note?: string } => {
  const aside = BUILDER_SETTINGS.filter((setting) => given[setting] !== undefined && !isMeant(setting, driver))
  if (aside.length === 0) return { aside }
  const note = `input ${aside.join(', ')} says nothing to the driver ${driver}`
  if (!isShared) throw inputError(note, { hint: 'leave it out' })
  return { aside, note }
}

/**
 * What builds a job: inputs first, then the settings of its pool. Throws an InputError when they contradict each other.
 */
export const wantedBuilder = (inputs: BuilderInputs, pools: PoolBuilders, env: NodeJS.ProcessEnv): WantedBuilder => {
  const sources = sourcesOf(inputs, pools)
  const sourceOf = (name: string) => sources.find(({ texts }) => texts[name] !== undefined)
  const all: ReadInput = (name) => sourceOf(name)?.texts[name] ?? ''
  const driver = choice(all, 'driver', DRIVERS)
  const { aside, note } = leftAside(inputs, driver, pools.mixed === true && inputs.given['driver'] === undefined)
  const read: ReadInput = (name) => (aside.some((each) => each === name) ? '' : all(name))
  const nodes = readNodes(read, driver, env)
  const common = readCommon(read)
  if (common.keepBuilder && nodes.some(hasTls)) {
    throw inputError('a builder with TLS material from secrets cannot be kept: its files are removed', {
      hint: 'leave out keep-builder, or name files that stay in driver-opts: cacert=…, cert=…, key=…',
    })
  }
  const given = ['driver', ...BUILDER_SETTINGS].flatMap((name): readonly GivenSetting[] => {
    const source = sourceOf(name)
    if (source === undefined || read(name) === '') return []
    return ['pool' in source ? { name, pool: source.pool } : { name }]
  })
  return {
    ...(inputs.name === undefined ? {} : { name: inputs.name }),
    settings: { driver, nodes, ...common, given },
    ...{ qemu: inputs.qemu, qemuImage: inputs.qemuImage, notes: note === undefined ? [] : [note] },
  }
}
