import { describe, expect, test } from '@jest/globals'
import { parseNodes } from '../../src/plan/builder-nodes.ts'
import { InputError } from '../../src/problem.ts'

const problemsOf = (text: string, driver: 'remote' | 'docker-container' = 'remote'): readonly string[] => {
  try {
    parseNodes(text, driver)
    return []
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n')
    throw error
  }
}

describe('parseNodes', () => {
  test('reads every key, lists as lists or as lines', () => {
    const text = `
- name: arm
  endpoint: tcp://arm.example:1234
  platforms: linux/aarch64, linux/arm/v7
  driver-opts: |
    servername=arm
    "env.A=b,c"
  tls: { ca: ARM_CA, cert: ARM_CERT, key: ARM_KEY }
- endpoint: unix:///run/buildkitd.sock
  platforms: [linux/amd64]
  driver-opts: [default-load=true]
`
    expect(parseNodes(text, 'remote')).toEqual([
      {
        name: 'arm',
        endpoint: 'tcp://arm.example:1234',
        platforms: ['linux/arm64', 'linux/arm/v7'],
        driverOpts: ['servername=arm', '"env.A=b,c"'],
        tls: { ca: 'ARM_CA', cert: 'ARM_CERT', key: 'ARM_KEY' },
      },
      {
        endpoint: 'unix:///run/buildkitd.sock',
        platforms: ['linux/amd64'],
        driverOpts: ['default-load=true'],
        tls: {},
      },
    ])
  })

  test('needs no endpoint on an engine', () => {
    const text = '- { name: arm, platforms: linux/arm64, buildkitd-flags: --debug }'
    expect(parseNodes(text, 'docker-container')).toEqual([
      { name: 'arm', platforms: ['linux/arm64'], driverOpts: [], buildkitdFlags: '--debug', tls: {} },
    ])
  })

  test.each<{ what: string; text: string; problems: readonly string[] }>([
    {
      what: 'no list',
      text: 'endpoint: tcp://a',
      problems: ['line 1 of input nodes: it is no list; expected - endpoint: …'],
    },
    {
      what: 'a key that is misspelt, and no endpoint',
      text: '- name: a\n  endpoint: tcp://a\n- name: b\n  endpont: tcp://b',
      problems: [
        'line 4 of input nodes: a node has no key "endpont"; expected name, endpoint, platforms, driver-opts, buildkitd-flags, tls; did you mean "endpoint"?',
        'line 3 of input nodes: a node has no endpoint; expected endpoint: tcp://…',
      ],
    },
    {
      what: 'a platform that is none',
      text: '- endpoint: tcp://a\n  platforms: [arm64]',
      problems: ['line 2 of input nodes: "arm64" is no platform'],
    },
    {
      what: 'an option without value',
      text: '- endpoint: tcp://a\n  driver-opts: [servername]',
      problems: ['line 2 of input nodes: driver-opts has "servername"; expected key=value'],
    },
    {
      what: 'an unknown part of TLS',
      text: '- endpoint: tcp://a\n  tls:\n    cacert: A',
      problems: ['line 3 of input nodes: tls has no key "cacert"; expected ca, cert, key'],
    },
    {
      what: 'a node that is no mapping',
      text: '- tcp://a',
      problems: [
        'line 1 of input nodes: a node is no mapping; expected a mapping with name, endpoint, platforms, driver-opts, buildkitd-flags, tls',
      ],
    },
    {
      what: 'a name that Buildx refuses',
      text: '- { name: 1a, endpoint: tcp://a }',
      problems: [
        'line 1 of input nodes: a node is called "1a"; expected a letter, and then letters, digits, dots, dashes and underscores',
      ],
    },
    {
      what: 'two nodes of one name',
      text: '- { name: a, endpoint: tcp://a }\n- { name: a, endpoint: tcp://b }',
      problems: ['line 1 of input nodes: two nodes are called "a"'],
    },
    {
      what: 'YAML that is broken',
      text: '- name: a\n  endpoint: [',
      problems: [expect.stringMatching(/^line 2 of input nodes: Flow sequence/) as unknown as string],
    },
  ])('refuses $what', ({ text, problems }) => {
    expect(problemsOf(text)).toEqual(problems)
  })

  test('refuses TLS for a driver that has none', () => {
    expect(problemsOf('- { name: a, tls: { ca: A } }', 'docker-container')).toEqual([
      'line 1 of input nodes: tls says nothing to the driver docker-container; leave it out',
    ])
  })
})
