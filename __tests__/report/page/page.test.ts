import { describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { unpack } from '../../../src/report/page/model/unpack.ts'
import { renderPage } from '../../../src/report/page/page.ts'
import type { Packed } from '../../../src/report/page/pack.ts'
import { hostileRunReport, sampleRunReport } from '../../support/run-report/run-report.ts'
import { anyText, HOSTILE } from '../hostile.ts'

const DATA = /(<script type="application\/json" id="data">)(.*)(<\/script>)/

/** The page without its data, and the data. */
const split = (page: string): { readonly frame: string; readonly data: string } => ({
  frame: page.replace(DATA, '$1$3'),
  data: DATA.exec(page)?.[2] ?? '',
})

const TAME = split(renderPage(sampleRunReport()))

const hostileTexts = [
  ...Object.values(HOSTILE),
  '</script><script>alert(1)</script>',
  '<!--<script>',
  ']]>',
  '\u2028\u2029',
]

describe('renderPage', () => {
  test.each(hostileTexts)('is the same page whatever names are like: %j', (text) => {
    const { frame, data } = split(renderPage(hostileRunReport(text)))
    expect(frame).toBe(TAME.frame)
    expect(data).not.toMatch(/[<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  })

  test('holds the report as it is, and nothing of it outside the data', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const report = hostileRunReport(text)
        const { frame, data } = split(renderPage(report))
        expect(frame).toBe(TAME.frame)
        expect(data).not.toMatch(/[<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        expect(unpack(JSON.parse(data) as Packed)).toStrictEqual(JSON.parse(JSON.stringify(report)))
      }),
      { numRuns: 60 },
    )
  })

  test('allows its own script and style by their hashes, and nothing else', () => {
    const { frame } = TAME
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(frame)?.[1] ?? ''
    const hashOf = (text = ''): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    const script = /<script type="module">([\s\S]*?)<\/script>/.exec(frame)?.[1]
    const style = /<style>([\s\S]*?)<\/style>/.exec(frame)?.[1]
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(style)}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ])
    expect(frame.indexOf('Content-Security-Policy')).toBeLessThan(frame.indexOf('<style>'))
  })

  test('same report, same bytes', () => {
    expect(renderPage(sampleRunReport())).toBe(renderPage(sampleRunReport()))
  })
})
