import { describe, expect, test } from '@jest/globals'
import { findPlan } from '../../../src/commands/reporting/find-plan.ts'
import type { ArtifactDownload, ArtifactList } from '../../../src/io/artifacts.ts'
import { encodePlan } from '../../../src/plan/plan-file.ts'
import { samplePlan } from '../../report/samples.ts'
import { literalIo } from '../../support/io.ts'

const textOf = (digest: string): string => JSON.stringify(encodePlan(samplePlan({ digest })))

/** A run that has these artifacts, of which the one that is asked for comes as that file. */
const worldOf = (list: ArtifactList, download: ArtifactDownload) => {
  const texts = new Map([
    ['given.json', textOf('given')],
    ['/tmp/plan.json', textOf('stored')],
    ['/tmp/other.json', '{}'],
  ])
  const asked: string[] = []
  const { io, told } = literalIo(texts, {
    artifacts: {
      upload: () => Promise.reject(new Error('a report stores nothing')),
      download: (name) => {
        asked.push(name)
        return Promise.resolve(download)
      },
      list: () => Promise.resolve(list),
    },
  })
  return { io, told, asked }
}

const LISTED: ArtifactList = { status: 'listed', names: ['strata-plan-new', 'strata-plan-old'] }
const FOUND: ArtifactDownload = { status: 'found', file: '/tmp/plan.json' }

describe('findPlan', () => {
  test('reads the file that is named, and asks for no artifact', async () => {
    const { io, asked } = worldOf(LISTED, FOUND)
    expect((await findPlan('given.json', ['a'], io))?.digest).toBe('given')
    expect(asked).toEqual([])
    await expect(findPlan('none.json', [], io)).rejects.toThrow('there is no plan file none.json')
  })

  test.each([
    { name: 'the one that made the matrix', digests: ['3f9c', '81d2'], expected: ['strata-plan-3f9c'] },
    { name: 'else the one that was stored last', digests: [], expected: ['strata-plan-new'] },
  ])('fetches $name', async ({ digests, expected }) => {
    const { io, asked } = worldOf(LISTED, FOUND)
    expect((await findPlan(undefined, digests, io))?.digest).toBe('stored')
    expect(asked).toEqual(expected)
  })

  test.each<{
    readonly name: string
    readonly list: ArtifactList
    readonly download: ArtifactDownload
    readonly warnings: number
  }>([
    { name: 'there is none', list: { status: 'listed', names: [] }, download: FOUND, warnings: 0 },
    { name: 'there are no artifacts', list: { status: 'unavailable' }, download: FOUND, warnings: 0 },
    { name: 'they cannot be listed', list: { status: 'failed', reason: 'down' }, download: FOUND, warnings: 0 },
    { name: 'it cannot be fetched', list: LISTED, download: { status: 'failed', reason: 'down' }, warnings: 0 },
    { name: 'it is gone', list: LISTED, download: { status: 'missing' }, warnings: 0 },
    { name: 'it is none', list: LISTED, download: { status: 'found', file: '/tmp/other.json' }, warnings: 1 },
  ])('does without where $name', async ({ list, download, warnings }) => {
    const { io, told } = worldOf(list, download)
    expect(await findPlan(undefined, [], io)).toBeUndefined()
    expect(told.warnings).toHaveLength(warnings)
  })
})
