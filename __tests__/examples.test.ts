import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readText, root } from '../script/documents.ts'
import { expandFactory } from '../src/factory/expand.ts'
import type { WorkItem } from '../src/factory/work-item.ts'
import type { Fragment } from '../src/fragment/fragment.ts'
import { readInstructions } from '../src/fragment/instruction.ts'
import { parseFragment } from '../src/fragment/parse.ts'
import { stitch } from '../src/render/dockerfile.ts'
import { readExample } from './support/examples.ts'

const EXAMPLES = [
  {
    file: 'examples/minimal/strata.yaml',
    amd64: ['tools', 'hello'],
    arm64: ['tools', 'hello'],
    excluded: [],
  },
  { file: 'examples/local/strata.yaml', amd64: ['hello'], arm64: [], excluded: [] },
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

/** Every fragment that work items use, by path. */
const readFragments = (items: readonly WorkItem[]): ReadonlyMap<string, Fragment> => {
  const layers = items.flatMap((item) => item.layers)
  const names = layers.map(({ layer }) => layer)
  return new Map(
    layers.flatMap(({ fragment: path, contexts }) => {
      if (path === undefined) return []
      return [[path, parseFragment(path, readText(path), { layers: names, contexts: Object.keys(contexts) })]]
    }),
  )
}

describe.each(EXAMPLES)('the fragments of $file', ({ file }) => {
  const { items } = expandFactory(readExample(file))
  const fragments = readFragments(items)

  test.each(items.map((item) => [item.manifestId, item.platform, item] as const))('make %s for %s', (_, __, item) => {
    const { targets, steps, text } = stitch(item, fragments, {})
    expect(targets.map(({ layer }) => layer)).toEqual(item.layers.map(({ layer }) => layer))
    expect(new Set(steps.map((step) => step.file))).toEqual(
      new Set(item.layers.flatMap(({ fragment }) => fragment ?? [])),
    )
    expect(readInstructions(text).instructions.map(({ open }) => open)).not.toContainEqual(expect.anything())
  })

  test('stand on an argument, so that plain Buildx builds them', () => {
    const bare = [...fragments.values()].filter(({ stages }) => stages.at(-1)?.tokens === undefined)
    expect(bare.map((fragment) => fragment.file)).toEqual([])
  })
})

test('an argument differs by platform', () => {
  const { items } = expandFactory(readExample('examples/llm-factory/strata.yaml'), { only: ['serve'] })
  const threads = items.map(({ layers }) => layers.find(({ layer }) => layer === 'light')?.args['THREADS']?.value)
  expect(threads).toEqual(['8', '4'])
})
