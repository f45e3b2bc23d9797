import { describe, expect, test } from '@jest/globals'
import { posix } from 'node:path'
import type ts from 'typescript'
import { isDefaultExport, isSilentExport } from './architecture/exports.ts'
import { COMMAND_MODULES, impureImports, PURE_MODULES, touchesWorld } from './architecture/purity.ts'
import { readSources, walk, type Import, type Source } from './architecture/source.ts'

/*
 * The flow of docs and code, as a test: what each room of `src` may know of the others. A room may import itself and
 * what stands behind its name here, types included. The order is that of the flow, and nothing looks back.
 */
const BOTTOM = ['oci', 'problem.ts', 'suggest.ts', 'remember.ts']
/** All that is pure. */
const BELOW_IO = [
  ...BOTTOM,
  ...['factory', 'fragment', 'layers', 'lint', 'records', 'plan', 'render', 'progress', 'canary', 'report'],
  ...['publish', 'retention'],
]
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  // what everything is said in
  oci: [],
  'problem.ts': [],
  'suggest.ts': [],
  'remember.ts': [],
  // what to build
  factory: [...BOTTOM],
  fragment: [...BOTTOM, 'factory'],
  // what can be shared
  layers: [...BOTTOM, 'factory', 'fragment'],
  // what is stale or wasted in what users wrote
  lint: [...BOTTOM, 'factory', 'fragment'],
  // what earlier runs did
  records: [...BOTTOM, 'factory', 'layers'],
  // who builds what, when
  plan: [...BOTTOM, 'factory', 'fragment', 'layers', 'records'],
  // how BuildKit is told
  render: [...BOTTOM, 'factory', 'fragment', 'layers', 'plan'],
  // what BuildKit did
  progress: [...BOTTOM, 'fragment', 'render'],
  // whether what comes from cache is stale
  canary: [...BOTTOM, 'render'],
  // what people see
  report: [...BOTTOM, 'factory', 'fragment', 'layers', 'lint', 'records', 'plan', 'render', 'progress', 'canary'],
  // what people pull
  publish: [...BOTTOM, 'factory', 'layers', 'records', 'plan', 'report'],
  // what may be forgotten
  retention: [...BOTTOM, 'factory', 'layers', 'records', 'plan', 'report'],
  // what touches the world; it reads the version in package.json, which lies outside
  io: ['..', ...BELOW_IO],
  // the story of each command; the world comes in as an argument
  commands: [...BELOW_IO, 'io'],
  // which command, and the only catch
  'main.ts': ['commands', 'io', ...BOTTOM],
}

/** Rooms that may touch the world. All others are pure: same input, same bytes. */
const WORLDLY = ['io', 'commands', 'main.ts']

const SOURCES = readSources()
const PURE = SOURCES.filter(({ room }) => !WORLDLY.includes(room))

const roomOf = (path: string): string => path.split('/')[0] ?? path

/** Imports that break a rule, as `from → to`; empty when the rule holds. */
const importsThat = (breaks: (source: Source, use: Import) => boolean, sources = SOURCES): readonly string[] =>
  sources.flatMap((source) =>
    source.imports.filter((use) => breaks(source, use)).map(({ target }) => `${source.path} → ${target}`),
  )

const placeOf = ({ path, syntax }: Source, node: ts.Node): string =>
  `${path}:${syntax.getLineAndCharacterOfPosition(node.getStart(syntax)).line + 1}`

const firstLineOf = (node: ts.Node): string => node.getText().split('\n')[0] ?? ''

/** Places of nodes that break a rule, with their text; empty when the rule holds. */
const nodesThat = (breaks: (node: ts.Node) => boolean, sources: readonly Source[]): readonly string[] =>
  sources.flatMap((source) =>
    walk(source.syntax)
      .filter(breaks)
      .map((node) => `${placeOf(source, node)} ${firstLineOf(node)}`),
  )

