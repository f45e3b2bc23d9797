import { describe, expect, test } from '@jest/globals'
import { parseIncludedFile, parseMainFile } from '../../src/factory/document.ts'
import { includedFiles, includePatterns, variantPatterns } from '../../src/factory/include.ts'
import { parseFactory } from '../../src/factory/parse.ts'
import type { Factory } from '../../src/factory/factory.ts'

const MAIN = `version: 1
name: demo
include: [apps/*/strata.yaml, ./more.yaml]
layers:
  base: { variants: { a: { from: "x:1" } } }
  app:
    variants: { serve: { args: { X: 1 } } }
    variants-from: "apps/*/Dockerfile"
manifests:
  one: { base: a, app: serve }
exclude:
  - { app: jobs, platform: linux/arm64, reason: main }
`

const APPS = `version: 1
layers:
  app:
    variants: { chat: { fragment: chat.Dockerfile, contexts: { src: ., docs: ../../docs } } }
    variants-from: ["*/Dockerfile"]
manifests:
  chat: { extends: one, app: chat }
exclude:
  - { app: chat, platform: linux/arm64, reason: included }
pools:
  linux/amd64: { runs-on: big }
`

const FILES = ['apps/serve/Dockerfile', 'apps/jobs/Dockerfile', 'apps/x/deep/Dockerfile', 'README.md']

const merge = (main: string, files: Readonly<Record<string, string>>, paths: readonly string[] = FILES): Factory =>
  parseFactory(
    parseMainFile('strata.yaml', main),
    Object.entries(files).map(([file, text]) => parseIncludedFile(file, text)),
    paths,
  )

describe('what a caller has to find', () => {
  const main = parseMainFile('./strata.yaml', MAIN)

  test('patterns are relative to the workspace', () => {
    expect(includePatterns(main)).toEqual(['apps/*/strata.yaml', 'more.yaml'])
    expect(includePatterns(parseMainFile('images/strata.yaml', MAIN))).toEqual([
      'images/apps/*/strata.yaml',
      'images/more.yaml',
    ])
    expect(variantPatterns(main, [parseIncludedFile('apps/x/strata.yaml', APPS)])).toEqual([
      'apps/*/Dockerfile',
      'apps/x/*/Dockerfile',
    ])
  })

  test('files are read in the order of the globs, sorted within one, without the main file', () => {
    const found = ['more.yaml', 'apps/z/strata.yaml', 'apps/b/strata.yaml', 'other.yaml']
    expect(includedFiles(main, found)).toEqual(['apps/b/strata.yaml', 'apps/z/strata.yaml', 'more.yaml'])
    const all = parseMainFile('./strata.yaml', MAIN.replace('apps/*/strata.yaml', '"*.yaml"'))
    expect(includedFiles(all, ['strata.yaml', 'more.yaml'])).toEqual(['more.yaml'])
  })

  test('a glob that finds nothing, and one that leaves the workspace', () => {
    expect(() => includedFiles(main, ['more.yaml'])).toThrow('strata.yaml:3:11: no file matches "apps/*/strata.yaml"')
    const outside = parseMainFile('strata.yaml', MAIN.replace('./more.yaml', '../*.yaml'))
    expect(() => includePatterns(outside)).toThrow('strata.yaml:3:31: "../*.yaml" leaves the workspace')
  })
})

