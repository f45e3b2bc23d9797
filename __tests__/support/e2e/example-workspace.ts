import { cp, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../../../script/documents.ts'
import { createWorkspace, type Workspace } from './workspace.ts'

/** The example's factory file, with the bed's base for images that the bed does not have: its fragments run on any. */
const onTestbed = (text: string): string =>
  text
    .replace('name: llm-factory', 'name: e2e-<salt>')
    .replace('registry: ghcr.io/acme', 'registry: <registry>')
    .replace('LOG_LEVEL: info', 'LOG_LEVEL: info-<salt>')
    .replaceAll(/'(?:ubuntu|nvcr\.io|nvidia|busybox)[:/].*?'/g, "'<base>'")

/** A checkout of an example. The layer `light` of the factory and what stands on it are in no cache of another test. */
export const checkOutExample = async (name: 'llm-factory' | 'local' = 'llm-factory'): Promise<Workspace> => {
  const example = join(root, 'examples', name)
  const factory = onTestbed(await readFile(join(example, 'strata.yaml'), 'utf8'))
  const space = await createWorkspace({ 'strata.yaml': factory })
  for (const entry of await readdir(example)) {
    if (entry !== 'strata.yaml') await cp(join(example, entry), join(space.path, entry), { recursive: true })
  }
  return space
}
