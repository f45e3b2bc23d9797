import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { root } from '../script/documents.ts'
import { expandFactory } from '../src/factory/expand.ts'
import { readExample } from './support/examples.ts'

const EXAMPLES = [
  {
    file: 'examples/minimal/strata.yaml',
    amd64: ['tools', 'hello'],
    arm64: ['tools', 'hello'],
    excluded: [],
  },
  {
    file: 'examples/llm-factory/strata.yaml',
    amd64: ['serve', 'serve-cuda', 'train', 'train-cuda', 'core-only', 'serve-py312-none', 'serve-py312-cuda-none'],
    arm64: ['serve', 'serve-cuda', 'train', 'core-only', 'serve-py312-none', 'serve-py312-cuda-none'],
    excluded: [
      expect.stringContaining('core py312-cuda requires base cuda-*'),
      'a CUDA base under a CPU runtime ships gigabytes that nothing uses',
    ],
  },
]

describe.each(EXAMPLES)('$file', ({ file, amd64, arm64, excluded }) => {
  const expansion = expandFactory(readExample(file))
  const idsOn = (platform: string): readonly string[] =>
    expansion.items.filter((item) => item.platform === platform).map(({ manifestId }) => manifestId)

  test('is what its description says', () => {
    expect(idsOn('linux/amd64')).toEqual(amd64)
    expect(idsOn('linux/arm64')).toEqual(arm64)
    expect(expansion.excluded.map(({ reason }) => reason)).toEqual(excluded)
  })

  test('names only fragments and contexts that exist', () => {
    const layers = expansion.items.flatMap((item) => item.layers)
    const paths = layers.flatMap(({ fragment, contexts }) => [
      ...(fragment === undefined ? [] : [fragment]),
      ...Object.values(contexts),
    ])
    expect([...new Set(paths)].filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(paths).not.toEqual([])
  })
})

test('an argument differs by platform', () => {
  const { items } = expandFactory(readExample('examples/llm-factory/strata.yaml'), { only: ['serve'] })
  const threads = items.map(({ layers }) => layers.find(({ layer }) => layer === 'light')?.args['THREADS']?.value)
  expect(threads).toEqual(['8', '4'])
})
