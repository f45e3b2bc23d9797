import { parsePlatform } from '../oci/platform.ts'
import type { Place } from '../problem.ts'
import type { BuilderContent, NodeContent } from './builder-shapes.ts'
import { refuseTwice } from './catalogue.ts'
import type { PoolContent } from './description.ts'
import { isMeant, type Driver } from './drivers.ts'
import type { Pool, PoolBuilder } from './factory.ts'
import { given } from './given.ts'
import { resolvePath } from './path.ts'
import type { Report } from './read-scalar.ts'
import type { Entry } from './shape.ts'
import type { Located } from './source.ts'

const textsOf = (list: readonly Located<string>[] | undefined): readonly string[] | undefined =>
  list?.map(({ value }) => value)

/** A node as input `nodes` takes it, which reads YAML and so JSON. */
const nodeText = (node: NodeContent): object =>
  given({
    name: node.name?.value,
    endpoint: node.endpoint?.value,
    platforms: textsOf(node.platforms),
    'driver-opts': textsOf(node['driver-opts']),
    'buildkitd-flags': node['buildkitd-flags']?.value,
  })

/** The settings as texts, as the inputs of the same names take them. */
const settingsOf = (content: BuilderContent, report: Report): PoolBuilder => {
  const { nodes, 'buildkitd-config': config } = content
  return given({
    driver: content.driver?.value,
    endpoint: content.endpoint?.value,
    'driver-opts': textsOf(content['driver-opts'])?.join('\n'),
    'buildkitd-flags': content['buildkitd-flags']?.value,
    'buildkitd-config': config === undefined ? undefined : resolvePath(config, report),
    'buildkitd-config-inline': content['buildkitd-config-inline']?.value,
    'buildkit-image': content['buildkit-image']?.value,
    'registry-mirrors': textsOf(content['registry-mirrors'])?.join('\n'),
    'max-parallelism': content['max-parallelism']?.value.toString(),
    nodes: nodes === undefined ? undefined : JSON.stringify(nodes.map(nodeText)),
    'keep-builder': content['keep-builder']?.value.toString(),
    'keep-state': content['keep-state']?.value.toString(),
  })
}

type Placed = { readonly place: Place }

/** Settings that are given, each with where it begins. */
const placesOf = ({ place, rest: _, ...settings }: BuilderContent): readonly (readonly [string, Place])[] =>
  Object.entries(settings).map(([name, value]) => {
    const [first]: readonly Placed[] = 'place' in value ? [value] : value
    return [name, first?.place ?? place]
  })

const checkNodes = (content: BuilderContent, driver: Driver, report: Report): void => {
  const nodes = content.nodes ?? []
  const isOnly = driver === 'remote' && content.endpoint === undefined && nodes.length === 1
  for (const { place, endpoint, platforms } of nodes) {
    if (endpoint === undefined && driver !== 'kubernetes') {
      report({ place, found: 'the node has no "endpoint"', expected: `${driver === 'remote' ? 'tcp' : 'ssh'}://…` })
    }
    if (platforms === undefined && !isOnly) {
      report({ place, found: 'the node has no "platforms"', expected: 'those that it is to build' })
    }
  }
  refuseTwice(
    nodes.flatMap(({ name }) => (name === undefined ? [] : [{ key: name }])),
    'node',
    report,
  )
}

/** Settings that contradict each other. */
const checkBuilder = (content: BuilderContent, report: Report): void => {
  const { driver: named, place, endpoint, nodes } = content
  const driver = named?.value ?? 'docker-container'
  for (const [name, where] of placesOf(content)) {
    if (isMeant(name, driver)) continue
    report({ place: where, found: `"${name}" says nothing to the driver ${driver}`, hint: 'leave it out' })
  }
  const inline = content['buildkitd-config-inline']
  if (content['buildkitd-config'] !== undefined && inline !== undefined) {
    report({
      place: inline.place,
      found: '"buildkitd-config" and "buildkitd-config-inline" are both here',
      expected: 'one of them',
    })
  }
  if (driver === 'remote' && endpoint === undefined && nodes === undefined) {
    const expected = '"endpoint", such as tcp://buildkit.example:1234, or "nodes"'
    report({ place, found: 'the driver is remote, and no BuildKit is named', expected })
  }
  if (driver !== 'docker') checkNodes(content, driver, report)
}

const builderOf = (content: BuilderContent, report: Report): PoolBuilder => {
  checkBuilder(content, report)
  return settingsOf(content, report)
}

/** A pool as it is used. Reports settings of its builder that contradict each other. */
export const poolOf = ({ key, value }: Entry<PoolContent>, report: Report): Pool => {
  const [text = '', accelerator] = key.value.split('+')
  const platform = parsePlatform(text) ?? text
  return {
    name: accelerator === undefined ? platform : `${platform}+${accelerator}`,
    platform,
    ...given({
      accelerator,
      builder: value.builder === undefined ? undefined : builderOf(value.builder, report),
      cache: value.cache?.ref.value,
    }),
    runsOn: value['runs-on'].map((label) => label.value),
  }
}

/** The pools of all files. Reports names that are there twice. */
export const poolsOf = (entries: readonly Entry<PoolContent>[], report: Report): readonly Pool[] => {
  const pools = entries.map((entry) => poolOf(entry, report))
  refuseTwice(
    entries.map(({ key }, index) => ({ key: { value: pools[index]?.name ?? '', place: key.place } })),
    'pool',
    report,
  )
  return pools
}
