import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readArchive } from '../../src/io/archive.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-archive-'))
  await mkdir(join(folder, 'in/sub'), { recursive: true })
  await writeFile(join(folder, 'in/a'), 'a')
  await writeFile(join(folder, 'in/sub', 'n'.repeat(150)), 'b'.repeat(3000))
  await symlink('a', join(folder, 'in/link'))
})

afterEach(() => rm(folder, { recursive: true }))

const pack = async (...args: readonly string[]) => {
  const file = join(folder, 'x.tar')
  execFileSync('tar', ['-cf', file, '-C', join(folder, 'in'), ...args])
  return readArchive(file)
}

test('an archive is the same whatever the order and the times of its entries', async () => {
  const first = await pack('a', 'link', 'sub')
  expect(first.files).toBe(2)
  await utimes(join(folder, 'in/a'), 1, 1)
  expect(await pack('sub', 'link', 'a')).toEqual(first)
})

test.each([
  ['the content of a file', () => writeFile(join(folder, 'in/a'), 'b')],
  ['a long name', () => writeFile(join(folder, 'in/sub', `${'n'.repeat(149)}m`), 'b'.repeat(3000))],
  ['a mode', () => chmod(join(folder, 'in/a'), 0o600)],
  ['what is there', () => rm(join(folder, 'in/link'))],
])('it is another one when %s changes', async (_, change) => {
  const first = await pack('.')
  await change()
  expect((await pack('.')).digest).not.toBe(first.digest)
})
