import { describe, expect, test } from '@jest/globals'
import type { WorkItem } from '../../src/factory/work-item.ts'
import { changedLayers, contentOf, given, keysOf, withBake, workOf, type World } from './grow.ts'

const CORE = `# syntax=docker/dockerfile:1@sha256:${'a'.repeat(64)}
ARG PARENT
ARG GO=1.25
FROM golang:$GO AS tools
COPY tools /src
RUN go build -o /tool /src
FROM alpine AS unused
RUN echo unused
FROM \${PARENT}
ARG PYTHON=3.12
ENV PATH=/opt:$PATH
COPY --from=tools /tool /tool
COPY requirements.txt config /etc/
COPY --from=shared lib /lib
RUN pip install -r /etc/requirements.txt "python==$PYTHON"
ADD https://example.com/model.bin?token=1 /model
ARG LATER=1
ENV LANG=C
LABEL a=1
CMD ["python"]
`

const WORLD: Required<World> = {
  fragments: {
    'security-v1.Dockerfile': 'RUN apt-get upgrade\n',
    'core-cpu.Dockerfile': CORE,
    'light-none.Dockerfile': 'EXPOSE 80\n',
    'app-serve.Dockerfile': 'COPY . /app\n',
  },
  images: { ubuntu: 'layers of ubuntu', 'golang:$GO': 'layers of golang', alpine: 'layers of alpine' },
  files: {
    'requirements.txt': 'numpy',
    'config/a.ini': 'a',
    'tools/main.go': 'main',
    'shared:lib/x': 'x',
    'other.txt': 'other',
  },
  syntax: 'docker/dockerfile:1',
}

const CHAIN = ['base ubuntu', 'security v1', 'core cpu', 'light none', 'app serve']
const CONTEXTS = { 'core cpu': { contexts: { shared: 'shared' }, args: {} } }

const work = (changes: Partial<WorkItem> = {}, core: Partial<WorkItem['layers'][number]> = {}): WorkItem =>
  workOf(CHAIN, changes, { 'core cpu': { ...CONTEXTS['core cpu'], ...core } })

const edit = (search: string, replacement: string, file = 'core-cpu.Dockerfile'): World => {
  const text = WORLD.fragments[file] ?? ''
  if (!text.includes(search)) throw new Error(`${file} has no ${search}`)
  return { ...WORLD, fragments: { ...WORLD.fragments, [file]: text.replace(search, replacement) } }
}

const withFile = (path: string, file: NonNullable<World['files']>[string]): World => ({
  ...WORLD,
  files: { ...WORLD.files, [path]: file },
})

const withImage = (reference: string): World => ({ ...WORLD, images: { ...WORLD.images, [reference]: 'others' } })

const without = (path: string): World => {
  const { [path]: _, ...files } = WORLD.files
  return { ...WORLD, files }
}

const ALL = ['security', 'core', 'app']
const UPPER = ['core', 'app']

type Change = {
  readonly what: string
  readonly world?: World
  readonly item?: WorkItem
  readonly changed: readonly string[]
}

