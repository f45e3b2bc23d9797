import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readText } from '../../script/documents.ts'
import { LINT_RULES, type LintLevels } from '../../src/factory/lint-levels.ts'
import { expandFactory } from '../../src/factory/expand.ts'
import { parseFragment } from '../../src/fragment/parse.ts'
import type { Finding } from '../../src/lint/finding.ts'
import { lint, orderFindings } from '../../src/lint/lint.ts'
import { RULES } from '../../src/lint/rules/rules.ts'
import { stackOf } from '../../src/lint/stack.ts'
import { InputError } from '../../src/problem.ts'
import { readExample } from '../support/examples.ts'
import { contextOf, readCorpus, surroundingsOf } from './corpus.ts'

const byPlace = <T extends { readonly rule: string; readonly line: number; readonly columns: readonly number[] }>(
  all: readonly T[],
): readonly T[] =>
  all.toSorted((a, b) => a.line - b.line || (a.columns[0] ?? 0) - (b.columns[0] ?? 0) || (a.rule < b.rule ? -1 : 1))

/** Lints a fragment that stands alone on its parent. */
const lintText = (text: string, levels: readonly LintLevels[] = []): readonly Finding[] =>
  lint(parseFragment('a.Dockerfile', text), surroundingsOf({ top: true }), levels)

const rulesIn = (text: string, levels: readonly LintLevels[] = []): readonly string[] =>
  lintText(text, levels).map(({ rule, place }) => `${rule} ${place.line}`)

describe('the corpus', () => {
  const good = readCorpus('good', 'settings.yaml')
  const bad = readCorpus('bad', 'expected.yaml')

  test('is as large as it has to be, and has every rule', () => {
    expect(good).toHaveLength(20)
    expect(bad.length).toBeGreaterThanOrEqual(40)
    const planted = new Set(bad.flatMap(({ settings }) => (settings.findings ?? []).map(({ rule }) => rule)))
    expect([...planted].sort()).toEqual(RULES.map(({ id }) => id).sort())
  })

  test.each(good.map((sample) => [sample.name, sample] as const))('%s is well written', (_, { fragment, settings }) => {
    expect(lint(fragment, surroundingsOf(settings))).toEqual([])
  })

  test.each(bad.map((sample) => [sample.name, sample] as const))('%s has its faults', (_, { fragment, settings }) => {
    const found = lint(fragment, surroundingsOf(settings)).map(({ rule, place, endColumn }) => ({
      ...{ rule, line: place.line },
      columns: [place.column, endColumn ?? 0],
    }))
    expect(byPlace(found)).toEqual(byPlace(settings.findings ?? []))
  })

  test('says nothing of the fragments of the examples', () => {
    const files = ['examples/minimal/strata.yaml', 'examples/llm-factory/strata.yaml']
    const found = files.flatMap((file) => {
      const { items } = expandFactory(readExample(file))
      const layers = [...new Set(items.flatMap((item) => item.layers.map(({ layer }) => layer)))]
      const used = new Map(items.flatMap((item) => item.layers.map((layer) => [layer.fragment ?? '', layer] as const)))
      const fragments = new Map(
        [...used].flatMap(([path, { contexts }]) =>
          path === ''
            ? []
            : [[path, parseFragment(path, readText(path), { layers, contexts: Object.keys(contexts) })] as const],
        ),
      )
      const stacks = [...stackOf(items, fragments)]
      expect(stacks.length).toBeGreaterThan(1)
      return stacks.flatMap(([path, { platforms, top, stepsBelow }]) => {
        const fragment = fragments.get(path)
        const around = {
          platforms: [...platforms],
          top,
          stepsBelow,
          namesBelow: [],
          context: contextOf({}),
        }
        return fragment === undefined ? [] : lint(fragment, around)
      })
    })
    expect(found).toEqual([])
  })
})

