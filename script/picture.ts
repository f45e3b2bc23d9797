import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findChromium, startBrowser } from '../__tests__/support/browser.ts'
import { growRunReport } from '../__tests__/support/run-report/run-report.ts'
import { renderPage } from '../src/report/page/page.ts'
import { root } from './documents.ts'

const FOLDER = join(root, 'docs/images')

/** Draws the pictures of docs/images anew, from a sample: the upper part of the page of a run. */
const chromium = findChromium()
if (chromium === undefined) throw new Error('no Chromium or Chrome in PATH; on Debian: apt-get install chromium')
await using browser = await startBrowser(chromium)
await using opened = await browser.open(renderPage(growRunReport()))
await opened.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }])
await opened.page.setViewport({ width: 1_200, height: 1_500 })
await mkdir(FOLDER, { recursive: true })
await writeFile(join(FOLDER, 'report.png'), await opened.page.screenshot({ optimizeForSpeed: false }))