const CHANGES: readonly Change[] = [
  { what: 'another platform', item: work({ platform: 'linux/arm64' }), changed: ALL },
  { what: 'another base content', world: withImage('ubuntu'), changed: ALL },
  { what: 'another frontend', world: { ...WORLD, syntax: 'docker/dockerfile:2' }, changed: ALL },
  { what: 'another network', item: work(withBake({ network: 'host' })), changed: ALL },
  { what: 'a step below', world: edit('upgrade', 'upgrade ', 'security-v1.Dockerfile'), changed: [] },
  { what: 'another step below', world: edit('upgrade', 'update', 'security-v1.Dockerfile'), changed: ALL },
  { what: 'the text of a RUN', world: edit('-r /etc', '-r  /etc'), changed: UPPER },
  { what: 'the value of an ENV', world: edit('/opt:', '/opt2:'), changed: UPPER },
  { what: 'the default of an ARG', world: edit('PYTHON=3.12', 'PYTHON=3.13'), changed: UPPER },
  { what: 'a default gone', world: edit('PYTHON=3.12', 'PYTHON'), changed: UPPER },
  { what: 'a value given', item: work({}, { args: given({ PYTHON: '3.12' }) }), changed: UPPER },
  { what: 'a value given for what nobody declares', item: work({}, { args: given({ OTHER: '1' }) }), changed: [] },
  { what: 'a global default', world: edit('GO=1.25', 'GO=1.26'), changed: UPPER },
  { what: 'the content of an auxiliary image', world: withImage('golang:$GO'), changed: UPPER },
  { what: 'a step of an auxiliary stage', world: edit('go build', 'go build -v'), changed: UPPER },
  { what: 'a file that an auxiliary stage copies', world: withFile('tools/main.go', 'x'), changed: UPPER },
  { what: 'the content of a file', world: withFile('requirements.txt', 'torch'), changed: UPPER },
  { what: 'the mode of a file', world: withFile('requirements.txt', { mode: '755', digest: 'numpy' }), changed: UPPER },
  { what: 'another file in a folder', world: withFile('config/b.ini', 'b'), changed: UPPER },
  { what: 'a file gone', world: without('config/a.ini'), changed: UPPER },
  { what: 'a file of a named context', world: withFile('shared:lib/x', 'y'), changed: UPPER },
  { what: 'a file that only an upper layer copies', world: withFile('other.txt', 'y'), changed: ['app'] },
  { what: 'the source of ADD', world: edit('token=1', 'token=2'), changed: UPPER },
  { what: 'a stage between', world: edit('RUN go', 'FROM tools AS more\nRUN go'), changed: UPPER },
  { what: 'a setting behind the last step', world: edit('LANG=C', 'LANG=D'), changed: ['app'] },
  { what: 'a default behind the last step', world: edit('LATER=1', 'LATER=2'), changed: ['app'] },
  { what: 'a value given behind the last step', item: work({}, { args: given({ LATER: '1' }) }), changed: ['app'] },
  { what: 'a step more', world: edit('LANG=C', 'LANG=C\nRUN more'), changed: UPPER },
  { what: 'the order of two steps', world: edit('RUN pip', 'WORKDIR /x\nRUN pip'), changed: UPPER },
  { what: 'an epoch', item: work({}, { epoch: '2026-11-28T05:12:00Z' }), changed: UPPER },
  { what: 'a label', world: edit('a=1', 'a=2'), changed: [] },
  { what: 'a command', world: edit('["python"]', '["bash"]'), changed: [] },
  { what: 'a port', world: edit('80', '81', 'light-none.Dockerfile'), changed: [] },
  { what: 'a comment', world: edit('RUN pip', '# why\nRUN pip'), changed: [] },
  { what: 'a comment in a step', world: edit('install -r', 'install \\\n# why\n-r'), changed: [] },
  { what: 'blank lines', world: edit('RUN pip', '\n\nRUN pip'), changed: [] },
  { what: 'blanks behind a keyword', world: edit('RUN pip', 'RUN    pip'), changed: [] },
  { what: 'the case of a keyword', world: edit('RUN pip', 'run pip'), changed: [] },
  { what: 'blanks at the end of a line', world: edit('ENV LANG=C', 'ENV LANG=C  '), changed: [] },
  { what: 'a stage that nobody uses', world: edit('echo unused', 'echo other'), changed: [] },
  { what: 'tags, labels and attestations', item: work(withBake({ labels: { a: '1' }, attest: ['x'] })), changed: [] },
  { what: 'another image', item: work({ image: 'other', tags: ['x'], manifestId: 'other' }), changed: [] },
  { what: 'a file that nobody copies', world: withFile('shared:other', 'x'), changed: [] },
]

