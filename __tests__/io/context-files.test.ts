import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { createContextReader } from '../../src/io/context-files.ts'
import { InputError } from '../../src/problem.ts'

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

/** Text of a file; where it leads, of a link; undefined for an empty folder. */
type Tree = Readonly<Record<string, string | { readonly link: string } | undefined>>

/** A workspace on disk, with what its paths say. */
const makeWorkspace = (tree: Tree) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'strata-context-')))
  for (const [name, content] of Object.entries(tree)) {
    const path = join(root, name)
    mkdirSync(content === undefined ? path : dirname(path), { recursive: true, mode: 0o755 })
    if (typeof content === 'object') symlinkSync(content.link, path)
    else if (content !== undefined) writeFileSync(path, content, { mode: 0o644 })
  }
  const remove = (): void => {
    rmSync(root, { recursive: true, force: true })
  }
  return { root, path: (name: string) => join(root, name), [Symbol.dispose]: remove }
}

beforeAll(() => {
  process.umask(0o022)
})

const pathsIn = (workspace: string, pattern: string, context = 'context'): readonly string[] =>
  createContextReader(workspace)
    .read(context, [pattern])
    .get(pattern)
    ?.map(({ path }) => path) ?? ['no answer']

const SOURCES: Tree = {
  'outside.txt': 'outside',
  'context/a.txt': 'a',
  'context/b.txt': 'b',
  'context/.hidden': 'h',
  'context/ab*.md': 'star',
  'context/abc.md': 'c',
  'context/app/main.ts': 'main',
  'context/app/main.test.ts': 'test',
  'context/app/deep/er/x.txt': 'x',
  'context/app-two/main.ts': 'two',
  'context/empty': undefined,
}

const EVERYTHING = [
  '.hidden',
  'a.txt',
  'ab*.md',
  'abc.md',
  'app',
  'app-two',
  'app-two/main.ts',
  'app/deep',
  'app/deep/er',
  'app/deep/er/x.txt',
  'app/main.test.ts',
  'app/main.ts',
  'b.txt',
  'empty',
]

describe('what a source takes', () => {
  test.each<[string, readonly string[]]>([
    ['a.txt', ['a.txt']],
    ['./a.txt', ['a.txt']],
    ['/a.txt', ['a.txt']],
    ['app/../a.txt', ['a.txt']],
    ['../../a.txt', ['a.txt']],
    ['../outside.txt', []],
    ['.', EVERYTHING],
    ['./', EVERYTHING],
    ['/', EVERYTHING],
    ['..', EVERYTHING],
    ['', EVERYTHING],
    ['empty', ['empty']],
    ['app/deep/', ['app/deep', 'app/deep/er', 'app/deep/er/x.txt']],
    ['nothing', []],
    ['a.txt/below', []],
    ['nothing/*', []],
    ['*.txt', ['a.txt', 'b.txt']],
    ['*', EVERYTHING],
    ['?.txt', ['a.txt', 'b.txt']],
    ['[^a].txt', ['b.txt']],
    ['[a-b].txt', ['a.txt', 'b.txt']],
    ['[a.txt', []],
    ['.h*', ['.hidden']],
    ['ab*.md', ['ab*.md', 'abc.md']],
    [String.raw`ab\*.md`, ['ab*.md']],
    ['app*/main.ts', ['app-two/main.ts', 'app/main.ts']],
    ['*/main*', ['app-two/main.ts', 'app/main.test.ts', 'app/main.ts']],
    ['**/main.ts', ['app-two/main.ts', 'app/main.ts']],
    ['**/x.txt', []],
    ['*/*/*', ['app/deep/er', 'app/deep/er/x.txt']],
    ['APP', []],
  ])('%j', (pattern, expected) => {
    using workspace = makeWorkspace(SOURCES)
    expect(pathsIn(workspace.root, pattern)).toEqual(expected)
  })

  test('nothing, where the context is not there or is no folder', () => {
    using workspace = makeWorkspace({ file: '' })
    expect(pathsIn(workspace.root, '.', 'nothing')).toEqual([])
    expect(pathsIn(workspace.root, '.', 'file')).toEqual([])
    expect(pathsIn(workspace.root, '*', 'file')).toEqual([])
  })

  test('the same from an absolute root, and from one that a link leads to', () => {
    using workspace = makeWorkspace({ ...SOURCES, linked: { link: 'context' } })
    expect(pathsIn('/', 'app*/main.ts', workspace.path('context'))).toEqual(['app-two/main.ts', 'app/main.ts'])
    expect(pathsIn(workspace.root, 'app*/main.ts', 'linked')).toEqual(['app-two/main.ts', 'app/main.ts'])
  })

  test('only files, folders and links: no pipes', () => {
    using workspace = makeWorkspace({ 'context/folder/a': '' })
    execFileSync('mkfifo', [workspace.path('context/folder/pipe')])
    expect(pathsIn(workspace.root, 'folder')).toEqual(['folder', 'folder/a'])
    expect(pathsIn(workspace.root, 'folder/pipe')).toEqual([])
  })
})

