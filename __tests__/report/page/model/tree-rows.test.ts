import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { growForest } from '../../../../src/report/page/model/forest.ts'
import {
  actOnKey,
  depthWithin,
  hasChildren,
  placeOf,
  rowsOf,
  type TreeState,
} from '../../../../src/report/page/model/tree-rows.ts'
import { growRunReport } from '../../../support/run-report/run-report.ts'

const FOREST = growForest(growRunReport({ manifests: 12 }))

const stateOf = (open: (node: number) => boolean, isShown: (node: number) => boolean = () => true): TreeState => ({
  forest: FOREST,
  isShown,
  isOpen: open,
})

const CLOSED = stateOf(() => false)
const OPEN = stateOf(() => true)
const [FIRST = -1, SECOND = -1, THIRD = -1] = FOREST.roots

describe('rowsOf', () => {
  test('closed, only the roots; open, every node', () => {
    expect(rowsOf(CLOSED)).toEqual(FOREST.roots)
    expect(rowsOf(OPEN).toSorted((a, b) => a - b)).toEqual(FOREST.nodes.map(({ index }) => index))
  })

  test('nothing that is not shown, nor anything on it', () => {
    expect(
      rowsOf(
        stateOf(
          () => true,
          (node) => node !== FIRST,
        ),
      ),
    ).not.toContain(FIRST)
  })
})

test.each([
  [1, 0],
  [3, 0],
  [6, 1],
  [9, 2],
  [1_000, 4],
])('within %i rows, a tree opens %i deep', (rows, depth) => {
  expect(depthWithin(FOREST, () => true, rows)).toBe(depth)
})

test('a node knows its place among its siblings', () => {
  expect(placeOf(CLOSED, SECOND)).toEqual({ place: 2, of: 3 })
  expect(
    placeOf(
      stateOf(
        () => false,
        (node) => node !== FIRST,
      ),
      SECOND,
    ),
  ).toEqual({ place: 1, of: 2 })
})

describe('keys', () => {
  const child = FOREST.nodes[FIRST]?.children[0] ?? -1

  test.each([
    ['ArrowDown', CLOSED, FIRST, { kind: 'go', node: SECOND }],
    ['ArrowDown', CLOSED, THIRD, undefined],
    ['ArrowUp', CLOSED, SECOND, { kind: 'go', node: FIRST }],
    ['ArrowUp', CLOSED, FIRST, undefined],
    ['ArrowRight', CLOSED, FIRST, { kind: 'open', nodes: [FIRST] }],
    ['ArrowRight', OPEN, FIRST, { kind: 'go', node: child }],
    ['ArrowLeft', OPEN, FIRST, { kind: 'close', nodes: [FIRST] }],
    ['ArrowLeft', CLOSED, child, { kind: 'go', node: FIRST }],
    ['ArrowLeft', CLOSED, FIRST, undefined],
    ['Home', CLOSED, THIRD, { kind: 'go', node: FIRST }],
    ['End', CLOSED, FIRST, { kind: 'go', node: THIRD }],
    ['Enter', CLOSED, FIRST, { kind: 'open', nodes: [FIRST] }],
    [' ', OPEN, FIRST, { kind: 'close', nodes: [FIRST] }],
    ['*', CLOSED, SECOND, { kind: 'open', nodes: [FIRST, SECOND, THIRD] }],
    ['c', CLOSED, FIRST, { kind: 'go', node: THIRD }],
    ['U', CLOSED, THIRD, { kind: 'go', node: FIRST }],
    ['x', CLOSED, FIRST, undefined],
    ['Tab', CLOSED, FIRST, undefined],
    ['Escape', CLOSED, FIRST, undefined],
  ] as const)('%s', (key, state, node, action) => {
    expect(actOnKey(state, node, key)).toEqual(action)
  })

  test('go only to rows that are there', () => {
    const anyKey = fc.constantFrom('ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'Enter', '*', 's')
    fc.assert(
      fc.property(fc.array(anyKey, { minLength: 1, maxLength: 60 }), (keys) => {
        const open = new Set<number>()
        const state = stateOf((node) => open.has(node))
        let node = FIRST
        for (const key of keys) {
          const action = actOnKey(state, node, key)
          if (action?.kind === 'go') node = action.node
          if (action?.kind === 'open') for (const each of action.nodes) open.add(each)
          if (action?.kind === 'close') for (const each of action.nodes) open.delete(each)
          expect(rowsOf(state)).toContain(node)
          for (const each of open) expect(hasChildren(state, each)).toBe(true)
        }
      }),
    )
  })
})
