import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SUMMARY_LIMIT_BYTES } from '../../src/report/document.ts'
import type { Results, StepReport, WorkItemResult } from '../../src/report/results.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { expectGolden } from './golden.ts'
import { anyText, HOSTILE, pipesByRow, withoutCode } from './hostile.ts'
import { sampleItem, sampleResults, sampleStep } from './samples.ts'

const REPOSITORY = 'ghcr.io/acme/llm-factory'
const CACHE = 'ghcr.io/acme/llm-factory-cache'

const security = (changes: Partial<StepReport> = {}): StepReport =>
  sampleStep({
    layer: 'security',
    variant: '1.0.0',
    file: 'fragments/security/1.0.0.Dockerfile',
    line: 2,
    text: 'RUN apt-get update && apt-get upgrade -y',
    ...changes,
  })

const app = (changes: Partial<StepReport> = {}): StepReport =>
  sampleStep({
    layer: 'app',
    variant: 'serve',
    file: 'apps/serve/Dockerfile',
    line: 3,
    text: 'COPY --from=src . /app',
    ...changes,
  })

const built = (manifestId: string, platform: string, steps: readonly StepReport[]): WorkItemResult => {
  const ref = `${CACHE}:${manifestId}-${platform.replaceAll('/', '-')}`
  return sampleItem({
    manifestId,
    platform,
    steps,
    images: [`${REPOSITORY}:${manifestId}-${platform.replaceAll('/', '-')}`],
    digest: `sha256:${'0a1b2c3d'.repeat(8)}`,
    cacheFrom: [{ ref }],
    cacheTo: steps.every(({ outcome }) => outcome === 'hit') ? [] : [{ ref, written: true }],
  })
}

const CUDA_ERROR = {
  message: 'process "/bin/sh -c pip install torch==2.9.1+cu126" did not complete successfully: exit code: 1',
  file: 'fragments/core/cuda.Dockerfile',
  line: 12,
  logTail: [
    'Looking in indexes: https://pypi.example/simple',
    '\u001b[31mERROR: Could not find a version that satisfies the requirement torch==2.9.1+cu126\u001b[0m',
    'ERROR: No matching distribution found for torch==2.9.1+cu126',
  ],
}

const failedCuda = (manifestId: string): WorkItemResult => {
  const cuda = { variant: '0.2.0-cuda', file: CUDA_ERROR.file, line: 12, text: 'RUN pip install torch==${TORCH}' }
  const steps = [
    security(),
    sampleStep({ ...cuda, outcome: 'failed', execMs: 8_120, vertex: 'sha256:cuda' }),
    app({ outcome: 'skipped' }),
  ]
  return sampleItem({
    manifestId,
    platform: 'linux/arm64',
    status: 'failed',
    steps,
    durationMs: 9_800,
    error: CUDA_ERROR,
    cacheFrom: [{ ref: `${CACHE}:${manifestId}-linux-arm64`, error: 'not found' }],
  })
}

const MIXED = sampleResults({
  leg: 'batch-1-linux-amd64',
  items: [
    built('llm_factory', 'linux/amd64', [security(), sampleStep(), app()]),
    built('core_only', 'linux/amd64', [security(), sampleStep()]),
    {
      ...built('train', 'linux/amd64', [
        security(),
        sampleStep({ outcome: 'run', execMs: 61_000, vertex: 'sha256:1' }),
        app({ variant: 'train', outcome: 'run', execMs: 340, vertex: 'sha256:2' }),
      ]),
      aliases: ['train_latest'],
      cacheTo: [
        {
          ref: `${CACHE}:train-linux-amd64`,
          written: false,
          error: '403 Forbidden: denied: permission_denied: write_package',
        },
      ],
    },
    built('train', 'linux/arm64', [
      security(),
      sampleStep({ outcome: 'run', execMs: 61_000, vertex: 'sha256:1' }),
      app({ variant: 'train', outcome: 'run', execMs: 410, vertex: 'sha256:3' }),
    ]),
    failedCuda('llm_factory_cuda'),
    failedCuda('train_cuda'),
  ],
  excluded: [
    {
      manifestId: 'serve-cuda-debian',
      reason: 'needs a CUDA base',
      place: { file: 'strata.yaml', line: 41, column: 5 },
    },
    {
      manifestId: 'serve-cuda-ubuntu',
      platform: 'linux/arm64',
      reason: 'core 0.2.0-cuda requires base "cuda-*"',
      place: { file: 'strata.yaml', line: 23, column: 7 },
    },
  ],
  stepsRun: 5,
})

const WARM = sampleResults({
  items: ['serve', 'train'].map((id) => built(id, 'linux/amd64', [security(), sampleStep(), app({ variant: id })])),
  cache: {
    strategy: 'manifest',
    access: { read: true, write: false, reason: 'a pull request from a fork only reads' },
  },
  finishedAt: '2026-11-22T15:40:03.210Z',
})

/** A wave leg: what stands for its prefixes has no image. */
const WAVE = sampleResults({
  leg: 'wave-1-linux-amd64-1',
  kind: 'wave',
  cache: { strategy: 'layer', access: { read: true, write: true, reason: 'push on the default branch main' } },
  items: ['core-0.1.0-3f9c0a1b', 'core-0.2.0-1c2d3e4f', 'core-0.2.0-cuda-5a6b7c8d'].map((manifestId) => {
    const steps = [security(), sampleStep({ outcome: 'run', execMs: 61_000, vertex: `sha256:${manifestId}` })]
    return sampleItem({ manifestId, steps, cacheTo: [{ ref: `${CACHE}:${manifestId}`, written: true }] })
  }),
})

