import type { Page } from 'puppeteer-core'
import { findChromium, startBrowser } from '../__tests__/support/browser.ts'
import { growRunReport } from '../__tests__/support/run-report/run-report.ts'
import { renderPage } from '../src/report/page/page.ts'
import { median } from './median.ts'
import type { BenchResult } from './run.ts'

const ROUNDS = 5
const PLATFORMS = ['linux/amd64', 'linux/arm64']

/** Filters one after the other, as one who looks for something sets them; the last clears them. */
const FILTERS: readonly (readonly [field: string, value: string])[] = [
  ['text', 'a'],
  ['text', 'ap'],
  ['text', 'app-1'],
  ['text', 'app-1 cuda'],
  ['text', ''],
  ['platform', '1'],
  ['outcome', '0'],
  ['layer', '2'],
  ['reason', '0'],
  ['reason', ''],
  ['layer', ''],
  ['outcome', ''],
  ['platform', ''],
]

/**
 * Sets a field as a hand would, and waits until the frame that shows what came of it was painted: the first task after
 * the animation frame that follows. Returns ms.
 */
const SET = `(field, value) => new Promise((resolve) => {
  const element = document.getElementById('filter-' + field)
  const began = performance.now()
  element.value = value
  element.dispatchEvent(new Event(field === 'text' ? 'input' : 'change', { bubbles: true }))
  requestAnimationFrame(() => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => resolve(performance.now() - began)
    channel.port2.postMessage(0)
  })
})`

/** Opens the whole tree, so that there are as many rows as are ever drawn. */
const OPEN_ALL = `(() => {
  const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  document.querySelector('[role=treeitem]').click()
  document.querySelector('[role=treeitem]').focus()
  for (let level = 0; level < 4; level++) {
    press('Home')
    const rows = document.querySelectorAll('[role=treeitem]').length
    for (let row = 0; row < Math.min(rows, 20); row++) { press('*'); press('ArrowDown') }
  }
  return document.querySelectorAll('[role=treeitem]').length
})()`

/** What is in view while one filters. */
const VIEWS = ['layers', 'items']

/** Times of each filter, one for each round, with that part of the page in view. */
const timed = async (page: Page, view: string): Promise<readonly (readonly number[])[]> => {
  const times: number[][] = FILTERS.map(() => [])
  await page.evaluate(`document.getElementById(${JSON.stringify(view)}).scrollIntoView()`)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [field, value]] of FILTERS.entries()) {
      const ms = Number(await page.evaluate(`(${SET})(${JSON.stringify(field)}, ${JSON.stringify(value)})`))
      times[index]?.push(ms)
    }
  }
  return times
}

const round = (ms: number): number => Math.round(ms * 10) / 10

const measure = async (chromium: string, manifests: number) => {
  const html = renderPage(growRunReport({ manifests, platforms: PLATFORMS, batch: 64 }))
  await using browser = await startBrowser(chromium)
  await using opened = await browser.open(html)
  const { page, complaints } = opened
  const rows = Number(await page.evaluate(OPEN_ALL))
  const rounds: (readonly number[])[] = []
  for (const view of VIEWS) rounds.push(...(await timed(page, view)))
  const times = rounds.map(median)
  if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join('\n')}`)
  const loadMs = Number(await page.evaluate(`performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd`))
  process.stderr.write(`${manifests * 2} work items, ${rows} rows: ${times.map(round).join(', ')} ms\n`)
  return {
    filterMs: round(Math.max(...times)),
    medianMs: round(median(times)),
    bestMs: round(Math.max(...rounds.map((each) => Math.min(...each)))),
    items: manifests * PLATFORMS.length,
    bytes: Buffer.byteLength(html),
    loadMs: round(loadMs),
  }
}

/**
 * From a change of the page's filter until what comes of it is painted, in a headless Chromium with the whole tree open:
 * the slowest of 13 changes, each the median of 5 rounds, with the tree in view and with the table in view. On a busy
 * machine see `bestMs`, in which each is the fastest of its rounds. `filterMs` is with 2,000 work items on two platforms together;
 * `doubled` has as many on each.
 */
export const filterPage = async (): Promise<BenchResult> => {
  const chromium = findChromium()
  if (chromium === undefined) throw new Error('no Chromium or Chrome in PATH; on Debian: apt-get install chromium')
  const single = await measure(chromium, 1_000)
  return { bench: 'page', ...single, doubled: await measure(chromium, 2_000) }
}
