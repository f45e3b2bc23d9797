import { describe, expect, test } from '@jest/globals'
import { adviceOnFullDisk, HOSTED_TOOL_FOLDERS, renderRemovals, renderRoom } from '../../src/plan/room.ts'

const GIB = 1024 ** 3

test('room is one line', () => {
  expect(renderRoom('before the build', { free: 12.34 * GIB, total: 72 * GIB }, '/var/lib/docker')).toBe(
    'Free disk before the build: 12.3 GiB of 72.0 GiB (/var/lib/docker)',
  )
  expect(renderRoom('after it', { free: 0.25 * GIB, total: GIB }, '/w')).toBe(
    'Free disk after it: 256 MiB of 1.0 GiB (/w)',
  )
})

test('what is removed is listed with its size', () => {
  const folders = [
    { path: '/usr/local/lib/android', bytes: 9 * GIB },
    { path: '/opt/ghc', bytes: 0.5 * GIB },
  ]
  expect(renderRemovals(folders)).toEqual({
    title: 'Removing 2 folders to free 9.5 GiB',
    lines: ['  9.0 GiB  /usr/local/lib/android', '  512 MiB  /opt/ghc'],
  })
})

test('what may be removed lies deep enough below the root, and is nothing that builds need', () => {
  for (const folder of HOSTED_TOOL_FOLDERS) {
    expect(folder).toMatch(/^\/(?:opt|usr\/(?:share|lib|local))\/[\w./-]+$/)
    expect(folder).not.toMatch(/docker|containerd|buildx|node|git|home/i)
  }
})

describe('adviceOnFullDisk', () => {
  test.each([
    'failed to copy: write /var/lib/buildkit/content/ingest/1/data: no space left on device',
    'ERROR: No space left on device',
    'tar: a: Cannot write: Disk quota exceeded',
    'npm error code ENOSPC: no space left on device, write',
  ])('is there for %s', (text) => {
    expect(adviceOnFullDisk(['exit code 1', text])).toMatch(/^the disk of the builder is full: set free-disk: true /)
  })

  test('is not there for anything else', () => {
    expect(adviceOnFullDisk(['exit code 1', 'the device is full of eels'])).toBeUndefined()
  })
})
