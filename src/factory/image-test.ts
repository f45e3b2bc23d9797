import type { TestContent } from './description.ts'
import type { ImageTest } from './factory.ts'
import { resolvePath } from './path.ts'
import type { Report } from './read-scalar.ts'

/** A test as it is run: an argument array, or a script with its path from the workspace. */
export const imageTestOf = (content: TestContent | undefined, report: Report): ImageTest | undefined => {
  if (content === undefined) return undefined
  if ('map' in content) return { script: resolvePath(content.map.script, report) }
  return { command: content.plain.map(({ value }) => value) }
}
