import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { readPruneInputs } from '../../src/commands/prune-inputs.ts'
import { readText } from '../../script/documents.ts'

type Fields = Readonly<Record<string, { readonly default?: string }>>

const { inputs: FIELDS } = parse(readText('prune/action.yml')) as { readonly inputs: Fields }

/** Inputs as the runner gives them: defaults of the action where nothing is given. */
const read = (given: Readonly<Record<string, string>>) =>
  readPruneInputs((name) => given[name] ?? FIELDS[name]?.default ?? '', {})

describe('readPruneInputs', () => {
  test('leaves the policy to the factory file', () => {
    expect(read({})).toMatchObject({
      retention: { keep: [] },
      maxDuration: 5 * 3_600_000,
      dryRun: false,
      confirm: false,
      backend: 'auto',
      explain: [],
    })
    expect(Object.keys(read({}).retention)).toEqual(['keep'])
  })

  test('reads what is given', () => {
    const given = {
      ...{ 'keep-last': '5', 'min-age': '12h', 'expire-after': '90d', 'removed-manifests': 'prune' },
      ...{ 'removed-grace': '14d', keep: 'release-*, main', 'max-deletes': '100', 'max-duration': '30m' },
      ...{ 'dry-run': 'true', confirm: 'true', backend: 'oci', explain: 'core-linux-amd64-3f9c0a1b2c3d4e5f' },
    }
    const day = 24 * 3_600_000
    expect(read(given)).toMatchObject({
      retention: {
        ...{ keepLast: 5, minAge: day / 2, expireAfter: 90 * day, removedManifests: 'prune', removedGrace: 14 * day },
        maxDeletes: 100,
        keep: ['release-*', 'main'],
      },
      ...{ maxDuration: 1_800_000, dryRun: true, confirm: true, backend: 'oci' },
      explain: ['core-linux-amd64-3f9c0a1b2c3d4e5f'],
    })
  })

  test.each([
    ['keep-last', '0', 'a number from 1 to 1000000'],
    ['min-age', '1 day', 'minutes, hours or days, as 30m, 12h or 7d'],
    ['removed-manifests', 'delete', 'keep, prune'],
    ['backend', 'ecr', 'auto, oci, ghcr, none'],
    ['dry-run', 'yes', 'true or false'],
  ])('refuses %s: %s', (name, text, expected) => {
    expect(() => read({ [name]: text })).toThrow(expected)
  })
})
