import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createFiles, type Files } from '../../src/io/files.ts'

let root: string
let files: Files

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'strata-files-')))
  await mkdir(join(root, 'workspace', 'apps', 'b', 'folder'), { recursive: true })
  await mkdir(join(root, 'workspace', 'apps', 'a'))
  await writeFile(join(root, 'workspace', 'apps', 'b', 'Dockerfile'), 'RUN b\n')
  await writeFile(join(root, 'workspace', 'apps', 'a', 'Dockerfile'), 'RUN ä\n')
  await writeFile(join(root, 'workspace', 'apps', 'Dockerfile'), '')
  await symlink(join(root, 'workspace'), join(root, 'workspace', 'apps', 'loop'))
  files = createFiles(join(root, 'workspace'), join(root, 'temporary', 'deep'))
})

afterAll(() => rm(root, { recursive: true, force: true }))

describe('read', () => {
  test('reads below the workspace, and anywhere by an absolute path', async () => {
    expect(await files.read('apps/a/Dockerfile')).toBe('RUN ä\n')
    expect(await files.read(join(root, 'workspace', 'apps', 'Dockerfile'))).toBe('')
  })

  test.each(['nothing', 'apps/a/Dockerfile/below', 'no/such/folder'])('finds no %s', async (path) => {
    expect(await files.read(path)).toBeUndefined()
  })

  test('does not take a folder for a missing file', async () => {
    await expect(files.read('apps')).rejects.toThrow('EISDIR')
  })
})

describe('find', () => {
  test('finds files, each once, sorted, relative to the workspace', async () => {
    expect(await files.find(['apps/*/Dockerfile', 'apps/a/*', 'apps/Dockerfile'])).toEqual([
      'apps/Dockerfile',
      'apps/a/Dockerfile',
      'apps/b/Dockerfile',
    ])
  })

  test('finds nothing for no globs, and no folders', async () => {
    expect(await files.find([])).toEqual([])
    expect(await files.find(['apps/b/fold*', 'nothing/*'])).toEqual([])
  })
})

describe('write', () => {
  test('makes the folders on the way and replaces what was there', async () => {
    await files.write('made/by/us.txt', 'one')
    await files.write('made/by/us.txt', 'two')
    expect(await files.read('made/by/us.txt')).toBe('two')
  })
})

describe('makeFolder', () => {
  test('makes another one each time, also when the temporary folder is not there yet', async () => {
    const [one, two] = [await files.makeFolder('leg'), await files.makeFolder('leg')]
    expect(one).not.toBe(two)
    expect([one, two].every((folder) => folder.startsWith(join(root, 'temporary', 'deep', 'leg-')))).toBe(true)
    await files.write(join(one, 'a'), 'a')
    expect(await files.read(join(one, 'a'))).toBe('a')
  })
})

test('absolute', () => {
  expect(files.absolute('a/../b')).toBe(join(root, 'workspace', 'b'))
  expect(files.absolute('/b')).toBe('/b')
})
