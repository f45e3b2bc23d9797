import { expect, test } from '@jest/globals'
import { parseImageConfig } from '../../src/oci/image-config.ts'

test('reads what reaches the steps of an image', () => {
  const text = JSON.stringify({
    created: '2026-11-22T12:00:00Z',
    architecture: 'arm',
    os: 'linux',
    variant: 'v7',
    config: {
      Env: ['PATH=/bin', 'A=b=c'],
      User: '1000:1000',
      WorkingDir: '/w',
      Shell: ['/bin/bash', '-c'],
      OnBuild: ['RUN true'],
      Entrypoint: ['/e'],
      Cmd: ['x'],
      Labels: { a: 'b' },
    },
    rootfs: { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] },
    history: [{}],
  })
  expect(parseImageConfig(text)).toEqual({
    platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
    created: '2026-11-22T12:00:00Z',
    diffIds: ['sha256:1', 'sha256:2'],
    env: ['PATH=/bin', 'A=b=c'],
    user: '1000:1000',
    workingDir: '/w',
    shell: ['/bin/bash', '-c'],
    onBuild: ['RUN true'],
    entrypoint: ['/e'],
    cmd: ['x'],
    labels: { a: 'b' },
  })
})

test.each(['{}', '{"config":null,"rootfs":null}', '{"config":{"Env":null,"User":"","OnBuild":null,"Labels":null}}'])(
  'nothing is said in %s',
  (text) => {
    const none = { diffIds: [], env: [], shell: [], onBuild: [], entrypoint: [], cmd: [], labels: {} }
    expect(parseImageConfig(text)).toEqual({ platform: {}, ...none })
  },
)

test.each([
  ['nope', 'image config: expected JSON'],
  ['{"config":{"Env":"A=1"}}', 'Env: expected an array'],
  ['{"config":{"Env":[1]}}', 'Env: expected an array of strings'],
  ['{"rootfs":[]}', 'rootfs: expected an object'],
])('refuses %s', (text, message) => {
  expect(() => parseImageConfig(text)).toThrow(expect.objectContaining({ name: 'OciContentError', message }))
})
