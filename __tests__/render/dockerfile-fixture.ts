import type { ArgumentLevel } from '../../src/factory/factory.ts'
import type { WorkItem, WorkLayer } from '../../src/factory/work-item.ts'
import type { Fragment } from '../../src/fragment/fragment.ts'
import { parseFragment } from '../../src/fragment/parse.ts'
import { stitch } from '../../src/render/dockerfile.ts'
import type { StitchedDockerfile } from '../../src/render/stitched.ts'

/** A layer of a test: its fragment's text, and arguments as `value` or `level: value`. */
export type TestLayer = {
  readonly layer: string
  readonly text?: string
  readonly from?: string
  readonly args?: Readonly<Record<string, string>>
  readonly contexts?: Readonly<Record<string, string>>
  readonly epoch?: string
}

const place = (line: number) => ({ file: 'strata.yaml', line, column: 1 })

const argumentOf = (text: string, line: number) => {
  const [, level = 'variant', value = text] = /^(factory|layer|manifest): ([^]*)$/.exec(text) ?? []
  return { value, level: level as ArgumentLevel, place: place(line) }
}

const workLayer = ({ layer, text, from, args = {}, contexts = {}, epoch }: TestLayer, index: number): WorkLayer => ({
  ...{ layer, variant: 'v', contexts, place: place(10 * index + 1) },
  ...(from === undefined ? {} : { from }),
  ...(epoch === undefined ? {} : { epoch }),
  ...(text === undefined ? {} : { fragment: `${layer}.Dockerfile` }),
  args: Object.fromEntries(
    Object.entries(args).map(([name, value], position) => [name, argumentOf(value, 10 * index + 2 + position)]),
  ),
})

/** The work item that these layers make, on linux/arm64. Layer number i stands in line 10i + 1, its arguments behind it. */
export const workItem = (layers: readonly TestLayer[], platform = 'linux/arm64'): WorkItem => ({
  ...{ manifestId: 'demo', platform, image: 'demo', tags: [], bake: {} },
  layers: layers.map(workLayer),
})

/** The layers' fragments, parsed, by their paths. */
export const fragmentsOf = (layers: readonly TestLayer[]): ReadonlyMap<string, Fragment> => {
  const names = layers.map(({ layer }) => layer)
  const fragments = layers.flatMap(({ layer, text, contexts = {} }) => {
    const options = { layers: names, contexts: Object.keys(contexts) }
    return text === undefined ? [] : [parseFragment(`${layer}.Dockerfile`, text, options)]
  })
  return new Map(fragments.map((fragment) => [fragment.file, fragment]))
}

/** Parses the layers' fragments and stitches them. */
export const stitched = (
  layers: readonly TestLayer[],
  pins: Readonly<Record<string, string>> = {},
  platform?: string,
): StitchedDockerfile => stitch(workItem(layers, platform), fragmentsOf(layers), pins)

export const BASE: TestLayer = { layer: 'base', from: 'ubuntu:24.04' }

/** The text without its head: what stands behind the first blank line. */
export const bodyOf = ({ text }: StitchedDockerfile): string => text.slice(text.indexOf('\n\n') + 2)

/** `stage index text` of each step. */
export const stepsOf = ({ steps }: StitchedDockerfile): readonly string[] =>
  steps.map(({ stage, index, text }) => `${stage} ${index} ${text}`)
