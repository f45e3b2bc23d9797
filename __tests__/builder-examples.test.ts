import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { readText } from '../script/documents.ts'
import { readBuilderInputs } from '../src/commands/builder-inputs.ts'
import { parseMainFile } from '../src/factory/document.ts'
import { parseFactory } from '../src/factory/parse.ts'
import { wantedBuilder } from '../src/commands/wanted-builder.ts'
import { renderCreateBuilder } from '../src/render/create-builder.ts'
import { fencesOf } from './support/markdown.ts'
import { ownActionOf, usingSteps } from './support/workflow.ts'

const PEM = '-----BEGIN X-----\nAA==\n-----END X-----'

/** What the examples of the page would make, as `docker` is told, each by its driver or what else marks it. */
const examples = fencesOf(readText('docs/builders.md'))
  .filter(({ language }) => language === 'yaml')
  .flatMap(({ text }) => usingSteps(parse(text)))
  .filter((step) => ownActionOf(step) !== undefined)
  .map(({ with: given = {} }) => {
    const read = (name: string): string => {
      const value = given[name]
      const text = typeof value === 'string' ? value.trim() : JSON.stringify(value ?? '').replaceAll('"', '')
      return text.startsWith('${{') ? PEM : text
    }
    const env = { ARM_CA: PEM, ARM_CERT: PEM, ARM_KEY: PEM }
    const { settings } = wantedBuilder(readBuilderInputs(read, env), {}, env)
    const tls = settings.nodes.map((node, index) =>
      Object.fromEntries(Object.keys(node.tls).map((part) => [part, `/t/${index}-${part}.pem`])),
    )
    const commands = renderCreateBuilder('b', { ...settings, image: 'IMAGE' }, { tls })
    return {
      name: settings.given.map((setting) => setting.name).join(', '),
      commands: commands.map((args) => args.slice(4).join(' ')),
    }
  })

const CONTAINER = '--driver-opt image=IMAGE'
const NETWORK = '--buildkitd-flags --allow-insecure-entitlement network.host'

describe('the examples of docs/builders.md', () => {
  test.each<{ name: string; commands: readonly string[] }>([
    {
      name: 'driver-opts, registry-mirrors, max-parallelism',
      commands: [`--driver docker-container ${CONTAINER} --driver-opt network=host --driver-opt memory=12g ${NETWORK}`],
    },
    {
      name: 'driver, nodes',
      commands: [
        `--driver docker-container ${CONTAINER} --driver-opt network=host ${NETWORK}`,
        `--driver docker-container --append --node b-arm --platform linux/arm64 ${CONTAINER} --driver-opt network=host ${NETWORK} ssh://build@arm.example.com`,
      ],
    },
    {
      name: 'driver, endpoint, tls-ca, tls-cert, tls-key, nodes',
      commands: [
        '--driver remote --driver-opt cacert=/t/0-ca.pem --driver-opt cert=/t/0-cert.pem --driver-opt key=/t/0-key.pem tcp://amd.example.com:1234',
        '--driver remote --append --node b-arm --platform linux/arm64 --driver-opt cacert=/t/1-ca.pem --driver-opt cert=/t/1-cert.pem --driver-opt key=/t/1-key.pem tcp://arm.example.com:1234',
      ],
    },
    {
      name: 'driver, driver-opts, nodes',
      commands: [
        `--driver kubernetes ${CONTAINER} --driver-opt namespace=buildkit --driver-opt replicas=4 --driver-opt requests.cpu=4 --driver-opt nodeselector=kubernetes.io/arch=amd64`,
        `--driver kubernetes --append --node b-arm --platform linux/arm64 ${CONTAINER} --driver-opt namespace=buildkit --driver-opt replicas=2 --driver-opt nodeselector=kubernetes.io/arch=arm64`,
      ],
    },
    // Nothing is asked for, so that the current builder is used.
    { name: '', commands: [`--driver docker-container ${CONTAINER} --driver-opt network=host ${NETWORK}`] },
  ])('with $name', ({ name, commands }) => {
    expect(examples.find((example) => example.name === name)?.commands).toEqual(commands)
  })

  test('are all of these', () => {
    expect(examples).toHaveLength(5)
  })
})

test('the factory file of the page makes these builders, each for its pool', () => {
  const [text = ''] = fencesOf(readText('docs/builders.md'))
    .filter(({ language, text: fence }) => language === 'yaml' && fence.startsWith('version: 1'))
    .map((fence) => fence.text)
  const { pools } = parseFactory(parseMainFile('strata.yaml', text))
  const commands = pools.map(({ name, builder: settings = {} }) => {
    const wanted = wantedBuilder(
      readBuilderInputs(() => '', {}),
      { pool: { name, settings } },
      {},
    )
    return renderCreateBuilder('b', { ...wanted.settings, image: 'IMAGE' }, { tls: [] }).map((args) =>
      args.slice(4).join(' '),
    )
  })
  expect(commands).toEqual([
    [`--driver docker-container ${CONTAINER} --driver-opt network=host ${NETWORK}`],
    [
      '--driver remote tcp://gpu-1.eu.example:1234',
      '--driver remote --append --node b-second --platform linux/amd64 tcp://gpu-2.eu.example:1234',
    ],
  ])
})
