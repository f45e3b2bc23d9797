import { platformArguments, readArguments } from '../fragment/arguments.ts'
import { mountFields, textOf } from '../fragment/flags.ts'
import { readInstructions, wordsOf, type Instruction } from '../fragment/instruction.ts'
import { fromTokens } from '../fragment/stages.ts'
import { expandWord, type Variable, WordError } from '../fragment/words.ts'
import type { Platform } from '../oci/platform.ts'
import type { StitchedDockerfile } from './stitched.ts'

/** What tells a cache mount of a builder from others: its id, and what its folder is made with. All platforms share it. */
export type CacheMount = {
  readonly id: string
  /** `uid`, `gid` and `mode` as written: BuildKit keeps a mount with others of them apart. */
  readonly settings: Readonly<Record<string, string>>
}

/** A cache mount, and the steps that use it. */
export type UsedCacheMount = CacheMount & {
  /** First lines of the steps in the stitched Dockerfile. */
  readonly lines: readonly number[]
}

/** The cache mounts of a Dockerfile, and those that cannot be kept, with why. */
export type CacheMounts = {
  readonly mounts: readonly UsedCacheMount[]
  readonly skipped: readonly { readonly line: number; readonly reason: string }[]
}

type Values = ReadonlyMap<string, string>

/** Ids go into a generated flag, where blanks, quotes, commas and dollar signs would mean something. */
const PLAIN = /^[\w./:@+=~-]+$/

