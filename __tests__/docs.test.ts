import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parseDocument } from 'yaml'
import { fillBlocks, parseAction, renderInputsTable, renderOutputsTable } from '../script/docs.ts'
import { listActions, listDocuments, listWorkflows, readAction, readText, root } from '../script/documents.ts'
import { parseIncludedFile, parseMainFile } from '../src/factory/document.ts'
import { expandFactory } from '../src/factory/expand.ts'
import { variantPatterns } from '../src/factory/include.ts'
import { parseFactory } from '../src/factory/parse.ts'
import { decideCacheAccess, type RunEvent } from '../src/plan/access.ts'
import { anchorsOf, fencesOf, localLinksOf } from './support/markdown.ts'
import { ownActionOf, usingSteps } from './support/workflow.ts'

const ACTION = `
inputs:
  cache-from:
    description: |
      Sources, \`type=a|b\`.
      One a line.
  push:
    description: Push.
    default: 'false'
  command:
    description: 'Internal: which command.'
    default: build
outputs:
  digest:
    description: The digest.
`

describe('tables', () => {
  test('name every input but the internal ones, each on one line', () => {
    expect(renderInputsTable(parseAction(ACTION)).split('\n')).toEqual([
      '| input | default | description |',
      '| --- | --- | --- |',
      '| `cache-from` |  | Sources, `type=a\\|b`. One a line. |',
      '| `push` | `false` | Push. |',
    ])
  })

  test('name every output', () => {
    expect(renderOutputsTable(parseAction(ACTION)).split('\n')).toEqual([
      '| output | description |',
      '| --- | --- |',
      '| `digest` | The digest. |',
    ])
  })

  test('are empty but whole where there is nothing', () => {
    expect(renderInputsTable(parseAction('name: none'))).toBe('| input | default | description |\n| --- | --- | --- |')
  })
})

describe('fillBlocks', () => {
  const page = 'before\n<!-- inputs a.yml -->old<!-- /inputs -->\n<!-- outputs b.yml -->\n<!-- /outputs -->\nafter'
  const asked: string[] = []
  const filled = fillBlocks(page, (path) => {
    asked.push(path)
    return parseAction(ACTION)
  })

  test('replaces what stands between the markers and nothing else', () => {
    expect(filled).toMatch(
      /^before\n<!-- inputs a\.yml -->\n.*`push`.*\n<!-- \/inputs -->\n<!-- outputs b\.yml -->\n.*`digest`/s,
    )
    expect(filled).toMatch(/<!-- \/outputs -->\nafter$/)
    expect(filled).not.toContain('old')
    expect(asked).toEqual(['a.yml', 'b.yml'])
  })

  test('changes nothing the second time', () => {
    expect(fillBlocks(filled, () => parseAction(ACTION))).toBe(filled)
  })

  test.each(['<!-- inputs a.yml -->', '<!-- inputs a.yml --><!-- /outputs -->'])(
    'refuses %s, which is not closed',
    (text) => {
      expect(() => fillBlocks(text, () => parseAction(ACTION))).toThrow('1 of 1 generated blocks are not closed')
    },
  )
})

describe.each(listDocuments())('%s', (path) => {
  const page = readText(path)
  const resolve = (target: string): string => normalize(join(dirname(path), target))

  test('holds the tables that `npm run docs` makes', () => {
    expect(page).toBe(fillBlocks(page, readAction))
  })

  test('links only to files and headings that exist', () => {
    const broken = localLinksOf(page).filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : resolve(file)
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && !anchorsOf(readText(target)).has(anchor)
    })
    expect(broken).toEqual([])
  })
})

const documents = listDocuments().map((path) => ({ path, text: readText(path) }))

const yamlFences = documents.flatMap(({ path, text }) =>
  fencesOf(text)
    .filter(({ language }) => language === 'yaml')
    .map((fence) => ({ path: `${path}:${fence.line}`, text: fence.text })),
)

test.each(yamlFences)('the example at $path is YAML', ({ text }) => {
  expect(parseDocument(text).errors).toEqual([])
})

/** What the globs of an example would find, as if there were two apps. */
const imaginedFiles = (patterns: readonly string[]): readonly string[] =>
  ['serve', 'train'].flatMap((app) => patterns.map((pattern) => pattern.replaceAll('*', app)))

const factories = yamlFences.filter(({ text }) => text.startsWith('version: 1\n'))

test.each(factories)('the example at $path is a factory', ({ path, text }) => {
  if (!/^name:/m.test(text)) {
    expect(parseIncludedFile(path, text).content.manifests).not.toEqual([])
    return
  }
  const main = parseMainFile(path, text)
  const { items } = expandFactory(parseFactory(main, [], imaginedFiles(variantPatterns(main, []))))
  expect(items).not.toEqual([])
})

const workflows = listWorkflows().map((path) => ({ path, text: readText(path) }))

const usesIn = [...workflows, ...yamlFences].flatMap(({ path, text }) =>
  usingSteps(parseDocument(text).toJS()).flatMap((step) => {
    const action = ownActionOf(step)
    return action === undefined ? [] : [{ path, action, inputs: Object.keys(step.with ?? {}) }]
  }),
)

describe('uses of our actions', () => {
  test('are found', () => {
    expect(usesIn.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['examples/workflows/ci.yml', '.github/workflows/ci.yml']),
    )
  })

  test.each(usesIn)('in $path give $action only inputs it has', ({ action, inputs }) => {
    const known = readAction(action).inputs.map(({ name }) => name)
    expect(known).toEqual(expect.arrayContaining(inputs))
  })
})

const BRANCH = { ref: 'refs/heads/main', refProtected: false, defaultBranch: 'main' }
const OTHER = { ...BRANCH, ref: 'refs/heads/topic' }

describe('the table of who may write the cache', () => {
  const found = readText('README.md').matchAll(/^\| (?<event>[^|]*?) +\| (?<reads>yes|no) +\| (?<writes>yes|no) +\|$/gm)
  const rows = new Map(
    [...found].map(({ groups }) => [groups?.['event'] ?? '', [groups?.['reads'], groups?.['writes']]]),
  )
  const events: readonly (readonly [row: string, event: RunEvent])[] = [
    ['`push`, `workflow_dispatch`, `repository_dispatch` on the default branch', { name: 'push', ...BRANCH }],
    ['the same on a protected branch', { name: 'push', ...OTHER, refProtected: true }],
    ['the same on any other branch', { name: 'workflow_dispatch', ...OTHER }],
    ['`schedule`', { name: 'schedule', ...BRANCH }],
    ['a tag, `release`, `merge_group`', { name: 'push', ...BRANCH, ref: 'refs/tags/v1' }],
    ['`pull_request`, from a branch, a fork or Dependabot; `pull_request_target`', { name: 'pull_request', ...BRANCH }],
    ['`workflow_run`, `issue_comment`, any other event', { name: 'workflow_run', ...BRANCH }],
    ['no event: a run on your own machine', OTHER],
  ]

  test('has a row for each of these', () => {
    expect([...rows.keys()]).toEqual(events.map(([row]) => row))
  })

  test.each(events)('is right about %s', (row, event) => {
    const { read, write } = decideCacheAccess(event)
    expect(rows.get(row)).toEqual([read, write].map((may) => (may ? 'yes' : 'no')))
  })
})

test.each(listActions())('every input and output of %s is documented', (path) => {
  const blocks = ['inputs', 'outputs'].filter((kind) =>
    documents.some(({ text }) => text.includes(`<!-- ${kind} ${path} -->`)),
  )
  expect(blocks).toEqual(['inputs', 'outputs'])
})
