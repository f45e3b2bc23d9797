import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SUMMARY_LIMIT_BYTES } from '../../../src/report/document.ts'
import type { RunReport } from '../../../src/report/run-report.ts'
import { costsMoreThanItSaves } from '../../../src/report/run-summary/cache-sections.ts'
import { renderRunSummary } from '../../../src/report/run-summary/run-summary.ts'
import { renderTimeline } from '../../../src/report/run-summary/timeline.ts'
import { renderSparkline } from '../../../src/report/run-summary/trend-section.ts'
import { diagramsOf, parseGantt, parseMermaid } from '../../support/mermaid.ts'
import { FIRST, sampleShape } from '../../support/run-records.ts'
import { expectGolden } from '../golden.ts'
import { anyText, HOSTILE, pipesByRow, withoutCode } from '../hostile.ts'
import { hostileReport, largeReport, mixedReport, reportOf } from '../run-samples.ts'

const withoutDiagrams = (markdown: string): string => markdown.replaceAll(/^```mermaid\n[\s\S]*?\n```$/gm, '')

const shapeOf = (markdown: string): readonly number[] => pipesByRow(withoutDiagrams(markdown))

const SHAPE = shapeOf(renderRunSummary(hostileReport('tame')))

describe('renderRunSummary', () => {
  test('reads as the golden files do', () => {
    expectGolden(renderRunSummary(mixedReport()), 'run-mixed.md')
    expectGolden(renderRunSummary(reportOf()), 'run-warm.md')
    expectGolden(renderRunSummary(reportOf({ cold: FIRST })), 'run-first.md')
    expectGolden(
      Object.values(HOSTILE)
        .map((text) => renderRunSummary(hostileReport(text)))
        .join('\n'),
      'run-hostile.md',
    )
  })

  test.each(Object.entries(HOSTILE))('keeps its shape with a hostile name: %s', (_, text) => {
    const markdown = renderRunSummary(hostileReport(text))
    expect(shapeOf(markdown)).toEqual(SHAPE)
    expect(markdown).not.toMatch(/^\s*::/m)
    expect(markdown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
    expect(withoutCode(withoutDiagrams(markdown))).not.toMatch(/<img|@octocat|\]\(|:\/\/|www\.|\$\\/)
  })

  test('no text whatever breaks a table, starts a workflow command or ends a diagram', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const markdown = renderRunSummary(hostileReport(value))
        expect(shapeOf(markdown)).toEqual(SHAPE)
        expect(markdown).not.toMatch(/^\s*::/m)
        expect(markdown).not.toContain('##[')
        expect(diagramsOf(markdown)).toHaveLength(2)
      }),
      { numRuns: 300 },
    )
  })

  test('stays below the limit with 10,000 work items, and leads with what matters', () => {
    const report = largeReport()
    const markdown = renderRunSummary(report)
    expect(report.items).toHaveLength(10_000)
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES)
    expect(markdown.startsWith('## ✅ llm-factory: 10,000 work items built\n')).toBe(true)
    const headings = [...markdown.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual([
      'From cache',
      'Why steps ran',
      'Slowest steps',
      'Pools',
      'Does the cache pay?',
      'Work items',
    ])
    expect(markdown).toMatch(/… [\d,]+ more entries left out/)
    expect(markdown.match(/<details>/g)).toHaveLength(markdown.match(/<\/details>/g)?.length ?? 0)
  })

  test('names jobs that were skipped only where legs are missing', () => {
    const report: RunReport = { ...reportOf(), jobs: [{ name: 'wave-2', result: 'skipped' }] }
    expect(renderRunSummary(report)).not.toContain('wave-2')
    const [leg] = report.legs
    if (leg === undefined) throw new Error('there is no leg')
    const missing = { ...report, legs: [{ ...leg, status: 'missing' as const }] }
    expect(renderRunSummary(missing)).toContain('GitHub says: job `wave-2` was skipped.')
  })
})