/** Files whose code runs when these are loaded: what they import beyond types, and so on. */
const reachableFrom = (sources: readonly Source[]): ReadonlySet<string> => {
  const reached = new Set(sources.map(({ path }) => path))
  // A Set that grows while it is walked is walked to its end.
  for (const path of reached) {
    const imports = SOURCES.find((source) => source.path === path)?.imports ?? []
    for (const { own, typeOnly, target } of imports) if (own && !typeOnly) reached.add(target)
  }
  return reached
}

describe('rooms', () => {
  test('every file lies in a room that has a place in the flow', () => {
    expect([...new Set(SOURCES.map(({ room }) => room))].filter((room) => !(room in ROOMS))).toEqual([])
  })

  test.each(Object.entries(ROOMS))('%s knows only of: %j', (room, known) => {
    const inRoom = SOURCES.filter((source) => source.room === room)
    const allowed = [room, ...known]
    expect(importsThat((_, { own, target }) => own && !allowed.includes(roomOf(target)), inRoom)).toEqual([])
  })

  test('the flow has no way back: rooms only know of rooms above them', () => {
    const order = Object.keys(ROOMS)
    const backwards = Object.entries(ROOMS).flatMap(([room, known]) =>
      known.filter((other) => order.indexOf(other) >= order.indexOf(room)).map((other) => `${room} → ${other}`),
    )
    expect(backwards).toEqual([])
  })

  test('nothing loads what runs in a browser: it is in the bundle as a text', () => {
    const browser = 'report/page/browser/'
    expect(
      importsThat(({ path }, { own, target }) => own && target.startsWith(browser) && !path.startsWith(browser)),
    ).toEqual([])
  })

  test('only main.ts starts commands', () => {
    const reaches = importsThat(
      ({ room }, { own, target }) => own && roomOf(target) === 'commands' && room !== 'commands',
    )
    expect(reaches.filter((reach) => !reach.startsWith('main.ts'))).toEqual([])
  })

  test('commands touch the world only through the io they are given', () => {
    const isWorldly = (source: Source): boolean =>
      impureImports(source, COMMAND_MODULES).length > 0 || nodesThat(touchesWorld, [source]).length > 0
    const worldly = new Set(SOURCES.filter(isWorldly).map(({ path }) => path))
    const reached = reachableFrom(SOURCES.filter(({ room }) => room === 'commands'))
    expect([...reached].filter((path) => worldly.has(path))).toEqual([])
  })

  test('no file needs itself, by whatever way', () => {
    const uses = new Map(
      SOURCES.map(({ path, imports }) => [path, imports.filter(({ own }) => own).map(({ target }) => target)]),
    )
    const done = new Set<string>()
    const visit = (path: string, way: readonly string[]): readonly string[] => {
      if (way.includes(path)) return [[...way.slice(way.indexOf(path)), path].join(' → ')]
      if (done.has(path)) return []
      const cycles = (uses.get(path) ?? []).flatMap((next) => visit(next, [...way, path]))
      done.add(path)
      return cycles
    }
    expect(SOURCES.flatMap(({ path }) => visit(path, []))).toEqual([])
  })
})

describe('pure rooms', () => {
  test('use only modules that compute, and of those only what does', () => {
    expect(PURE.flatMap((source) => impureImports(source, PURE_MODULES))).toEqual([])
  })

  test('reach for nothing outside: no process, clock, chance, network or timer', () => {
    expect(nodesThat(touchesWorld, PURE)).toEqual([])
  })
})

describe('files', () => {
  test('are nouns: no utils, no helpers', () => {
    const vague = /^(utils?|helpers?|common|misc|shared|index|types|constants)\.ts$/
    expect(SOURCES.map(({ path }) => path).filter((path) => vague.test(posix.basename(path)))).toEqual([])
  })

  test('name what they export', () => {
    expect(nodesThat(isDefaultExport, SOURCES)).toEqual([])
  })

  test('say of everything they export what it is', () => {
    const silent = SOURCES.flatMap((source) =>
      source.syntax.statements.filter(isSilentExport).map((node) => `${placeOf(source, node)} ${firstLineOf(node)}`),
    )
    expect(silent).toEqual([])
  })
})
