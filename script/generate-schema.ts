import { writeFile } from 'node:fs/promises'
import { renderJsonSchema } from '../src/factory/json-schema.ts'

/** Writes schema/strata.schema.json from the description that the parser reads with. */
const target = new URL('../schema/strata.schema.json', import.meta.url)
await writeFile(target, `${JSON.stringify(renderJsonSchema(), null, 2)}\n`)
