import { writeFile } from 'node:fs/promises'
import { renderPageAssets } from './page-assets.ts'

/** Writes what the page of a run carries besides its data; `npm test` proves that this was done. */
await writeFile(new URL('../src/report/page/assets.json', import.meta.url), renderPageAssets())
