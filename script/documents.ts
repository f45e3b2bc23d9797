import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAction, type Action } from './docs.ts'

/** Absolute path of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const list = (patterns: readonly string[]): readonly string[] => globSync(patterns, { cwd: root }).sort()

/** Paths of all pages for users, relative to the repository. */
export const listDocuments = (): readonly string[] =>
  list(['README.md', 'docs/**/*.md', 'examples/**/*.md', '[a-z]*/README.md']).filter(
    (path) => !path.startsWith('node_modules'),
  )

/** Paths of all `action.yml` files, relative to the repository. */
export const listActions = (): readonly string[] => list(['action.yml', '[a-z]*/action.yml'])

/** Paths of all workflows: the repository's own and the examples. */
export const listWorkflows = (): readonly string[] => list(['.github/workflows/*.yml', 'examples/workflows/*.yml'])

/** Text of a file of the repository. */
export const readText = (path: string): string => readFileSync(join(root, path), 'utf8')

/** An `action.yml` of the repository, read. */
export const readAction = (path: string): Action => parseAction(readText(path))
