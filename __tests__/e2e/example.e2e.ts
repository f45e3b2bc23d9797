import { describe, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { root } from '../../script/documents.ts'
import { readExample } from '../support/examples.ts'
import { buildxBuild, testbed } from '../support/e2e/testbed.ts'

/** Every fragment of an example, as its factory file names it. */
const fragmentsOf = (file: string) => {
  const { layers, context } = readExample(file)
  const variants = layers.flatMap((layer) => layer.variants)
  return variants.flatMap(({ fragment, contexts }) => (fragment === undefined ? [] : [{ fragment, contexts, context }]))
}

const FRAGMENTS = ['llm-factory', 'minimal', 'local'].flatMap((name) => fragmentsOf(`examples/${name}/strata.yaml`))

describe('a fragment of the examples', () => {
  test.each(FRAGMENTS)(
    '$fragment is a Dockerfile that Buildx builds alone',
    async ({ fragment, contexts, context }) => {
      const named = Object.entries(contexts).map(([name, path]) => `--build-context=${name}=${join(root, path)}`)
      const parent = ['--build-arg', `PARENT=${testbed.base}`, ...named, '--output=type=cacheonly']
      const built = buildxBuild(...parent, '--file', join(root, fragment), join(root, context))
      // Progress goes to standard error, and nothing is exported.
      await expect(built).resolves.toBe('')
    },
  )
})
