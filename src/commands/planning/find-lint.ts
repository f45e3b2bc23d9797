import { levelOf, type LintLevels } from '../../factory/lint-levels.ts'
import type { Factory } from '../../factory/factory.ts'
import type { WorkItem, WorkLayer } from '../../factory/work-item.ts'
import type { ContextRead, Fragment } from '../../fragment/fragment.ts'
import type { Io } from '../../io/io.ts'
import { folderReadOf } from '../../layers/context-reads.ts'
import type { Finding } from '../../lint/finding.ts'
import { baseFindings } from '../../lint/base-images.ts'
import { lintFragment, orderFindings } from '../../lint/lint.ts'
import { broughtNames } from '../../lint/rules/context-not-copied.ts'
import { lintSource, type LintContext, type LintSource } from '../../lint/source.ts'
import { stackOf, type FragmentStack } from '../../lint/stack.ts'
import { InputError } from '../../problem.ts'

/** What is linted. */
export type LintSubject = {
  readonly factory: Factory
  readonly items: readonly WorkItem[]
  readonly fragments: ReadonlyMap<string, Fragment>
}

/** Scripts that are looked into, over all fragments. */
const MAX_SCRIPTS = 500

const join = (root: string, path: string): string => (root === '.' ? path : `${root}/${path}`)

/** A look at a build context that finds nothing where it may not look: what is wrong there, others say. */
const paths = (root: string, pattern: string, io: Io): readonly string[] => {
  try {
    return (io.contexts.read(root, [pattern]).get(pattern) ?? []).map(({ path }) => path)
  } catch (error) {
    if (error instanceof InputError) return []
    throw error
  }
}

const contextFor = (layer: WorkLayer, context: string, io: Io): Omit<LintContext, 'scripts'> => {
  const folderOf = (read: ContextRead) => folderReadOf(read, layer, context)
  return {
    pathsOf: (read) => {
      const folder = folderOf(read)
      return folder === undefined ? [] : paths(folder.root, folder.pattern, io)
    },
    exists: (path) => paths(context, path, io).length > 0,
    oddMode: (read, path) => {
      const folder = folderOf(read)
      return folder && io.contexts.oddMode(folder.root, path)
    },
  }
}

/** Shell scripts that steps take from the main context, with their text. */
const readScripts = async (files: readonly string[], context: string, io: Io): Promise<ReadonlyMap<string, string>> => {
  const scripts = [...new Set(files)].filter((path) => /\.(?:sh|bash)$/.test(path)).slice(0, MAX_SCRIPTS)
  const texts = await Promise.all(scripts.map((path) => io.files.read(join(context, path))))
  return new Map(scripts.map((path, index) => [path, texts[index] ?? '']))
}

const withNames = (
  source: LintSource,
  { below }: FragmentStack,
  sources: ReadonlyMap<string, LintSource>,
): LintSource => {
  const names = [...below].flatMap((file) => {
    const other = sources.get(file)
    return other === undefined ? [] : broughtNames(other)
  })
  return { ...source, namesBelow: new Set(names) }
}

/** Lines of the files that base images are named in. */
const readLines = async (items: readonly WorkItem[], io: Io): Promise<ReadonlyMap<string, readonly string[]>> => {
  const files = [...new Set(items.flatMap(({ layers: [base] }) => (base === undefined ? [] : [base.place.file])))]
  const texts = await Promise.all(files.map((file) => io.files.read(file)))
  return new Map(files.map((file, index) => [file, (texts[index] ?? '').split('\n')]))
}

/** What the linter finds in all fragments that work items use, and in their base images. */
export const findLint = async (
  { factory, items, fragments }: LintSubject,
  given: LintLevels,
  io: Io,
): Promise<readonly Finding[]> => {
  const levels = [factory.lint, given]
  const stacks = stackOf(items, fragments)
  const { context } = factory
  const contexts = new Map([...stacks].map(([file, { layer }]) => [file, contextFor(layer, context, io)]))
  const taken = [...stacks].flatMap(([file]) =>
    (fragments.get(file)?.reads ?? []).flatMap((read) =>
      read.context === undefined ? (contexts.get(file)?.pathsOf(read) ?? []) : [],
    ),
  )
  const scripts = await readScripts(taken, context, io)
  const sources = new Map(
    [...stacks].flatMap(([file, stack]): readonly (readonly [string, LintSource])[] => {
      const [fragment, own] = [fragments.get(file), contexts.get(file)]
      if (fragment === undefined || own === undefined) return []
      const { platforms, top, stepsBelow } = stack
      const around = { platforms: [...platforms], top, stepsBelow, namesBelow: new Set<string>() }
      return [[file, lintSource(fragment, { ...around, context: { ...own, scripts } })]]
    }),
  )
  const found = [...stacks].flatMap(([file, stack]) => {
    const source = sources.get(file)
    return source === undefined ? [] : lintFragment(withNames(source, stack, sources), levels)
  })
  const bases = levelOf('latest-image', levels) === 'off' ? [] : baseFindings(items, await readLines(items, io), levels)
  return orderFindings([...bases, ...found])
}
