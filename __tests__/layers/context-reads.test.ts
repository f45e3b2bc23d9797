import { describe, expect, test } from '@jest/globals'
import { parseFragment } from '../../src/fragment/parse.ts'
import {
  contextSource,
  folderReadOf,
  folderReads,
  isFolderContext,
  patternsByRoot,
} from '../../src/layers/context-reads.ts'

const LAYER = {
  contexts: { src: 'apps/a', Data: '/srv/data', image: 'docker-image://busybox:1', repo: 'https://git.test/a.git' },
}

describe('contextSource', () => {
  test.each([
    ['src', 'apps/a'],
    ['SRC', 'apps/a'],
    ['data', '/srv/data'],
    ['image', 'docker-image://busybox:1'],
    ['other', undefined],
    ['', undefined],
  ])('behind %j stands %s', (name, source) => {
    expect(contextSource(LAYER, name)).toBe(source)
  })
})

describe('isFolderContext', () => {
  test.each([
    ['.', true],
    ['../up', true],
    ['/srv/data', true],
    ['git', true],
    ['targets/a', true],
    ['docker-image://busybox:1', false],
    ['oci-layout:///srv/layout', false],
    ['target:t0', false],
    ['input:x', false],
    ['http://host/a.tar', false],
    ['https://git.test/a.git', false],
    ['git://git.test/a', false],
    ['ssh://git@git.test/a', false],
    ['git@git.test:a', false],
  ])('%s: %s', (source, folder) => {
    expect(isFolderContext({ contexts: { x: source } }, 'x')).toBe(folder)
  })

  test('is no for a name that is no context', () => {
    expect(isFolderContext(LAYER, 'busybox')).toBe(false)
  })
})

describe('folderReadOf', () => {
  test.each([
    ['of the main context', { path: 'a/*.txt' }, { root: 'main', pattern: 'a/*.txt' }],
    ['of a folder', { context: 'src', path: '.' }, { root: 'apps/a', pattern: '.' }],
    ['in any case', { context: 'DATA', path: 'x' }, { root: '/srv/data', pattern: 'x' }],
    ['of a path with a variable, which can be any', { path: 'a/${X}/b' }, { root: 'main', pattern: '.' }],
    ['of a variable in a folder', { context: 'src', path: '$X' }, { root: 'apps/a', pattern: '.' }],
    ['of an image', { context: 'image', path: '/bin' }, undefined],
    ['of a repository', { context: 'repo', path: '.' }, undefined],
    ['of no context of this variant', { context: 'none', path: '.' }, undefined],
  ])('%s', (_, read, expected) => {
    expect(folderReadOf({ line: 1, ...read }, LAYER, 'main')).toEqual(expected)
  })
})

describe('folderReads', () => {
  test('are those of the steps that are run', () => {
    const text = `ARG PARENT
FROM a:1 AS unused
COPY never /
FROM a:1 AS build
COPY --from=src . /src
RUN --mount=type=bind,source=tools,target=/t make
FROM $PARENT
COPY --from=build /out /out
COPY --from=image /bin/x /x
COPY a b$X /
`
    const fragment = parseFragment('core.Dockerfile', text, { contexts: Object.keys(LAYER.contexts) })
    expect(folderReads(LAYER, fragment, 'main')).toEqual([
      { root: 'apps/a', pattern: '.' },
      { root: 'main', pattern: 'tools' },
      { root: 'main', pattern: 'a' },
      { root: 'main', pattern: '.' },
    ])
  })

  test('are none of a fragment without steps', () => {
    const text = 'ARG PARENT\nFROM a:1 AS build\nCOPY . /\nFROM $PARENT\nENV A=1\n'
    expect(folderReads(LAYER, parseFragment('core.Dockerfile', text), 'main')).toEqual([])
  })
})

describe('patternsByRoot', () => {
  test('has each pattern of a root once, in stable order', () => {
    const reads = [
      { root: '.', pattern: 'b' },
      { root: 'apps/a', pattern: '.' },
      { root: '.', pattern: 'a' },
      { root: '.', pattern: 'b' },
    ]
    expect([...patternsByRoot(reads)]).toEqual([
      ['.', ['a', 'b']],
      ['apps/a', ['.']],
    ])
    expect(patternsByRoot([]).size).toBe(0)
  })
})
