import { levelOf, LINT_RULES, type LintLevels } from '../../factory/lint-levels.ts'
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
  const anyOdd = io.contexts.oddModes().count > 0
  const folderOf = (read: ContextRead) => folderReadOf(read, layer, context)
  return {
    pathsOf: (read) => {
      const folder = folderOf(read)
      return folder === undefined ? [] : paths(folder.root, folder.pattern, io)
    },
    exists: (path) => paths(context, path, io).length > 0,
    oddMode: (read, path) => {
      const folder = anyOdd ? folderOf(read) : undefined
      return folder && io.contexts.oddMode(folder.root, path)
    },
  }
}

/** Shell scripts that steps take from the main context, with their text. */
const readScripts = async (files: readonly string[], context: string, io: Io): Promise<ReadonlyMap<string, string>> => {
  const scripts = [...new Set(files)].filter((path) => /\.(?:sh|bash)$/.test(path)).slice(0, MAX_SCRIPTS)
  // What cannot be read, be it a folder of such a name, is no script.
  const texts = await Promise.all(scripts.map((path) => io.files.read(join(context, path)).catch(() => undefined)))
  return new Map(scripts.map((path, index) => [path, texts[index] ?? '']))
}

/** Lines of the files that base images are named in. */
const readLines = async (items: readonly WorkItem[], io: Io): Promise<ReadonlyMap<string, readonly string[]>> => {
  const files = [...new Set(items.flatMap(({ layers: [base] }) => (base === undefined ? [] : [base.place.file])))]
  const texts = await Promise.all(files.map((file) => io.files.read(file)))
  return new Map(files.map((file, index) => [file, (texts[index] ?? '').split('\n')]))
}

/** All fragments as rules see them, by path. */
const readSources = async (
  { factory: { context }, fragments }: LintSubject,
  stacks: ReadonlyMap<string, FragmentStack>,
  io: Io,
): Promise<ReadonlyMap<string, LintSource>> => {
  const used = [...stacks].flatMap(([file, stack]) => {
    const fragment = fragments.get(file)
    return fragment === undefined ? [] : [{ file, stack, fragment, own: contextFor(stack.layer, context, io) }]
  })
  const taken = used.flatMap(({ fragment, own }) =>
    fragment.reads.flatMap((read) => (read.context === undefined ? own.pathsOf(read) : [])),
  )
  const scripts = await readScripts(taken, context, io)
  return new Map(
    used.map(({ file, stack: { platforms, top, stepsBelow }, fragment, own }) => {
      const around = { platforms: [...platforms], top, stepsBelow, namesBelow: [], context: { ...own, scripts } }
      return [file, lintSource(fragment, around)]
    }),
  )
}

/** What the linter finds in all fragments that work items use, and in their base images. */
export const findLint = async (subject: LintSubject, given: LintLevels, io: Io): Promise<readonly Finding[]> => {
  const { factory, items, fragments } = subject
  const levels = [factory.lint, given]
  if (LINT_RULES.every(({ id }) => levelOf(id, levels) === 'off')) return []
  const stacks = stackOf(items, fragments)
  const sources = await readSources(subject, stacks, io)
  const names = new Map([...sources].map(([file, source]) => [file, broughtNames(source)]))
  const found = [...sources].flatMap(([file, source]) => {
    const namesBelow = [...(stacks.get(file)?.below ?? [])].flatMap((below) => names.get(below) ?? [])
    return lintFragment({ ...source, namesBelow }, levels)
  })
  return orderFindings([...baseFindings(items, await readLines(items, io), levels), ...found])
}
