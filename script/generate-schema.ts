import { writeFile } from 'node:fs/promises'
import { SCHEMAS } from './schemas.ts'

/** Writes the schemas of the files that users write and of those they read. */
for (const [name, render] of Object.entries(SCHEMAS)) {
  const target = new URL(`../schema/${name}`, import.meta.url)
  await writeFile(target, `${JSON.stringify(render(), null, 2)}\n`)
}