/** True and false cases that are too small for a fragment of their own in the corpus: text of a stage, what is found. */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  // secret-in-argument
  ['ENV GITHUB_TOKEN=', []],
  ['ENV TOKEN_FILE=/run/token\nENV MAX_TOKENS=10', []],
  ['ARG SSH_PRIVATE_KEY', ['secret-in-argument 1']],
  ['ENV API_KEY="abc"', ['secret-in-argument 1']],
  // stale-package-index
  ['RUN apt-get -o Acquire::Retries=3 install -y git && rm -rf /var/lib/apt/lists/*', ['stale-package-index 1']],
  ['RUN --mount=type=cache,target=/var/lib/apt apt-get install -y git', []],
  ['RUN apt-get update; rm -rf /var/lib/apt/lists/*\nRUN apt-get install -y git', ['stale-package-index 2']],
  ['RUN apk add --no-cache git', []],
  ['RUN apk -U add git && rm -rf /var/cache/apk', []],
  ['RUN echo "apt-get install nothing"', []],
  // unpinned-download
  ['RUN curl -fsSL https://example.com/a-1.2.3.tgz | tar xz', []],
  ['RUN curl -fsSL https://example.com/${VERSION}/a.tgz | tar xz', []],
  ['RUN curl -fsSL https://example.com/${TARGETARCH}/a.tgz | tar xz', ['unpinned-download 1']],
  ['RUN curl -fsSL https://apt.example.com/key.asc -o /etc/apt/keyrings/example.asc', []],
  ['RUN curl -X POST -d ok https://example.com/hook', []],
  ['RUN wget --spider https://example.com/health', []],
  ['RUN curl http://localhost:8080/health && curl http://proxy/ok', []],
  ['RUN echo https://example.com/install.sh', []],
  ['RUN git clone https://github.com/acme/a.git && cd a && git checkout v1.2', []],
  ['RUN git clone https://github.com/acme/a.git && cd a && git checkout main', ['unpinned-download 1']],
  ['RUN npx create-thing@latest', ['unpinned-download 1']],
  ['RUN npx create-thing@4.1.0', []],
  ['RUN python3 -c "print(1)" && x=$(curl -s https://example.com/latest)', ['unpinned-download 1']],
  // latest-image
  ['COPY --from=busybox:1.37 /bin/sh /x', []],
  // copy-all-early
  ['COPY . /src\nRUN make', []],
  ['COPY . /src\nRUN ./gradlew dependencies', ['copy-all-early 1']],
  ['COPY --from=alpine:3.22 / /src\nRUN npm ci', []],
  // changing-argument
  ['ARG GIT_SHA\nLABEL sha=$GIT_SHA', []],
  ['ARG ZSTD_COMMIT=f8745da6ff1ad1e7bab384bd1f9d742439278e99\nRUN make', []],
  ['ARG CACHEBUST\nRUN make', ['changing-argument 1']],
  // early-argument
  ['ARG PORT=1\nRUN make\nENV PORT=$PORT', ['early-argument 1']],
  ['ARG HTTP_PROXY\nRUN make', []],
  ['ARG TARGETARCH\nRUN make\nRUN echo $TARGETARCH', []],
  // package-leftovers, pip-leftovers
  ['RUN microdnf install -y gcc && microdnf clean all', []],
  ['RUN apk add git', ['package-leftovers 1']],
  ['RUN python3 -m pip --no-cache-dir install flask', []],
  ['ENV PIP_NO_CACHE_DIR=1\nRUN pip install flask', []],
  ['RUN pip wheel flask', []],
  // hard-coded-architecture
  ['RUN test "$(uname -m)" != x86_64 || wget https://example.com/1.0/a-x86_64.tgz', []],
  ['RUN wget https://example.com/1.0/armhf/a.tgz', ['hard-coded-architecture 1']],
]

