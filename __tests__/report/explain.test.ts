import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { KeyInput } from '../../src/layers/key-input.ts'
import { renderExplanation, type ExplainedPlan } from '../../src/report/explain.ts'
import { sampleLayer, samplePrefix, sampleWork } from '../support/samples.ts'
import { anyText, HOSTILE } from './hostile.ts'

const input = (kind: KeyInput['kind'], name: string, digest = 'a'.repeat(16)): KeyInput => ({ kind, name, digest })

const layers = [
  sampleLayer(),
  sampleLayer({ layer: 'core', variant: '0.1.0' }),
  sampleLayer({ layer: 'app', variant: 'serve' }),
]

const PLAN: ExplainedPlan = {
  items: [sampleWork({ layers })],
  prefixes: [
    samplePrefix({
      ...{ tag: 'core-linux-amd64-3f9c0a1b2c3d4e5f', state: 'warm' },
      below: [input('platform', 'linux/amd64'), input('image', 'ubuntu:24.04', 'b'.repeat(16))],
    }),
    samplePrefix({ parent: 0, layer: 'app', variant: 'serve', content: 1, key: 'c'.repeat(64) }),
  ],
  contents: [
    {
      steps: 1,
      inputs: [input('fragment', 'core.Dockerfile'), input('argument', 'PYTHON')],
      auxiliary: false,
      unpinned: [],
    },
    {
      steps: 1,
      inputs: [input('files', 'src/*.py')],
      auxiliary: false,
      unpinned: ['app.Dockerfile:3 ADD https://a.example'],
    },
  ],
}

const explain = (plan: ExplainedPlan): string => renderExplanation(plan).join('\n')

describe('renderExplanation', () => {
  test('lists for each prefix its ref, its state and what decides its key', () => {
    expect(explain(PLAN)).toBe(`linux/amd64 base/ubuntu-24.04 > core/0.1.0
  ref    core-linux-amd64-3f9c0a1b2c3d4e5f
  key    ${'3f9c0a1b2c3d4e5f'.repeat(4)}
  state  warm
  input  aaaaaaaaaaaaaaaa  platform linux/amd64
  input  bbbbbbbbbbbbbbbb  image ubuntu:24.04
  input  aaaaaaaaaaaaaaaa  fragment core.Dockerfile
  input  aaaaaaaaaaaaaaaa  argument PYTHON

linux/amd64 base/ubuntu-24.04 > core/0.1.0 > app/serve
  key    ${'c'.repeat(64)}
  state  cold
  input  aaaaaaaaaaaaaaaa  files src/*.py
  open   app.Dockerfile:3 ADD https://a.example
`)
  })

  test('keeps its order when keys change, so that diff shows what did', () => {
    const apps = ['b', 'a', 'c']
    const plan = (keys: readonly string[]): ExplainedPlan => ({
      ...PLAN,
      items: apps.map((variant) => sampleWork({ layers: [sampleLayer({ layer: 'app', variant })] })),
      prefixes: apps.map((variant, item) => samplePrefix({ layer: 'app', variant, item, key: keys[item] ?? '' })),
    })
    const before = explain(plan(['1', '2', '3'])).split('\n')
    const after = explain(plan(['1', '9', '3'])).split('\n')
    expect(before.filter((line) => line.startsWith('linux'))).toEqual(
      apps.toSorted().map((app) => `linux/amd64 app/${app}`),
    )
    expect(before.filter((line, index) => line !== after[index])).toEqual(['  key    2'])
  })

  test('keeps every name on its line', () => {
    const lines = explain(PLAN).split('\n').length
    const hostile = (text: string): string =>
      explain({
        items: [sampleWork({ layers: layers.map((layer) => ({ ...layer, variant: text })) })],
        prefixes: PLAN.prefixes.map((prefix) => ({
          ...prefix,
          below: prefix.below.map((each) => ({ ...each, name: text })),
        })),
        contents: PLAN.contents.map((content) => ({
          ...content,
          inputs: content.inputs.map((each) => ({ ...each, name: text })),
          unpinned: content.unpinned.map(() => text),
        })),
      })
    for (const text of Object.values(HOSTILE)) expect(hostile(text).split('\n')).toHaveLength(lines)
    fc.assert(
      fc.property(anyText, (text) => {
        expect(hostile(text).split(/\r\n|[\r\n]/)).toHaveLength(lines)
      }),
    )
  })
})
