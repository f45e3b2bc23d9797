import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../../script/documents.ts'
import { parseFragment } from '../../src/fragment/parse.ts'
import type { ContextRead, Fragment } from '../../src/fragment/fragment.ts'
import type { LintContext, Surroundings } from '../../src/lint/source.ts'

/** What a fragment of the corpus is built with, and what is to be found in it. */
export type Settings = {
  readonly top?: boolean
  readonly context?: Readonly<Record<string, string>>
  readonly modes?: Readonly<Record<string, string>>
  readonly findings?: readonly { readonly rule: string; readonly line: number; readonly columns: readonly number[] }[]
}

/** A fragment of the corpus. */
export type Sample = { readonly name: string; readonly fragment: Fragment; readonly settings: Settings }

const folder = join(root, '__tests__/fixtures/lint')

/** Reads one half of the corpus. */
export const readCorpus = (half: 'good' | 'bad', side: string): readonly Sample[] => {
  const all = parse(readFileSync(join(folder, half, side), 'utf8')) as Readonly<Record<string, Settings>>
  const names = readdirSync(join(folder, half)).filter((name) => name.endsWith('.Dockerfile'))
  return names.sort().map((file) => {
    const name = file.replace('.Dockerfile', '')
    const text = readFileSync(join(folder, half, file), 'utf8')
    return { name, fragment: parseFragment(file, text, { layers: ['base', 'top'] }), settings: all[name] ?? {} }
  })
}

const isBelow = (path: string, folderPath: string): boolean => {
  const plain = folderPath.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
  if (plain === '' || plain === '.') return true
  const glob = new RegExp(`^${plain.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(?:/|$)`)
  return glob.test(path)
}

/** A build context of these files. */
export const contextOf = ({ context = {}, modes = {} }: Settings): LintContext => {
  const paths = Object.keys(context)
  return {
    pathsOf: ({ path }: ContextRead) => paths.filter((each) => isBelow(each, path)),
    exists: (path) => paths.includes(path),
    scripts: new Map(Object.entries(context)),
    oddMode: (_, path) => modes[path],
  }
}

/** What stands around a fragment of the corpus. */
export const surroundingsOf = (settings: Settings): Surroundings => ({
  platforms: ['linux/amd64', 'linux/arm64'],
  top: settings.top ?? false,
  stepsBelow: 0,
  namesBelow: [],
  context: contextOf(settings),
})
