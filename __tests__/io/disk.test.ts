import { expect, test } from '@jest/globals'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDisk } from '../../src/io/disk.ts'

const disk = createDisk()

test('room is that of the folder’s file system, and nothing where there is no folder', async () => {
  const room = await disk.room(tmpdir())
  expect(room?.free).toBeGreaterThan(0)
  expect(room?.total).toBeGreaterThanOrEqual(room?.free ?? Infinity)
  expect(await disk.room('/does/not/exist')).toBeUndefined()
})

test('sizes are of folders alone, and a link is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-disk-'))
  const [big, link, none] = [join(folder, 'big tools'), join(folder, 'link'), join(folder, 'none')]
  await mkdir(big)
  await writeFile(join(big, 'file'), Buffer.alloc(1_000_000, 1))
  await symlink(big, link)
  const sizes = await disk.sizes([none, link, big])
  expect(sizes).toEqual([{ path: big, bytes: expect.any(Number) }])
  expect(sizes[0]?.bytes).toBeGreaterThanOrEqual(1_000_000)
  expect(await disk.sizes([none])).toEqual([])
  expect(await disk.remove(big)).toBeUndefined()
  expect(existsSync(big)).toBe(false)
  await rm(folder, { recursive: true })
})