/** `path.Clean` of Go, which BuildKit calls a mount by when it has no id. */
const clean = (path: string): string => {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '' && part !== '.' && !(part === '..' && path.startsWith('/'))) parts.push(part)
  }
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}` || '.'
}

/** What an instruction adds to the variables of its stage; a value that is not known here takes the name away. */
const declare = (instruction: Instruction, values: Values, platform: Values): Values => {
  const declared = new Map(values)
  // The image's own variables are not known here: what holds one keeps its dollar sign, and is not passed on.
  const lookup = (name: string): Variable => {
    const value = values.get(name)
    return value === undefined ? 'keep' : { value }
  }
  if (instruction.keyword === 'ENV' && !/^\S+=/.test(instruction.text.slice(instruction.argumentsAt).trim())) {
    declared.delete(wordsOf(instruction)[0]?.text ?? '')
    return declared
  }
  for (const { name, default: text } of readArguments(instruction, false)) {
    const predefined = instruction.keyword === 'ARG' ? platform.get(name) : undefined
    if (predefined !== undefined) declared.set(name, predefined)
    else if (text !== undefined) {
      try {
        declared.set(name, expandWord(text, lookup))
      } catch (error) {
        if (!(error instanceof WordError)) throw error
        declared.delete(name)
      }
    }
  }
  return declared
}

/** A field of a mount with its variables filled in; undefined when one is not known before the build. */
const expandField = (text: string, values: Values): string | undefined => {
  const unknown: string[] = []
  const expanded = text.replaceAll(/\$(?:\{(\w+)\}|(\w+))|\$/g, (whole, braced?: string, bare?: string) => {
    const value = values.get(braced ?? bare ?? '')
    if (value === undefined) unknown.push(whole)
    return value ?? ''
  })
  return unknown.length === 0 ? expanded : undefined
}

type Read = CacheMount | { readonly reason: string }

/** One cache mount (instructions/commands_runmount.go, dockerfile2llb/convert_runmount.go). */
const readMount = (fields: ReadonlyMap<string, string>, values: Values): Read => {
  const get = (...names: readonly string[]): string | undefined => names.flatMap((name) => fields.get(name) ?? []).at(0)
  if (get('from') !== undefined) return { reason: 'it begins with the files of another stage or image' }
  const target = get('target', 'dst', 'destination') ?? ''
  const [given, path] = [expandField(get('id') ?? '', values), expandField(target, values)]
  if (given === undefined || path === undefined)
    return { reason: 'its id holds a variable that only the builder knows' }
  const id = given === '' ? clean(path) : given
  const settings = Object.fromEntries(
    ['uid', 'gid', 'mode'].flatMap((name) => {
      const value = get(name)
      return value === undefined ? [] : [[name, expandField(value, values) ?? '$']]
    }),
  )
  if (![id, ...Object.values(settings)].every((text) => PLAIN.test(text)))
    return { reason: 'its id or its settings hold characters that cannot be passed on' }
  return { id, settings }
}

const mountsOf = ({ keyword, flags }: Instruction): readonly ReadonlyMap<string, string>[] =>
  keyword !== 'RUN'
    ? []
    : flags
        .flatMap(({ name, value }) => (name === 'mount' && value !== undefined ? [mountFields(value)] : []))
        .map((fields) => new Map(fields.map(({ name, value }) => [name, value === undefined ? '' : textOf(value)])))
        .filter((fields) => fields.get('type')?.toLowerCase() === 'cache')

/** What mounts are told apart by, as a text. */
export const mountName = ({ id, settings }: CacheMount): string =>
  [id, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)].join(',')

/** Finds the cache mounts of a stitched Dockerfile. Arguments have their values in it, so ids are known but for the builder's. */
export const findCacheMounts = ({ text }: Pick<StitchedDockerfile, 'text'>, platform: Platform): CacheMounts => {
  const predefined = platformArguments(platform)
  const stages = new Map<string, Values>()
  const mounts = new Map<string, UsedCacheMount>()
  const skipped: CacheMounts['skipped'][number][] = []
  let stage = ''
  for (const instruction of readInstructions(text).instructions) {
    if (instruction.keyword === 'FROM') {
      const tokens = fromTokens(instruction)
      stage = tokens?.name?.text ?? ''
      stages.set(stage, stages.get(tokens?.from.text ?? '') ?? new Map())
    }
    const values = stages.get(stage) ?? new Map<string, string>()
    if (instruction.keyword === 'ARG' || instruction.keyword === 'ENV')
      stages.set(stage, declare(instruction, values, predefined))
    const line = instruction.lines.start
    for (const fields of mountsOf(instruction)) {
      const read = readMount(fields, values)
      if ('reason' in read) skipped.push({ line, reason: read.reason })
      else mounts.set(mountName(read), { ...read, lines: [...(mounts.get(mountName(read))?.lines ?? []), line] })
    }
  }
  return { mounts: [...mounts.values()], skipped }
}

/** The image that the lowest stage of a stitched Dockerfile starts from, as it is pinned; undefined for `scratch`. */
export const lowestImage = ({ text, targets }: Pick<StitchedDockerfile, 'text' | 'targets'>): string | undefined => {
  const tokens = readInstructions(text)
    .instructions.filter(({ keyword }) => keyword === 'FROM')
    .flatMap((instruction) => fromTokens(instruction) ?? [])
    .find(({ name }) => name?.text === targets[0]?.stage)
  return tokens === undefined || tokens.from.text === 'scratch' ? undefined : tokens.from.text
}

/** Where a mount is while its files are moved. */
const PLACE = '/strata/mount'

const mountFlag = ({ id, settings }: CacheMount): string => {
  const fields = Object.entries(settings).map(([name, value]) => `,${name}=${value}`)
  return `--mount=type=cache,id=${id},target=${PLACE}${fields.join('')}`
}

/**
 * What both builds begin with. `nonce` makes every step run; `--no-cache` would also make the folders of mounts with
 * settings anew, which then are other mounts.
 */
const head = (image: string, nonce: string): readonly string[] => [
  `FROM ${image} AS tools`,
  'USER 0:0',
  `ENV STRATA_RUN=${nonce}`,
]

/** Name of the archive of the mount with an index. */
export const archiveName = (index: number): string => `mount-${index}.tar`

/** A Dockerfile that puts the archives of the context into mounts, all in one build; undefined entries have none. */
export const renderInjection = (mounts: readonly (CacheMount | undefined)[], image: string, nonce: string): string => {
  const steps = mounts.flatMap((mount, index) => {
    if (mount === undefined) return []
    const archive = `--mount=type=bind,source=${archiveName(index)},target=/strata/archive.tar`
    return [`RUN --network=none ${mountFlag(mount)} ${archive} ["tar","-xpf","/strata/archive.tar","-C","${PLACE}"]`]
  })
  return [...head(image, nonce), ...steps, ''].join('\n')
}

/** A Dockerfile whose result is the archives of mounts, all in one build. */
export const renderExtraction = (mounts: readonly CacheMount[], image: string, nonce: string): string => {
  const steps = mounts.map(
    (mount, index) =>
      `RUN --network=none ${mountFlag(mount)} ["tar","-cf","/strata-${archiveName(index)}","-C","${PLACE}","."]`,
  )
  const copies = mounts.map((_, index) => `COPY --from=tools /strata-${archiveName(index)} /${archiveName(index)}`)
  return [...head(image, nonce), ...steps, 'FROM scratch', ...copies, ''].join('\n')
}
