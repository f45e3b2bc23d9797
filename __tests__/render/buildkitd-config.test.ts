import { describe, expect, test } from '@jest/globals'
import { renderBuildkitdConfig, type ConfigWishes } from '../../src/render/buildkitd-config.ts'

const render = (changes: Partial<ConfigWishes>): string | undefined =>
  renderBuildkitdConfig({ mirrors: [], isAsked: false, ...changes })

const HUB = [
  { registry: 'docker.io', mirror: 'mirror.gcr.io' },
  { registry: 'docker.io', mirror: '127.0.0.1:5000/hub' },
]

describe('renderBuildkitdConfig', () => {
  test('has nothing to say by itself', () => {
    expect(render({})).toBeUndefined()
  })

  test('limits the worker, and names the mirrors of each registry', () => {
    const mirrors = [...HUB, { registry: 'quay.io', mirror: 'quay.mirror' }]
    expect(render({ maxParallelism: 4, mirrors })).toBe(`[worker.oci]
  max-parallelism = 4

[registry."docker.io"]
  mirrors = ["mirror.gcr.io", "127.0.0.1:5000/hub"]

[registry."quay.io"]
  mirrors = ["quay.mirror"]
`)
  })

  test("stands behind the user's text", () => {
    expect(render({ text: 'debug = true\n\n', maxParallelism: 2 })).toBe(
      'debug = true\n\n[worker.oci]\n  max-parallelism = 2\n',
    )
  })

  test("leaves the worker to the user's text", () => {
    const text = '[ worker."oci" ]\n  gc = false'
    expect(render({ text, maxParallelism: 2 })).toBe(`${text}\n`)
    expect(() => render({ text, maxParallelism: 2, isAsked: true })).toThrow(
      'input max-parallelism and the given buildkitd config both have a table [worker.oci]; say it in one of the two',
    )
  })

  test.each(['[registry."docker.io"]', " [registry.'docker.io']", '[ registry . "docker.io" ] # hub'])(
    'does not say %s twice',
    (text) => {
      expect(() => render({ text: `${text}\n  http = true`, mirrors: HUB })).toThrow(
        'input registry-mirrors and the given buildkitd config both have a table [registry."docker.io"]',
      )
    },
  )

  test('takes other registries for other ones', () => {
    const text = '[registry."dockerXio"]\n  http = true'
    expect(render({ text, mirrors: HUB })).toContain('[registry."docker.io"]')
  })
})
