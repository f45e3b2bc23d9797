import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderBake, type BuildOptions } from '../../src/render/bake.ts'
import { NO_OPTIONS } from '../support/samples.ts'

const TAG = `strata-e2e/bake-escaping:${process.pid}`

/** What HCL templates, JSON and shells would each make something of. */
const PIECES = [
  '$',
  '$$',
  '${',
  '%',
  '%%',
  '%{',
  '{',
  '}',
  '~',
  '"',
  '\\',
  '\n',
  ' if true ',
  'HOME',
  'é',
  '\u2028',
  '`',
  "'",
]

const HAND_PICKED = [
  '${HOME} %{if} $$ $${x} %%{',
  '$$${x}',
  '%%%{x}',
  '$%{x}',
  '%${x}',
  '${',
  '%{',
  '$${',
  '%%{',
  '${"${x}"}',
  '${~ x ~}',
]

/** Always the same few hundred texts, so that a failure can be looked into. */
const VALUES = [
  ...HAND_PICKED,
  ...fc.sample(
    fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('')),
    {
      numRuns: 300,
      seed: 20261122,
    },
  ),
]

const LABELS: Readonly<Record<string, string>> = Object.fromEntries([
  ...VALUES.map((value, index): [string, string] => [`value-${index}`, value]),
  ...HAND_PICKED.map((key): [string, string] => [key, 'key']),
])

const OPTIONS: BuildOptions = { ...NO_OPTIONS, labels: LABELS }

const docker = (...args: readonly string[]): string =>
  execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strata-bake-escaping-'))
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')
  const target = {
    name: 't0',
    dockerfile: 'Dockerfile',
    context: folder,
    contexts: {},
    platform: 'linux/amd64',
    annotations: [],
    tags: [TAG],
    outputs: ['type=docker'],
    cacheFrom: [],
    cacheTo: [],
    extra: {},
  }
  writeFileSync(join(folder, 'bake.json'), renderBake([target], [], OPTIONS))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the bake file', () => {
  test('brings every text into the image as it was', () => {
    docker('buildx', 'bake', '--file', join(folder, 'bake.json'), `--allow=fs.read=${folder}`)
    const labels: unknown = JSON.parse(docker('image', 'inspect', TAG, '--format', '{{json .Config.Labels}}'))
    docker('image', 'rm', TAG)
    expect(labels).toEqual(LABELS)
  })

  test('is one that bake prints again', () => {
    const printed: unknown = JSON.parse(docker('buildx', 'bake', '--file', join(folder, 'bake.json'), '--print'))
    // Buildx escapes the values it prints, so that its output can be a bake file; it does not escape keys.
    const labels: Readonly<Record<string, string>> = Object.fromEntries(
      Object.entries(LABELS).map(([key, value]): [string, string] => [key, value.replaceAll(/([$%])\{/g, '$1$1{')]),
    )
    expect(printed).toMatchObject({ target: { t0: { labels } } })
  })
})