describe('merging', () => {
  const factory = merge(MAIN, { 'apps/x/strata.yaml': APPS })
  const app = factory.layers[1]?.variants ?? []

  test('adds variants: written ones first, then those found', () => {
    expect(app.map(({ name, fragment }) => [name, fragment])).toEqual([
      ['serve', 'apps/serve/Dockerfile'],
      ['chat', 'apps/x/chat.Dockerfile'],
      ['jobs', 'apps/jobs/Dockerfile'],
      ['deep', 'apps/x/deep/Dockerfile'],
    ])
  })

  test('keeps what a written variant says beside the file that was found', () => {
    expect(app[0]?.args['X']?.value.any).toBe('1')
  })

  test('resolves paths against the folder of the file they stand in', () => {
    expect(app[1]?.contexts).toEqual({ src: 'apps/x', docs: 'docs' })
    expect(app[1]?.place).toEqual({ file: 'apps/x/strata.yaml', line: 4, column: 17 })
  })

  test('adds manifests, rules and pools behind those of the main file', () => {
    expect(factory.manifests.map(({ name }) => name)).toEqual(['one', 'chat'])
    expect(factory.manifests[1]?.choices['base']?.any).toEqual(['a'])
    expect(factory.exclude.map(({ reason }) => reason)).toEqual(['main', 'included'])
    expect(factory.pools.map(({ name }) => name)).toEqual(['linux/amd64'])
  })
})

describe('conflicts', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[], string]>([
    [
      'a variant twice',
      { 'a.yaml': 'version: 1\nlayers: { app: { variants: { serve: {} } } }\n' },
      FILES,
      'a.yaml:2:30: variant "serve" is here a second time; the first is at strata.yaml:7:17',
    ],
    [
      'a manifest twice',
      { 'a.yaml': 'version: 1\nmanifests: { one: { base: a } }\n' },
      FILES,
      'a.yaml:2:14: manifest "one" is here a second time; the first is at strata.yaml:10:3',
    ],
    [
      'a pool twice',
      { 'y/z/a.yaml': APPS, 'b.yaml': 'version: 1\npools: { linux/amd64: { runs-on: x } }\n' },
      [...FILES, 'y/z/x/Dockerfile'],
      'b.yaml:2:10: pool "linux/amd64" is here a second time; the first is at y/z/a.yaml:11:3',
    ],
    [
      'a layer that the main file does not have',
      { 'a.yaml': 'version: 1\nlayers: { ap: { variants: { y: {} } } }\n' },
      FILES,
      'a.yaml:2:11: unknown layer: "ap"; expected base or app; did you mean "app"?',
    ],
    [
      'two files of the same folder name',
      { 'x/a.yaml': 'version: 1\nlayers: { app: { variants-from: "*/Dockerfile" } }\n' },
      [...FILES, 'x/jobs/Dockerfile'],
      'x/a.yaml:2:33: apps/jobs/Dockerfile and x/jobs/Dockerfile are both variant "jobs"; write one of them out under "variants"',
    ],
    [
      'a folder that cannot be a name',
      {},
      [...FILES, 'apps/My App/Dockerfile'],
      'strata.yaml:8:20: the folder of apps/My App/Dockerfile cannot name a variant: "My App" is not a variant name; expected lower-case letters, digits, "_", "." and "-", beginning with a letter, a digit or "_", 80 at most; write "my-app"',
    ],
    [
      'no file for a variant',
      {},
      ['README.md'],
      'strata.yaml:8:20: no file matches "apps/*/Dockerfile"\nstrata.yaml:12:12: unknown variant of "app": "jobs"; expected serve',
    ],
  ])('%s', (_, files, paths, message) => {
    const read = (): unknown => merge(MAIN, files, paths)
    expect(read).toThrow(new Error(message))
  })
})

test('a fragment at the top of the workspace has no folder to be named after', () => {
  const main = MAIN.replace('apps/*/Dockerfile', 'Dockerfile')
  expect(() => merge(main, {}, ['Dockerfile'])).toThrow(
    'strata.yaml:8:20: the folder of Dockerfile cannot name a variant: a variant name cannot be empty',
  )
})

test('what an included file may not say is told with what it may', () => {
  expect(() => parseIncludedFile('a.yaml', 'version: 1\nregistry: ghcr.io\n')).toThrow(
    'a.yaml:2:1: unknown key "registry" in an included file; expected version, manifests, exclude, pools or layers',
  )
})
