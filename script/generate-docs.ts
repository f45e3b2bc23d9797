import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fillBlocks } from './docs.ts'
import { listDocuments, readAction, readText, root } from './documents.ts'

// Fills the generated blocks of all pages; `npm test` proves that this was done.
for (const path of listDocuments()) {
  const text = readText(path)
  const filled = fillBlocks(text, readAction)
  if (filled === text) continue
  writeFileSync(join(root, path), filled)
  console.log(`filled ${path}`)
}
