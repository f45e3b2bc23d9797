import { globSync } from 'node:fs'
import { parseMainFile } from '../../src/factory/document.ts'
import type { Factory } from '../../src/factory/factory.ts'
import { variantPatterns } from '../../src/factory/include.ts'
import { parseFactory } from '../../src/factory/parse.ts'
import { readText, root } from '../../script/documents.ts'

/** A factory of the repository, with the files that its globs find. */
export const readExample = (file: string): Factory => {
  const main = parseMainFile(file, readText(file))
  return parseFactory(main, [], globSync([...variantPatterns(main, [])], { cwd: root }))
}