const lost = (layer: string, variant: string, written: boolean): Results['disagreed']['refs'][number] => ({
  ...{ ref: `${CACHE}:${layer}-linux-amd64-3f9c0a1b2c3d4e5f`, layer, variant, written },
})

const DISAGREED = sampleResults({
  cache: WAVE.cache,
  items: [
    built('serve', 'linux/amd64', [
      security({ outcome: 'run', execMs: 5_000, vertex: 'sha256:1' }),
      sampleStep({ outcome: 'run', execMs: 61_000, vertex: 'sha256:2' }),
    ]),
  ],
  disagreed: { steps: 2, refs: [lost('security', '1.0.0', true), lost('core', '0.1.0', true)] },
})

const hostileItem = (text: string): WorkItemResult =>
  sampleItem({
    manifestId: text,
    aliases: [text],
    platform: text,
    status: 'failed',
    images: [text],
    digest: text,
    steps: [sampleStep({ layer: text, variant: text, file: text, text, outcome: 'failed' })],
    cacheFrom: [{ ref: text, error: text }],
    cacheTo: [{ ref: `${text}2`, written: false, error: text }],
    error: { message: text, file: text, line: 3, logTail: [text] },
  })

const hostileResults = (text: string): Results =>
  sampleResults({
    name: text,
    leg: text,
    factory: text,
    builder: { name: text, driver: text, buildkit: text, buildx: text },
    cache: { strategy: text, access: { read: true, write: false, reason: text } },
    disagreed: { steps: 1, refs: [{ ref: text, layer: text, variant: text, written: false }] },
    items: [hostileItem(text)],
    excluded: [{ manifestId: text, platform: text, reason: text, place: { file: text, line: 1, column: 1 } }],
  })

const SHAPE = pipesByRow(renderSummary(hostileResults('tame')))

describe('renderSummary', () => {
  test('reads as the golden files do', () => {
    expectGolden(renderSummary(MIXED), 'summary-mixed.md')
    expectGolden(renderSummary(WARM), 'summary-warm.md')
    expectGolden(renderSummary(WAVE), 'summary-wave.md')
    expectGolden(renderSummary(DISAGREED), 'summary-disagreed.md')
    expectGolden(renderSummary(sampleResults({ items: [], stepsRun: 0 })), 'summary-nothing.md')
    expectGolden(
      Object.values(HOSTILE)
        .map((text) => renderSummary(hostileResults(text)))
        .join('\n'),
      'summary-hostile.md',
    )
  })

  test.each<[string, Partial<Results>, string]>([
    ['a wave of one', { items: WAVE.items.slice(0, 1) }, '## ✅ llm-factory: 1 prefix built'],
    ['a wave that failed', { items: [failedCuda('a'), ...WAVE.items] }, '## ❌ llm-factory: 1 of 4 prefixes failed'],
    [
      'a wave that was stopped',
      { items: [sampleItem({ status: 'canceled' }), ...WAVE.items] },
      '## 🚫 llm-factory: 1 of 4 prefixes canceled',
    ],
    ['a leg that is no wave', { kind: 'build' }, '## ✅ llm-factory: 3 work items built'],
  ])('says what was built: %s', (_, changes, headline) => {
    const markdown = renderSummary({ ...WAVE, ...changes })
    expect(markdown.split('\n')[0]).toBe(headline)
    expect(markdown).toContain(
      changes.kind === 'build' ? '### Work items\n\n| Work item |' : '### Prefixes\n\n| Prefix |',
    )
  })

  test.each(Object.entries(HOSTILE))('keeps its shape with a hostile name: %s', (_, text) => {
    const markdown = renderSummary(hostileResults(text))
    expect(pipesByRow(markdown)).toEqual(SHAPE)
    expect(markdown).not.toMatch(/^\s*::/m)
    expect(markdown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
    expect(withoutCode(markdown)).not.toMatch(/<img|@octocat|\]\(|:\/\/|www\.|\$\\/)
  })

  test('no text whatever breaks a table or starts a workflow command', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const markdown = renderSummary(hostileResults(value))
        expect(pipesByRow(markdown)).toEqual(SHAPE)
        expect(markdown).not.toMatch(/^\s*::/m)
        expect(markdown).not.toContain('##[')
      }),
      { numRuns: 300 },
    )
  })

  test('stays below the limit with 10,000 work items, and failures still lead', () => {
    const items = Array.from({ length: 10_000 }, (_, index) =>
      index % 1_000 === 999
        ? failedCuda(`item_${index}`)
        : built(`item_${index}`, 'linux/amd64', [security(), sampleStep()]),
    )
    const markdown = renderSummary(sampleResults({ items, excluded: MIXED.excluded }))
    const rows = markdown.split('\n').filter((line) => line.startsWith('| `item_'))
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES)
    expect(Buffer.byteLength(markdown)).toBeGreaterThan(SUMMARY_LIMIT_BYTES * 0.9)
    expect(rows.slice(0, 10).every((row) => row.includes('❌'))).toBe(true)
    expect(markdown).toContain('## ❌ llm-factory: 10 of 10,000 work items failed')
    expect(markdown).toMatch(/… [\d,]+ more entries left out/)
    expect(markdown.match(/<details>/g)).toHaveLength(markdown.match(/<\/details>/g)?.length ?? 0)
  })

  test('stays below the limit when every work item fails for a reason of its own, with long logs', () => {
    const logTail = Array.from({ length: 200 }, () => '\u202e'.repeat(5_000))
    const items = Array.from({ length: 300 }, (_, index) =>
      sampleItem({ manifestId: `item_${index}`, status: 'failed', error: { message: `reason ${index}`, logTail } }),
    )
    const markdown = renderSummary(sampleResults({ items }))
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES)
    expect(markdown).toContain('reason 0')
    expect(markdown).toContain('| `item_299` |')
  })
})