describe('keys', () => {
  test.each(CHANGES)('$what: $changed change', ({ world = WORLD, item = work(), changed }) => {
    const [before] = keysOf([work()], WORLD)
    const [after] = keysOf([item], world)
    expect(Object.keys(before ?? {})).toEqual(ALL)
    expect(changedLayers(before, after)).toEqual(changed)
  })

  test.each([
    ['PYTHON=3.12', 'PYTHON=3.13'],
    ['PYTHON=3.12', 'PYTHON'],
    ['PYTHON=3.12', 'PYTHON="3 \\" 12"'],
    ['PYTHON=3.12', "PYTHON='3 12'"],
    ['PYTHON=3.12', 'PYTHON=3\\ 12'],
    ['LATER=1', 'LATER="2 3"'],
    ['GO=1.25', 'GO=1.26'],
  ])('a default that a given value replaces does not count: %s, %s', (search, replacement) => {
    const item = work({}, { args: given({ PYTHON: '3.11', LATER: '7', GO: '1.24' }) })
    expect(keysOf([item], edit(search, replacement))).toEqual(keysOf([item], WORLD))
  })

  test('an option counts by its name and its value', () => {
    const keys = [{ 'shm-size': '1' }, { 'shm-size': '2' }, { ulimits: '1' }].map((bake) =>
      JSON.stringify(keysOf([work(withBake(bake))], WORLD)),
    )
    expect(new Set(keys).size).toBe(3)
  })

  test('a step that moves to another stage is a change', () => {
    const text = (first: string, second: string): World => ({
      fragments: {
        'core-cpu.Dockerfile': `ARG PARENT\nFROM \${PARENT} AS one\nRUN a\n${first}FROM \${PARENT} AS two\n${second}RUN c\nFROM \${PARENT}\nCOPY --from=one / /\nCOPY --from=two / /\n`,
      },
    })
    const item = workOf(['base ubuntu', 'core cpu'])
    expect(keysOf([item], text('RUN b\n', ''))).not.toEqual(keysOf([item], text('', 'RUN b\n')))
  })

  test('the same argument behind the last step counts there alone', () => {
    const world = (later: string): World => ({
      fragments: {
        'core-cpu.Dockerfile': `ARG A=1\nRUN echo $A\nARG A=${later}\n`,
        'app-serve.Dockerfile': 'RUN echo $A\n',
      },
    })
    const item = workOf(['base ubuntu', 'core cpu', 'app serve'])
    const [before, after] = ['2', '3'].map((later) => keysOf([item], world(later))[0])
    expect(changedLayers(before, after)).toEqual(['app'])
  })
})

describe('layerContent', () => {
  const core = work().layers[2] ?? ({} as never)
  const content = contentOf(WORLD, core)

  test('counts the steps that run, those of auxiliary stages included', () => {
    expect([content.steps, content.stepsBy]).toEqual([7, { COPY: 4, RUN: 2, ADD: 1 }])
    expect(content.auxiliary).toBe(true)
  })

  test('names what decides them, never a value', () => {
    expect(content.inputs.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'fragment core-cpu.Dockerfile',
      'argument GO',
      'argument PYTHON',
      'image golang:$GO',
      'image alpine',
      'files tools',
      'files requirements.txt',
      'files config',
      'files shared:lib',
      'remote https://example.com/model.bin',
    ])
    for (const { digest } of content.inputs) expect(digest).toMatch(/^[0-9a-f]{16}$/)
  })

  test('tells what no key can cover, without the query, which may hold a token', () => {
    expect(content.unpinned).toEqual(['core-cpu.Dockerfile:16 ADD https://example.com/model.bin'])
  })

  test('a context that is no folder counts by its source', () => {
    const layer = { ...core, contexts: { shared: 'docker-image://alpine:3' } }
    const other = { ...core, contexts: { shared: 'docker-image://alpine:4' } }
    const [one, two] = [layer, other].map((each) => contentOf(WORLD, each))
    expect(one?.inputs).toContainEqual(expect.objectContaining({ kind: 'context', name: 'shared:lib' }))
    expect(one?.digest).not.toBe(two?.digest)
  })

  test('without a fragment, or without steps, decides nothing', () => {
    const { fragment: _, ...bare } = core
    for (const layer of [bare, work().layers[3] ?? core]) {
      expect(contentOf(WORLD, layer)).toMatchObject({
        steps: 0,
        stepsBy: {},
        inputs: [],
        auxiliary: false,
        unpinned: [],
      })
    }
  })

  test.each([
    ['a label', edit('a=1', 'a=2')],
    ['a command', edit('["python"]', '["bash"]')],
    ['a setting behind the last step', edit('LANG=C', 'LANG=D')],
    ['a step', edit('pip install', 'pip3 install')],
    ['a file', withFile('requirements.txt', 'torch')],
  ])('tells images apart by %s', (_, world) => {
    expect(contentOf(world, core).image).not.toBe(content.image)
  })
})
