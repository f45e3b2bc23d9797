import { textOf } from '../../fragment/flags.ts'
import type { Found, Rule } from '../finding.ts'
import { isShell, programsOf, type Program } from '../program.ts'
import type { LintInstruction } from '../run.ts'
import { readCommands } from '../shell.ts'
import type { LintSource, LintStage } from '../source.ts'
import { placedReads } from './context-reads.ts'
import { pathBeside, plainPath, readFiles } from './read-files.ts'

/** A file of the build context that something reads. */
type Use = Found & { readonly path: string }

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** What can bring files of any name, so that nothing can be said behind it. */
const BRINGS_FILES: readonly string[] = [
  'tar',
  'unzip',
  'git',
  'curl',
  'wget',
  'cd',
  'pushd',
  'cp',
  'mv',
  'ln',
  'tee',
  'bsdtar',
  'rsync',
]

const bringsFiles = ({ name }: Program): boolean => BRINGS_FILES.includes(name)

const writtenBy = ({ outputs }: Program): readonly string[] => outputs.map(textOf)

const copiesFromElsewhere = ({ instruction: { keyword, flags }, mounts }: LintInstruction): boolean =>
  keyword === 'ADD' ||
  (keyword === 'COPY' && flags.some(({ name }) => name === 'from')) ||
  mounts.some(({ type = 'bind', from }) => type === 'bind' && from !== undefined)

/** Files that a RUN reads, as long as nothing before it can have brought them by other ways. */
const usesOf = (run: LintInstruction, { instructions }: LintStage): readonly Use[] => {
  const before = instructions.slice(0, instructions.indexOf(run))
  if (run.programs.length === 0 || [...before, run].some(copiesFromElsewhere)) return []
  const earlier = before.flatMap(({ programs }) => programs)
  let blind = earlier.some(bringsFiles)
  const written = before.filter(({ instruction: { keyword } }) => keyword === 'COPY').map(({ body }) => body)
  written.push(...earlier.flatMap(writtenBy))
  return run.programs.flatMap((program) => {
    if (blind) return []
    blind = bringsFiles(program)
    const uses = readFiles(program).flatMap((word): readonly Use[] => {
      const path = plainPath(textOf(word))
      if (path === undefined || written.some((text) => text.includes(baseName(path)))) return []
      const found = `${program.name === '' ? 'this step' : program.name} reads ${path} of the build context, and no COPY, ADD or bind brings it in`
      return [{ path, found, span: run.spanOf(word) }]
    })
    written.push(...writtenBy(program))
    return uses
  })
}

const callsOf = (text: string): readonly Program[] => {
  const chars = Array.from({ length: text.length }, (_, at) => ({ char: text[at] ?? '', at }))
  return programsOf(readCommands(chars)).filter(
    ({ name, texts }) => name === '.' || name === 'source' || isShell(name) || /^(?:\.\/|\$)/.test(texts[0] ?? ''),
  )
}

/** The files beside it that a script calls, each with the line that does. */
const calledBy = (path: string, text: string): readonly { readonly path: string; readonly line: number }[] => {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  return callsOf(text).flatMap((program) => {
    const own = /^(?:\.\/|\$)/.test(program.texts[0] ?? '') ? program.words.slice(0, 1) : []
    return [...own, ...readFiles(program)].flatMap((word) => {
      const called = pathBeside(folder, word)
      return called === undefined ? [] : [{ path: called, line: text.slice(0, word[0]?.at ?? 0).split('\n').length }]
    })
  })
}

/** Files that copied scripts call. */
const usesOfScripts = (source: LintSource): readonly Use[] => {
  const { pathsOf, scripts } = source.context
  return placedReads(source).flatMap(({ read, word }) => {
    if (read.context !== undefined) return []
    return pathsOf(read).flatMap((script) => {
      const calls = new Map(calledBy(script, scripts.get(script) ?? '').map((call) => [call.path, call]))
      return [...calls.values()].map(({ path, line }): Use => {
        const found = `${script} calls ${path} in line ${line}, and no COPY, ADD or bind brings it in`
        return { path, found, span: word.span }
      })
    })
  })
}

const allUses = (source: LintSource): readonly Use[] => [
  ...source.stages.flatMap((stage) => stage.instructions.flatMap((run) => usesOf(run, stage))),
  ...usesOfScripts(source),
]

/** Names of all files that the steps of a fragment take from build contexts. */
export const broughtNames = ({ fragment, context }: LintSource): ReadonlySet<string> =>
  new Set(fragment.reads.flatMap((read) => context.pathsOf(read)).map(baseName))

/** A file of the build context that is read and that nothing brings in. */
export const contextNotCopied: Rule = {
  id: 'context-not-copied',
  why: 'the step finds no such file, or another one of the image below, and a change to the file never runs it again',
  fix: 'bring it in: COPY, or RUN --mount=type=bind,source=…; for scripts that call each other, their folder',
  find: (source) => {
    const uses = allUses(source)
    if (uses.length === 0) return []
    const brought = [broughtNames(source), ...source.namesBelow]
    const isBrought = (path: string): boolean => brought.some((names) => names.has(baseName(path)))
    return uses.filter(({ path }) => !isBrought(path) && source.context.exists(path))
  },
}
