import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createDisk } from '../../../src/io/context-files/disk.ts'
import { parseDockerignore } from '../../../src/io/context-files/dockerignore.ts'
import { selectEntries } from '../../../src/io/context-files/selection.ts'

let root: string

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'strata-selection-')))
  for (const path of ['app/src/a.ts', 'app/src/deep/b.ts', 'app/test/a.ts', 'modules/one/x.js', 'modules/two/x.js']) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), path)
  }
  symlinkSync('app/src', join(root, 'link'))
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** Which folders are listed and how many files are read for a source path; the root is `.`. */
const lookedAt = (source: string, ignored: string) => {
  const disk = createDisk()
  const folders: string[] = []
  const files: string[] = []
  const watched = {
    ...disk,
    list: (path: string) => {
      folders.push(relative(root, path) || '.')
      return disk.list(path)
    },
    fileContent: (path: string) => {
      files.push(relative(root, path))
      return disk.fileContent(path)
    },
  }
  selectEntries({ root, disk: watched, ignore: parseDockerignore(ignored) }, source)
  return { folders, files: files.length }
}

test.each<[string, string, readonly string[], number]>([
  ['app/src/a.ts', '', [], 1],
  ['app/src', '', ['app/src', 'app/src/deep'], 2],
  ['app/*/a.ts', '', ['app'], 2],
  ['a*/src/a.ts', '', ['.'], 1],
  ['link', '', ['app/src', 'app/src/deep'], 2],
  ['.', 'modules', ['.', 'app', 'app/src', 'app/src/deep', 'app/test'], 3],
  ['.', '*\n!app/test', ['.', 'app', 'app/test'], 1],
  ['.', '*\n!*/one/x.js', ['.', 'app', 'modules', 'modules/one'], 1],
  ['*', '*\n!modules/two/*', ['.', 'modules', 'modules/two'], 1],
  ['modules', 'modules', [], 0],
  ['modules/*', 'modules', [], 0],
])('%s without %j looks only into %j', (source, ignored, folders, files) => {
  expect(lookedAt(source, ignored)).toEqual({ folders, files })
})
