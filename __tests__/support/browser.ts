import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Path of Chromium or Chrome: `STRATA_CHROMIUM`, else the first in PATH; undefined where there is none. */
export const findChromium = (): string | undefined => {
  const chosen = process.env['STRATA_CHROMIUM'] ?? ''
  if (chosen !== '') return chosen
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram)
}

/** A page that was opened from a file, and everything that it said or asked for. */
export type OpenedPage = AsyncDisposable & {
  readonly page: Page
  /** Messages of the console, errors, and what the policy blocked. */
  readonly complaints: readonly string[]
  /** Addresses that it asked for, other than the file and what stands in it. */
  readonly requests: readonly string[]
}

/** A browser without a window. */
export type Headless = AsyncDisposable & { readonly open: (html: string) => Promise<OpenedPage> }

const openPage = async (browser: Browser, folder: string, html: string): Promise<OpenedPage> => {
  const file = join(await mkdtemp(join(folder, 'page-')), 'report.html')
  await writeFile(file, html)
  const address = pathToFileURL(file).href
  const page = await browser.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`error: ${String(error)}`))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const url = request.url()
    if (url !== address && !url.startsWith('data:')) requests.push(url)
  })
  await page.setViewport({ width: 1_280, height: 900 })
  await page.goto(address)
  return { page, complaints, requests, [Symbol.asyncDispose]: () => page.close() }
}

/** Starts a browser. Pages are our own and reach nobody, so it runs without a sandbox, which root cannot have. */
export const startBrowser = async (executablePath: string): Promise<Headless> => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-browser-'))
  const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  return {
    open: (html) => openPage(browser, folder, html),
    [Symbol.asyncDispose]: async () => {
      await browser.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