describe('a stage', () => {
  test.each(CASES)('%j has %j', (text, expected) => {
    expect(rulesIn(text)).toEqual(expected)
  })

  test.each([
    ['RUN curl https://example.com/1.0/a-amd64.tgz', ['linux/amd64'], []],
    ['RUN curl https://example.com/1.0/a-amd64.tgz', ['linux/amd64', 'linux/arm64'], ['hard-coded-architecture']],
  ] as const)('%s for %j has %j', (text, platforms, expected) => {
    const around = { ...surroundingsOf({ top: true }), platforms }
    expect(lint(parseFragment('a', text), around).map(({ rule }) => rule)).toEqual(expected)
  })

  test('that stands on many steps is told at the step that is one too many', () => {
    const around = { ...surroundingsOf({ top: true }), stepsBelow: 39 }
    const run = (text: string) => lint(parseFragment('a', text), around).map(({ place }) => place.line)
    expect(run('RUN a\nRUN b\nRUN c')).toEqual([2])
    expect(run('RUN a')).toEqual([])
  })
})

describe('a context', () => {
  const rules = (text: string, files: Readonly<Record<string, string>>, namesBelow: readonly string[] = []) =>
    lint(parseFragment('a', text), {
      ...surroundingsOf({ top: true, context: files }),
      namesBelow: [new Set(namesBelow)],
    }).map(({ rule }) => rule)
  const found = ['context-not-copied']

  test.each([
    ['RUN sh setup.sh', { 'setup.sh': '' }, found],
    ['RUN sh setup.sh', {}, []],
    ['COPY setup.sh .\nRUN sh setup.sh', { 'setup.sh': '' }, []],
    ['RUN --mount=type=bind,target=. sh setup.sh', { 'setup.sh': '' }, []],
    ['RUN tar xf /src.tar && sh setup.sh', { 'setup.sh': '' }, []],
    ['RUN echo ls > setup.sh\nRUN sh setup.sh', { 'setup.sh': '' }, []],
    ['COPY --from=alpine:3.22 /x/ .\nRUN sh setup.sh', { 'setup.sh': '' }, []],
    ['RUN python3 tools/gen.py', { 'tools/gen.py': '' }, found],
    ['RUN python3 -m tools', { tools: '' }, []],
    ['COPY bin/a.sh /a.sh', { 'bin/a.sh': '# sh b.sh\n', 'bin/b.sh': '' }, []],
    ['COPY bin/a.sh /a.sh', { 'bin/a.sh': 'if true; then ./b.sh; fi\n', 'bin/b.sh': '' }, found],
    ['COPY bin/ /bin/', { 'bin/a.sh': './b.sh\n', 'bin/b.sh': '' }, []],
  ])('%s with %j has %j', (text, files, expected) => {
    expect(rules(text, files)).toEqual(expected)
  })

  test('may have come in with a layer below', () => {
    expect(rules('RUN sh setup.sh', { 'setup.sh': '' }, ['setup.sh'])).toEqual([])
  })
})

describe('silence', () => {
  const FAULT = 'RUN curl https://example.com/a | sh'

  test.each([
    ['above', `# strata: ignore=unpinned-download they serve one file only\n${FAULT}`, []],
    ['above other comments', `# strata: ignore=unpinned-download\n# fetches a\n${FAULT}`, []],
    ['within', 'RUN set -e; \\\n  # strata: ignore=unpinned-download\n  curl https://example.com/a | sh', []],
    ['for several rules', `#strata: ignore=latest-image, UNPINNED-DOWNLOAD\n${FAULT}`, []],
    ['for the whole file', `${FAULT}\nRUN true\n# strata: ignore-file=unpinned-download\n${FAULT}`, []],
    ['of another rule', `# strata: ignore=latest-image\n${FAULT}`, ['unpinned-download 2']],
    ['of another instruction', `# strata: ignore=unpinned-download\nRUN true\n${FAULT}`, ['unpinned-download 3']],
    ['that is only spoken of', `# strata ignore unpinned-download\n${FAULT}`, ['unpinned-download 2']],
  ])('%s', (_, text, expected) => {
    expect(rulesIn(text)).toEqual(expected)
  })
})

