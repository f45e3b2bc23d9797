import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { parseIncludedFile, parseMainFile } from '../../src/factory/document.ts'
import { renderJsonSchema } from '../../src/factory/json-schema.ts'
import { ANCHORED, FULL, JSON_FILE } from './examples.ts'
import { expansionMistakes, GOOD, nameMistakes, shapeMistakes, unsaidMistakes } from './mistakes.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
ajv.addSchema({ ...renderJsonSchema(), $id: 'strata' })

const validator = (pointer = ''): ValidateFunction => {
  const validate = ajv.getSchema(`strata${pointer}`)
  if (validate === undefined) throw new Error(`no schema at ${pointer}`)
  return validate
}

/** As editors read YAML. */
const fits = (text: string, pointer?: string): unknown =>
  validator(pointer)(parse(text, { merge: true, stringKeys: true, uniqueKeys: false }))

const reads = (read: () => unknown): boolean => {
  try {
    read()
    return true
  } catch {
    return false
  }
}

const titled = (mistakes: readonly { readonly title: string; readonly text: string }[]) =>
  mistakes.map(({ title, text }) => [title, text] as const)

describe('both refuse', () => {
  test.each(titled(shapeMistakes))('%s', (_, text) => {
    expect([fits(text), reads(() => parseMainFile('strata.yaml', text))]).toEqual([false, false])
  })
})

describe('both take', () => {
  const good = [
    ['the example of the documentation', FULL],
    ['anchors', ANCHORED],
    ['JSON', JSON_FILE],
    ['a small file', GOOD],
  ] as const
  test.each([...good, ...titled(nameMistakes), ...titled(expansionMistakes)])('%s', (_, text) => {
    expect([fits(text), reads(() => parseMainFile('strata.yaml', text))]).toEqual([true, true])
  })
})

describe('only the parser refuses', () => {
  test.each(titled(unsaidMistakes))('%s', (_, text) => {
    expect(fits(text)).toBe(true)
  })
})

describe('included files', () => {
  const LAYERS = 'version: 1\nlayers:\n  app:\n    variants-from: "*/Dockerfile"\n'
  test.each([
    ['variants', LAYERS, true],
    ['everything they may have', `${LAYERS}manifests: { a: { app: x } }\nexclude: []\npools: {}\nx-y: 1\n`, true],
    ['no version', 'layers: {}\n', false],
    ['a registry', `${LAYERS}registry: ghcr.io\n`, false],
    ['a stable layer', 'version: 1\nlayers: { app: { stable: true } }\n', false],
    ['another include', 'version: 1\ninclude: "*.yaml"\n', false],
  ])('%s', (_, text, isGood) => {
    const read = reads(() => parseIncludedFile('apps/strata.yaml', text))
    expect([fits(text, '#/$defs/includedFile'), read]).toEqual([isGood, isGood])
  })
})
