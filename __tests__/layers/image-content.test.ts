import { describe, expect, test } from '@jest/globals'
import { imageContent } from '../../src/layers/image-content.ts'
import type { ImageConfig } from '../../src/oci/image-config.ts'

const CONFIG: ImageConfig = {
  platform: { os: 'linux', architecture: 'amd64', variant: undefined },
  created: '2026-11-22T15:39:57Z',
  diffIds: ['sha256:a', 'sha256:b'],
  env: ['PATH=/bin', 'A=1'],
  user: 'me',
  workingDir: '/src',
  shell: ['/bin/sh', '-c'],
  onBuild: ['RUN a'],
  entrypoint: ['a'],
  cmd: ['b'],
  labels: { a: 'b' },
}

describe('imageContent', () => {
  test('is a sha256, always the same', () => {
    expect(imageContent(CONFIG)).toMatch(/^[0-9a-f]{64}$/)
    expect(imageContent({ ...CONFIG })).toBe(imageContent(CONFIG))
  })

  test.each<[string, Partial<ImageConfig>]>([
    ['another time', { created: '2026-11-23T00:00:00Z' }],
    ['another command', { entrypoint: [], cmd: ['c'] }],
    ['other labels', { labels: {} }],
  ])('is the same with %s, since no step sees it', (_, changes) => {
    expect(imageContent({ ...CONFIG, ...changes })).toBe(imageContent(CONFIG))
  })

  test.each<[string, Partial<ImageConfig>]>([
    ['another layer', { diffIds: ['sha256:a', 'sha256:c'] }],
    ['one layer more', { diffIds: ['sha256:a', 'sha256:b', 'sha256:c'] }],
    ['layers in another order', { diffIds: ['sha256:b', 'sha256:a'] }],
    ['another variable', { env: ['PATH=/bin', 'A=2'] }],
    ['another user', { user: 'root' }],
    ['another folder', { workingDir: '/' }],
    ['the folder as user and the user as folder', { user: '/src', workingDir: 'me' }],
    ['another shell', { shell: ['/bin/bash', '-c'] }],
    ['another trigger', { onBuild: [] }],
  ])('differs with %s', (_, changes) => {
    expect(imageContent({ ...CONFIG, ...changes })).not.toBe(imageContent(CONFIG))
  })

  test('takes what is absent for empty, as steps do', () => {
    const { user: _, workingDir: __, ...bare } = CONFIG
    expect(imageContent(bare)).toBe(imageContent({ ...CONFIG, user: '', workingDir: '' }))
  })
})
