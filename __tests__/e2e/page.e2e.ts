import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { showText } from '../../src/report/invisible.ts'
import { renderPage } from '../../src/report/page/page.ts'
import { HOSTILE } from '../report/hostile.ts'
import { findChromium, startBrowser, type Headless, type OpenedPage } from '../support/browser.ts'
import { describeUnless } from '../support/e2e/when.ts'
import { growRunReport, hostileRunReport } from '../support/run-report/run-report.ts'

const CHROMIUM = findChromium()
const MISSING = CHROMIUM === undefined ? 'no Chromium in PATH; apt-get install chromium' : undefined

const REPORT = growRunReport()
const PAGE = renderPage(REPORT)

let browser: Headless
const open = (html = PAGE): Promise<OpenedPage> => browser.open(html)

type Opened = OpenedPage['page']

/** What an expression says in the page. */
const ask = (page: Opened, expression: string): Promise<unknown> => page.evaluate(expression)

const all = (selector: string): string => `[...document.querySelectorAll(${JSON.stringify(selector)})]`

const first = (selector: string): string => `document.querySelector(${JSON.stringify(selector)})`

const textsOf = (page: Opened, selector: string): Promise<unknown> =>
  ask(page, `${all(selector)}.map((element) => element.textContent)`)

const textOf = (page: Opened, selector: string): Promise<unknown> => ask(page, `${first(selector)}?.textContent`)

const countOf = async (page: Opened, selector: string): Promise<number> =>
  Number(await ask(page, `${all(selector)}.length`))

/** Label of what has the focus. */
const focused = (page: Opened): Promise<unknown> =>
  ask(page, `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`)

const press = async (page: Opened, ...keys: Parameters<Opened['keyboard']['press']>[0][]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key)
}

/** Chooses by what people read; the page keeps the values to itself. */
const choose = async (page: Opened, id: string, label: string): Promise<void> => {
  const option = `[...${first(id)}.options].find(({ text }) => text === ${JSON.stringify(label)})`
  await page.select(id, String(await ask(page, `${option}.value`)))
}

/** What an attacker would try from inside the page. */
const ATTACKS = {
  markup: `(() => { try { document.body.innerHTML = '<b>x</b>'; return 'done' } catch { return 'refused' } })()`,
  script: `(() => { try {
    const script = document.createElement('script')
    script.textContent = 'window.owned = true'
    document.body.append(script)
  } catch {} return 'owned' in window ? 'done' : 'refused' })()`,
  request: `fetch('https://example.com/').then(() => 'done', () => 'refused')`,
  image: `new Promise((resolve) => {
    const image = new Image()
    image.onload = () => resolve('done')
    image.onerror = () => resolve('refused')
    image.src = 'https://example.com/x.png'
  })`,
} as const

