import { describe, expect, test } from '@jest/globals'
import { knownImage } from '../../src/plan/known-images.ts'
import type { CompatibilityRecord, RecordImage } from '../../src/records/record.ts'
import { sampleRecord } from '../support/records.ts'

const [OLD, NEW] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`)
const CONTENT = 'c'.repeat(64)

const image = (digest: string | undefined, changes: Partial<RecordImage> = {}): RecordImage => ({
  ...{ reference: 'ubuntu:24.04', content: CONTENT, bytes: 30 },
  ...(digest === undefined ? {} : { digest }),
  ...changes,
})

const record = (day: number, platform: string, ...images: readonly RecordImage[]): CompatibilityRecord => {
  const finishedAt = `2026-11-${String(day)}T03:20:00Z`
  return sampleRecord({ platform, images, run: { startedAt: finishedAt, finishedAt } })
}

const known = (platforms: readonly string[], ...records: readonly CompatibilityRecord[]) =>
  knownImage({ reference: 'ubuntu:24.04', platforms }, new Map(records.map((each, index) => [String(index), each])))

describe('knownImage', () => {
  test('is what the newest record says', () => {
    const found = known(['linux/amd64'], record(20, 'linux/amd64', image(OLD)), record(21, 'linux/amd64', image(NEW)))
    expect(found).toEqual({
      ...{ reference: 'ubuntu:24.04', pinned: `docker.io/library/ubuntu:24.04@${NEW ?? ''}`, digest: NEW },
      ...{ platforms: ['linux/amd64'], contents: { 'linux/amd64': { digest: CONTENT, bytes: 30 } } },
    })
  })

  test('needs to be known on every platform, of one index', () => {
    const both = ['linux/amd64', 'linux/arm64']
    const amd64 = record(21, 'linux/amd64', image(NEW))
    expect(known(both, amd64)).toBeUndefined()
    expect(known(both, amd64, record(20, 'linux/arm64', image(OLD)))).toBeUndefined()
    expect(known(both, amd64, record(20, 'linux/arm64', image(NEW)))).toMatchObject({ digest: NEW })
  })

  test('is nothing where records do not say what it was', () => {
    expect(known(['linux/amd64'])).toBeUndefined()
    expect(known(['linux/amd64'], record(20, 'linux/amd64', image(undefined)))).toBeUndefined()
    const { content: _, ...bare } = image(NEW)
    expect(known(['linux/amd64'], record(20, 'linux/amd64', bare))).toBeUndefined()
    expect(known(['linux/amd64'], record(20, 'linux/amd64', image(NEW, { reference: 'debian:13' })))).toBeUndefined()
  })
})