describe('links', () => {
  const LINKS: Tree = {
    'outside.txt': 'outside',
    'context/folder/a': 'a',
    'context/folder/up': { link: '../file' },
    'context/file': 'f',
    'context/to-file': { link: 'file' },
    'context/to-folder': { link: './folder/' },
    'context/to-link': { link: 'to-folder' },
    'context/absolute': { link: '/folder/a' },
    'context/out': { link: '../outside.txt' },
    'context/out-too': { link: '../../context/file' },
    'context/dangling': { link: 'nothing' },
    'context/round': { link: 'circle' },
    'context/circle': { link: 'round' },
    'context/deep/to-file': { link: '../to-file' },
  }

  test.each<[string, readonly string[]]>([
    ['to-file', ['file', 'to-file']],
    ['to-folder', ['folder', 'folder/a', 'folder/up', 'to-folder']],
    ['to-link', ['folder', 'folder/a', 'folder/up', 'to-folder', 'to-link']],
    ['to-folder/a', ['folder/a', 'to-folder']],
    ['to-link/*', ['file', 'folder/a', 'folder/up', 'to-folder', 'to-link']],
    ['deep/to-file', ['deep/to-file', 'file', 'to-file']],
    ['to-f*', ['file', 'folder', 'folder/a', 'folder/up', 'to-file', 'to-folder']],
    // BuildKit resolves links as if the context's root were the root of everything.
    ['absolute', ['absolute', 'folder/a']],
    ['out', ['out']],
    ['out-too', ['out-too']],
    ['dangling', ['dangling']],
    ['round', ['circle', 'round']],
    ['round/below', ['circle', 'round']],
    // Below a folder a link is copied as a link.
    ['folder', ['folder', 'folder/a', 'folder/up']],
    ['deep', ['deep', 'deep/to-file']],
  ])('%s', (pattern, expected) => {
    using workspace = makeWorkspace(LINKS)
    expect(pathsIn(workspace.root, pattern)).toEqual(expected)
  })

  test('are known by where they lead', () => {
    using workspace = makeWorkspace(LINKS)
    const entries = createContextReader(workspace.root).read('context', ['out', 'to-file'])
    expect(entries.get('out')).toEqual([{ path: 'out', mode: 'link', digest: sha256('../outside.txt') }])
    expect(entries.get('to-file')).toContainEqual({ path: 'to-file', mode: 'link', digest: sha256('file') })
  })
})

describe('.dockerignore', () => {
  const withIgnore = (lines: readonly string[], more: Tree = {}): Tree => ({
    ...SOURCES,
    'context/.dockerignore': lines.join('\n'),
    ...more,
  })

  test.each<[string, readonly string[], string, readonly string[]]>([
    ['a file', ['a.txt'], '*.txt', ['b.txt']],
    ['a file that is named', ['a.txt'], 'a.txt', []],
    ['a folder', ['app'], 'app*', ['app-two', 'app-two/main.ts']],
    ['below a folder', ['app'], 'app/deep/er/x.txt', []],
    ['all but one', ['*', '!app/main.ts'], '.', ['app', 'app/main.ts']],
    [
      'all but one, deep down',
      ['**', '!app/deep/er/x.txt'],
      'app',
      ['app', 'app/deep', 'app/deep/er', 'app/deep/er/x.txt'],
    ],
    ['all but one that is named', ['*', '!app/deep/er/x.txt'], 'app/deep/er/x.txt', ['app/deep/er/x.txt']],
    ['all but what is not there', ['*', '!app/nothing'], '.', []],
    ['all that is in a folder, not itself', ['app/**'], 'app', ['app']],
    ['itself', ['*', '!.dockerignore'], '.', ['.dockerignore']],
  ])('%s', (_description, lines, pattern, expected) => {
    using workspace = makeWorkspace(withIgnore(lines))
    expect(pathsIn(workspace.root, pattern)).toEqual(expected)
  })

  test('counts only in the root of its context, of whichever', () => {
    using workspace = makeWorkspace({ ...withIgnore(['*.txt']), 'context/app/.dockerignore': 'main.ts' })
    expect(pathsIn(workspace.root, 'app/main.ts')).toEqual(['app/main.ts'])
    expect(pathsIn(workspace.root, 'main.ts', 'context/app')).toEqual([])
    expect(pathsIn(workspace.root, 'context/a.txt', '.')).toEqual(['context/a.txt'])
  })

  test('is not read where a link leads out of the context', () => {
    using workspace = makeWorkspace({
      ...SOURCES,
      rules: 'a.txt',
      'context/.dockerignore': { link: '../rules' },
    })
    expect(pathsIn(workspace.root, 'a.txt')).toEqual(['a.txt'])
  })

  test('holds for what a link leads to, and for the link', () => {
    const links = { 'context/to-a': { link: 'a.txt' }, 'context/to-b': { link: 'b.txt' } }
    using workspace = makeWorkspace(withIgnore(['a.txt', 'to-b'], links))
    expect(pathsIn(workspace.root, 'to-*')).toEqual(['to-a'])
    expect(pathsIn(workspace.root, 'to-b')).toEqual([])
  })
})