describeUnless(MISSING, 'report.html', () => {
  beforeAll(async () => {
    browser = await startBrowser(CHROMIUM ?? '')
  })
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
  })

  test('loads without a complaint and asks nobody for anything', async () => {
    await using opened = await open()
    const { page, complaints, requests } = opened
    expect(await page.title()).toBe('llm-factory · Strata report')
    expect(await textOf(page, '.lead .ratio')).toContain('of steps came from cache')
    expect(await textsOf(page, 'h2')).toEqual(['Layers', 'Why steps ran', 'Work items', 'Timeline', 'Pools and layers'])
    expect(await textsOf(page, '.notices b')).toEqual([
      '2 work items failed:',
      '1 leg left no record:',
      '1 job did not succeed:',
      'BuildKit disagreed about 4 steps:',
    ])
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] })
  })

  test.each(Object.entries(ATTACKS))('its policy refuses what is not its own: %s', async (_, attack) => {
    await using opened = await open()
    expect(await ask(opened.page, attack)).toBe('refused')
    expect(opened.complaints.join('\n')).toMatch(/Content Security Policy|TrustedHTML|TrustedScript/)
  })

  test('filters by text, by choices, by the stack and by a reason, and clears', async () => {
    await using opened = await open()
    const { page } = opened
    await page.type('#filter-text', 'embed slim')
    expect(await textOf(page, '.found')).toMatch(/^6 of 168 work items/)
    expect(await textsOf(page, '.items .opener')).toEqual(
      expect.arrayContaining(['embed-slim-ubuntu', 'embed-slim-cuda']),
    )
    expect(await countOf(page, '.items .opener')).toBe(6)
    await choose(page, '#filter-platform', 'linux/arm64')
    expect(await textOf(page, '.found')).toMatch(/^3 of 168 work items/)
    await choose(page, '#filter-platform', 'all')
    expect(await textOf(page, '.found')).toMatch(/^6 of 168 work items/)
    await page.click('.filters button')
    expect(await textOf(page, '.found')).toMatch(/^168 of 168 work items, 192 of 192 prefixes/)

    await page.click('.stack [aria-label^="core on arm64"]')
    expect(await ask(page, `${first('#filter-layer')}.selectedOptions[0].text`)).toBe('core')
    expect(await textOf(page, '.found')).toMatch(/^84 of 168 work items, 3 of 192 prefixes/)
    await page.click('.filters button')

    await page.click('[aria-label="Show what ran for: cache ref missing"]')
    expect(await textOf(page, '.found')).toMatch(/, 1 of 192 prefixes/)
    expect(await textsOf(page, '[role=treeitem] .variant')).toEqual(['debian-13', '1.0.0', '0.1.0', '0.2.0'])
    await page.type('#filter-text', 'nobody')
    expect(await textsOf(page, '.nothing:not([hidden])')).toEqual([
      'Nothing fits the filter.',
      'No work item fits the filter.',
    ])
  })

  test('is used by keyboard: skip link, tree, table', async () => {
    await using opened = await open()
    const { page } = opened
    await press(page, 'Tab')
    expect(await focused(page)).toBe('Skip to the report')
    await press(page, 'Enter')
    expect(await ask(page, 'document.activeElement.id')).toBe('main')

    await page.focus('[role=treeitem][tabindex="0"]')
    await press(page, 'Home')
    expect(await focused(page)).toMatch(/^base ubuntu-24.04/)
    const rows = (): Promise<number> => countOf(page, '[role=treeitem]')
    const before = await rows()
    await press(page, 'ArrowLeft')
    expect(await rows()).toBeLessThan(before)
    expect(await ask(page, `${first('[role=treeitem]')}.ariaExpanded`)).toBe('false')
    await press(page, 'ArrowRight', 'ArrowRight', 'ArrowRight')
    expect(await focused(page)).toMatch(/^core 0.1.0/)
    expect(await textOf(page, '.details h3')).toBe('core 0.1.0')
    await press(page, 'End', 'ArrowUp', 'Enter')
    expect(await rows()).toBeGreaterThan(before)
    await press(page, 'c')
    expect(await focused(page)).toMatch(/^base cuda-12/)
    expect(await countOf(page, '[role=treeitem][tabindex="0"]')).toBe(1)

    await page.focus('#sort-manifest')
    await press(page, 'Enter')
    expect(await textOf(page, '.items .opener')).toBe('batch-score-debug-cuda')
    expect(await ask(page, `${first('.items [aria-sort]')}.ariaSort`)).toBe('ascending')
    await press(page, 'Enter')
    expect(await textOf(page, '.items .opener')).toBe('vision-slim-ubuntu')
    await page.focus('.items .opener')
    await press(page, 'Enter')
    expect(await ask(page, `${first('.items .opener')}.ariaExpanded`)).toBe('true')
    expect(await textOf(page, '.items .more-of')).toContain('app/vision')
  })

  test('everything that can be used has a name', async () => {
    await using opened = await open()
    const { page } = opened
    const labels = "[element.ariaLabel, element.getAttribute('aria-labelledby'), element.labels?.[0]?.textContent]"
    const named = `[...${labels}, element.textContent.trim()].some((label) => label)`
    const used = all('a, button, input, select, [role=img], [role=tree], section')
    expect(await ask(page, `${used}.filter((element) => !${named}).map(({ outerHTML }) => outerHTML)`)).toEqual([])
    expect(await ask(page, `${all('[id]')}.length - new Set(${all('[id]')}.map(({ id }) => id)).size`)).toBe(0)
  })

  test('shows the heat by time, and is dark or light as the system or the reader says', async () => {
    await using opened = await open()
    const { page } = opened
    await page.click('.heat-map .switch label:last-child')
    expect(await countOf(page, '[role=treeitem] .heat.by-time')).toBeGreaterThan(0)
    const paper = (): Promise<unknown> => ask(page, 'getComputedStyle(document.body).backgroundColor')
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }])
    const light = await paper()
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
    const dark = await paper()
    expect(dark).not.toBe(light)
    await page.click('.theme label:nth-of-type(2)')
    expect(await paper()).toBe(light)
    await page.reload()
    expect(await paper()).toBe(light)
  })

  test('draws waves before builds, and says who waited for whom', async () => {
    await using opened = await open()
    const { page } = opened
    expect(await textsOf(page, '.phase h3')).toEqual(['Wave 1', 'Build'])
    expect(await textOf(page, '.phase:last-child .waited')).toMatch(/^waited for (amd64|arm64) · wave 1 · core$/)
  })

  test.each(Object.entries(HOSTILE))('shows hostile names as they are and does nothing of it: %s', async (_, text) => {
    await using opened = await open(renderPage(hostileRunReport(text)))
    const { page, complaints, requests } = opened
    expect(await countOf(page, '#app img, #app script, #app iframe, #app [onerror]')).toBe(0)
    expect(await countOf(page, '#app a')).toBe(0)
    expect(await textOf(page, '#app')).not.toMatch(/[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
    expect(await textOf(page, 'h1')).toBe(showText(text))
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] })
  })

  test('finds among 2,000 manifests on two platforms, and draws no more than a screen can take', async () => {
    const large = growRunReport({ manifests: 2_000, batch: 64 })
    await using opened = await open(renderPage(large))
    const { page, complaints } = opened
    expect(await textOf(page, '.found')).toMatch(/^4,000 of 4,000 work items/)
    await page.type('#filter-text', 'app-1')
    expect(await textOf(page, '.found')).toMatch(/^1,200 of 4,000 work items/)
    expect(await countOf(page, '.items tbody tr')).toBe(40)
    expect(await countOf(page, '[role=treeitem]')).toBeLessThanOrEqual(100)
    await ask(page, `${first('.wide .more')}.click()`)
    expect(await countOf(page, '.items tbody tr')).toBe(540)
    expect(complaints).toEqual([])
  })
})
