import { expect, test } from '@jest/globals'
import type { WorkItem } from '../../src/factory/work-item.ts'
import { parseFragment } from '../../src/fragment/parse.ts'
import { stackOf } from '../../src/lint/stack.ts'

const fragments = new Map(
  Object.entries({ core: 'RUN a\nRUN b', light: 'ENV A=1', app: 'FROM x:1 AS y\nRUN a\nFROM ${PARENT}\nRUN c' }).map(
    ([name, text]) => [name, parseFragment(name, name === 'app' ? `ARG PARENT\n${text}` : text)] as const,
  ),
)

const item = (platform: string, ...names: readonly string[]): WorkItem => ({
  ...{ manifestId: names.join('-'), platform, image: 'x', tags: [], bake: {} },
  layers: [undefined, ...names].map((fragment) => ({
    ...{ layer: fragment ?? 'base', variant: 'v', args: {}, contexts: {}, place: { file: 'f', line: 1, column: 1 } },
    ...(fragment === undefined ? {} : { fragment }),
  })),
})

test('a fragment stands where the images that use it put it, the hardest of them', () => {
  const items = [
    item('linux/amd64', 'core', 'light', 'app'),
    item('linux/arm64', 'core'),
    item('linux/arm64', 'light', 'app'),
  ]
  const stacks = [...stackOf(items, fragments)].map(([file, { platforms, top, stepsBelow, below }]) => [
    ...[file, [...platforms], top, stepsBelow, [...below]],
  ])
  expect(stacks).toEqual([
    ['core', ['linux/amd64', 'linux/arm64'], false, 0, []],
    ['light', ['linux/amd64', 'linux/arm64'], false, 2, ['core']],
    ['app', ['linux/amd64', 'linux/arm64'], true, 2, ['core', 'light']],
  ])
})