describe('what an entry says', () => {
  const entryOf = (workspace: string, name: string) => createContextReader(workspace).read('.', [name]).get(name)?.[0]

  test.each([
    ['an empty file', ''],
    ['a small one', 'hello'],
    ['one of exactly a buffer', 'x'.repeat(1024 * 1024)],
    ['one that takes more', 'y'.repeat(2 * 1024 * 1024 + 1)],
  ])('the content of %s', (_description, content) => {
    using workspace = makeWorkspace({ file: content })
    expect(entryOf(workspace.root, 'file')).toEqual({ path: 'file', mode: '644', digest: sha256(content) })
  })

  test.each([
    [0o644, '644'],
    [0o664, '644'],
    [0o600, '644'],
    [0o655, '644'],
    [0o755, '755'],
    [0o700, '755'],
    [0o4775, '755'],
  ])('mode %o as git has it: %s', (mode, expected) => {
    using workspace = makeWorkspace({ file: '' })
    chmodSync(workspace.path('file'), mode)
    expect(entryOf(workspace.root, 'file')?.mode).toBe(expected)
  })

  test('nothing of its time', () => {
    using workspace = makeWorkspace({ file: 'x' })
    const before = entryOf(workspace.root, 'file')
    utimesSync(workspace.path('file'), 1, 1)
    expect(entryOf(workspace.root, 'file')).toEqual(before)
  })

  test('for a folder that it is one', () => {
    using workspace = makeWorkspace({ folder: undefined })
    expect(entryOf(workspace.root, 'folder')).toEqual({ path: 'folder', mode: 'folder', digest: '' })
  })
})

describe('a reader', () => {
  test('answers each pattern, and looks at a file once', () => {
    using workspace = makeWorkspace(SOURCES)
    const reader = createContextReader(workspace.root)
    const first = reader.read('context', ['app/main.ts', '*/main.ts'])
    expect([...first.keys()]).toEqual(['app/main.ts', '*/main.ts'])
    writeFileSync(workspace.path('context/app/main.ts'), 'changed')
    const again = reader.read(workspace.path('context/app'), ['.']).get('.')
    expect(again).toContainEqual({ path: 'main.ts', mode: '644', digest: sha256('main') })
  })

  test('says what cannot be read, and what to do', () => {
    using workspace = makeWorkspace({ context: undefined })
    const name = 'x'.repeat(1000)
    const read = () => createContextReader(workspace.root).read('context', [name])
    expect(read).toThrow(InputError)
    expect(read).toThrow(/context\/x+, in a build context, cannot be read: ENAMETOOLONG; BuildKit could not read it/)
  })
})

describe('oddModes', () => {
  test('none in a clean checkout', () => {
    using workspace = makeWorkspace(SOURCES)
    chmodSync(workspace.path('context/app/main.ts'), 0o755)
    const reader = createContextReader(workspace.root)
    reader.read('context', ['.'])
    expect(reader.oddModes()).toEqual({ count: 0 })
  })

  test('counts what was read, each once, and names the first', () => {
    using workspace = makeWorkspace({ ...SOURCES, 'context/zz/to-a': { link: '../a.txt' } })
    chmodSync(workspace.path('context/b.txt'), 0o664)
    chmodSync(workspace.path('context/app/main.ts'), 0o4755)
    chmodSync(workspace.path('context/empty'), 0o700)
    chmodSync(workspace.path('context'), 0o700)
    const reader = createContextReader(workspace.root)
    expect(reader.oddModes()).toEqual({ count: 0 })
    reader.read('context', ['b.txt'])
    expect(reader.oddModes()).toEqual({ count: 1, first: { path: 'context/b.txt', mode: '664' } })
    expect(reader.oddMode('context', 'b.txt')).toBe('664')
    expect(reader.oddMode('context', 'a.txt')).toBeUndefined()
    reader.read('context', ['*', '.', 'app/main.ts'])
    reader.read('context/app', ['.'])
    expect(reader.oddModes()).toEqual({ count: 3, first: { path: 'context/app/main.ts', mode: '4755' } })
  })
})