describe('levels', () => {
  const TEXT = 'ARG NPM_TOKEN\nRUN curl https://example.com/a | sh'
  const levels = (...sources: readonly LintLevels[]) =>
    lintText(TEXT, sources).map(({ rule, level }) => `${level} ${rule}`)

  test.each<{ sources: readonly LintLevels[]; expected: readonly string[] }>([
    { sources: [], expected: ['warn secret-in-argument', 'warn unpinned-download'] },
    { sources: [{ all: 'off', rules: {} }], expected: [] },
    {
      sources: [{ rules: { 'unpinned-download': 'error', 'secret-in-argument': 'warn' } }],
      expected: ['error unpinned-download', 'warn secret-in-argument'],
    },
    {
      sources: [{ all: 'off', rules: { 'unpinned-download': 'error' } }, { rules: { 'secret-in-argument': 'warn' } }],
      expected: ['error unpinned-download', 'warn secret-in-argument'],
    },
    { sources: [{ rules: { 'unpinned-download': 'error' } }, { all: 'off', rules: {} }], expected: [] },
  ])('$sources', ({ sources, expected }) => {
    expect(levels(...sources)).toEqual(expected)
  })
})

test('rules are those that can be given a level, but for what BuildKit checks', () => {
  expect(['buildkit-check', ...RULES.map(({ id }) => id)].sort()).toEqual(LINT_RULES.map(({ id }) => id).sort())
})

test('findings are told once, whatever their order', () => {
  const findings = lintText('RUN curl https://example.com/a\nRUN curl https://example.com/b\nARG A_TOKEN')
  expect(findings).toHaveLength(3)
  expect(orderFindings([...findings, ...findings].toReversed())).toEqual(findings)
})

/** Pieces that shells and Dockerfiles are made of, in an order that makes no sense. */
const PIECES = [
  ...['RUN ', 'ARG ', 'ENV ', 'COPY ', 'ADD ', 'FROM ', '--mount=type=bind,source=', '--from=', '${PARENT}', '.', '/'],
  ...[
    '\\\n',
    '\n',
    '"',
    "'",
    '`',
    '$(',
    '${',
    ')',
    '}',
    '<<EOF',
    'EOF\n',
    '<',
    '>',
    '&&',
    '|',
    ';',
    '#',
    '[',
    ']',
    ',',
    '=',
  ],
  ...[
    'curl ',
    'https://x.example/a',
    'git clone ',
    'pip install -r ',
    'sh -c ',
    'apt-get ',
    'update ',
    'GIT_SHA',
    'TOKEN',
  ],
]

test('names and scripts may be long', () => {
  const name = 'GIT_'.repeat(20_000)
  expect(rulesIn(`ARG ${name}\nRUN a\nRUN echo $${name}`)).toEqual(['early-argument 1'])
  const script = 'sh a.sh; curl https://example.com/a\n'.repeat(2_000)
  expect(lintText(`RUN <<END\n${script}END`)).toHaveLength(2_000)
})

test('whatever a fragment says, the linter has an answer', () => {
  let read = 0
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 40 }), (pieces) => {
      const lines = `RUN ${pieces.join('')}`
      try {
        const fragment = parseFragment('a', lines)
        read += 1
        for (const { place, endColumn = 1 } of lint(fragment, surroundingsOf({}))) {
          const line = fragment.lines[place.line - 1]
          expect(line).toBeDefined()
          expect(endColumn).toBeLessThanOrEqual(Math.max(1, line?.length ?? 0))
        }
      } catch (error) {
        // What is no fragment is refused before anybody lints it.
        if (!(error instanceof InputError)) throw error
      }
    }),
    { numRuns: 500 },
  )
  expect(read).toBeGreaterThan(50)
})