describe('diagrams', () => {
  test('show the tree with what became of each prefix', async () => {
    const [tree = ''] = diagramsOf(renderRunSummary(mixedReport()))
    const { boxes } = await parseMermaid(tree)
    const texts = boxes.map(({ text, classes }) => `${text} ${classes.join()}`)
    expect(texts).toContain('core 0.1.0<br>3 steps · ran ran')
    expect(texts).toContain('core 0.0.0<br>3 steps · cached cached')
    expect(texts).toContain('app app-1<br>3 steps · failed<br>1 work item failed')
    expect(texts).toContain('app app-2<br>3 steps · ran<br>1 work item ran')
  })

  test('show when the legs ran, with their longest steps', async () => {
    const { tasks, sections } = await parseGantt(diagramsOf(renderTimeline(mixedReport()))[0] ?? '')
    expect(sections).toHaveLength(5)
    expect(tasks.filter(({ text }) => text.startsWith('leg '))).toHaveLength(5)
    expect(tasks.every(({ start, end }) => end > start)).toBe(true)
    expect(tasks.map(({ text }) => text)).toContain('· core/0.1.0 RUN pip install --no-cache-dir torch')
  })

  test('show only legs where there are many, by pool', async () => {
    const report = reportOf({ legs: 8, cores: 4, apps: 4 })
    const { tasks, sections } = await parseGantt(diagramsOf(renderTimeline(report))[0] ?? '')
    expect(sections).toEqual(['pool linux/amd64', 'pool linux/arm64'])
    expect(tasks).toHaveLength(18)
  })

  test('are small enough for GitHub with as many legs as a matrix can have', async () => {
    const chart = diagramsOf(renderTimeline(reportOf({ legs: 128, cores: 16, apps: 16, wave: false })))[0] ?? ''
    expect(chart.length).toBeLessThan(50_000)
    expect((await parseGantt(chart)).tasks).toHaveLength(100)
  })

  test.each(
    Object.entries({ ...HOSTILE, section: 'x\n section evil', click: 'a\nclick l0 href "javascript:alert(1)"' }),
  )('are the same with a hostile name: %s', async (_, text) => {
    const [tree = '', timeline = ''] = diagramsOf(renderRunSummary(hostileReport(text)))
    expect((await parseMermaid(tree)).boxes).toHaveLength(1)
    const { tasks, sections } = await parseGantt(timeline)
    expect([tasks.length, sections.length]).toEqual([4, 2])
  })

  test('are the same with any name', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const { tasks, sections } = await parseGantt(diagramsOf(renderTimeline(hostileReport(text)))[0] ?? '')
        expect([tasks.length, sections.length]).toEqual([4, 2])
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})

describe('renderSparkline', () => {
  test.each([
    { values: [0, 1], range: [0, 1], line: '▁█' },
    { values: [0, 0.5, 1], range: [0, 1], line: '▁▅█' },
    { values: [3, 3], range: undefined, line: '▅▅' },
    { values: [10, 20, 30], range: undefined, line: '▁▅█' },
    { values: [], range: undefined, line: '' },
  ] as const)('$values is $line', ({ values, range, line }) => {
    expect(renderSparkline(values, range)).toBe(line)
  })
})

describe('costsMoreThanItSaves', () => {
  const report = reportOf({ ...sampleShape(), cold: FIRST })
  const pay = { layer: 'core', loadMs: 0, exportMs: 0, savedMs: 0, addedBytes: 0 }

  test.each([
    { name: 'what was cheap to write', changes: { exportMs: 2_000 }, expected: false },
    { name: 'what took longer to load than to run', changes: { loadMs: 1e9, savedMs: 10 }, expected: true },
    { name: 'next to nothing', changes: { layer: 'none', loadMs: 500 }, expected: false },
  ])('$name: $expected', ({ changes, expected }) => {
    expect(costsMoreThanItSaves({ ...pay, ...changes }, report)).toBe(expected)
  })
})
