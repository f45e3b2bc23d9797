import { describe, expect, test } from '@jest/globals'
import type { WorkItem } from '../../src/factory/work-item.ts'
import type { ChangeGroup } from '../../src/plan/changes.ts'
import { findWhatIfs } from '../../src/plan/what-if.ts'
import { sampleLayer, sampleWork } from '../support/samples.ts'

/** Work items of a core and an app each, `<core>/<app>`; without an app they end with the core. */
const work = (...stacks: readonly string[]): readonly WorkItem[] =>
  stacks.map((stack) => {
    const [core = '', app] = stack.split('/')
    const layers = [
      sampleLayer({ from: 'scratch' }),
      sampleLayer({ layer: 'core', variant: core, fragment: `core/${core}` }),
      // It adds nothing, so nothing can be put there.
      sampleLayer({ layer: 'empty', variant: 'none' }),
      ...(app === undefined
        ? []
        : [sampleLayer({ layer: 'app', variant: app, fragment: `app/${app.replace(/-.*/, '')}` })]),
    ]
    return sampleWork({ manifestId: stack, layers })
  })

const touching = (layer: string, variant: string, items: readonly number[], movable = true): ChangeGroup => ({
  ...{ label: `${layer}/${variant}`, layer, variant, movable, items },
  reasons: ['fragment changed'],
})

const MANY = work('a/x', 'a/y', 'a/z', 'a/z', 'b/x', 'b/y')

describe('findWhatIfs', () => {
  test.each<{ what: string; items: readonly WorkItem[]; groups: readonly ChangeGroup[]; expected: readonly unknown[] }>(
    [
      {
        what: 'the fragment above that touches least, wherever else it is used',
        items: MANY,
        groups: [touching('core', 'a', [0, 1, 2, 3])],
        expected: [{ label: 'core/a', instead: ['app/x'], before: 4, after: 2 }],
      },
      {
        what: 'nothing where it would not be half',
        items: work('a/x', 'a/y', 'b/x', 'b/y'),
        groups: [touching('core', 'a', [0, 1])],
        expected: [],
      },
      { what: 'nothing above the highest layer', items: MANY, groups: [touching('app', 'z', [2, 3])], expected: [] },
      {
        what: 'nothing above work items that end there',
        items: work('a', 'a'),
        groups: [touching('core', 'a', [0, 1])],
        expected: [],
      },
      {
        what: 'nothing for what cannot stand elsewhere',
        items: MANY,
        groups: [touching('core', 'a', [0, 1, 2, 3], false)],
        expected: [],
      },
      {
        what: 'all variants that share a fragment',
        items: work('a/x-1', 'a/x-2', 'a/y', 'a/y', 'a/y'),
        groups: [touching('core', 'a', [0, 1, 2, 3, 4])],
        expected: [{ label: 'core/a', instead: ['app/x-1', 'app/x-2'], before: 5, after: 2 }],
      },
      {
        what: 'three at most',
        items: work(...['a', 'b', 'c', 'd'].flatMap((core) => [`${core}/${core}x`, `${core}/${core}y`])),
        groups: ['a', 'b', 'c', 'd'].map((core, index) => touching('core', core, [index * 2, index * 2 + 1])),
        expected: ['a', 'b', 'c'].map((core) => ({
          label: `core/${core}`,
          instead: [`app/${core}x`],
          before: 2,
          after: 1,
        })),
      },
    ],
  )('finds $what', ({ items, groups, expected }) => {
    expect(findWhatIfs(items, groups)).toEqual(expected)
  })
})
