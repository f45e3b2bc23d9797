import { describe, expect, test } from '@jest/globals'
import { poolBuilders } from '../../../src/commands/building/pool-builders.ts'
import { samplePlan } from '../../report/samples.ts'
import { literalIo } from '../../support/io.ts'
import { legItem } from '../../support/leg.ts'
import { sampleLeg, sampleWork } from '../../support/samples.ts'

const GPU = { driver: 'remote', endpoint: 'tcp://gpu:1' }
const PLAN = samplePlan({ builders: { 'linux/amd64+cuda': GPU } })

const itemsOf = (...pools: readonly string[]) =>
  pools.map((pool) => ({ ...legItem('a'), item: sampleWork({ pool, platform: 'linux/amd64' }) }))

const found = (pools: readonly string[], leg?: string, plan = PLAN) => {
  const { io, told } = literalIo(new Map())
  const made = poolBuilders({ plan, items: itemsOf(...pools), ...(leg && { leg: sampleLeg({ pool: leg }) }) }, io)
  return { made, infos: told.infos }
}

describe('the builder of a job', () => {
  const pool = { name: 'linux/amd64+cuda', settings: GPU }

  test.each([
    {
      what: 'that of its leg’s pool',
      given: ['linux/amd64+cuda'],
      leg: 'linux/amd64+cuda',
      made: { pool, mixed: true },
    },
    {
      what: 'that of the leg, whoever needs what it builds',
      given: ['linux/amd64'],
      leg: 'linux/amd64+cuda',
      made: { pool, mixed: true },
    },
    { what: 'that of the only pool it builds for', given: ['linux/amd64+cuda'], made: { pool, mixed: true } },
    { what: 'none of a pool that says nothing', given: ['linux/amd64'], leg: 'linux/amd64', made: { mixed: true } },
  ])('is $what', ({ given, leg, made }) => {
    expect(found(given, leg)).toEqual({ made, infos: [] })
  })

  test('is none of several pools, and the log says so', () => {
    expect(found(['linux/amd64', 'linux/amd64+cuda'])).toEqual({
      made: { mixed: true },
      infos: ['The builders of pools linux/amd64+cuda are not used: this job builds for linux/amd64, linux/amd64+cuda'],
    })
  })

  test('is nobody’s where no pool has one', () => {
    expect(found(['linux/amd64', 'linux/arm64'], undefined, samplePlan())).toEqual({
      made: { mixed: false },
      infos: [],
    })
  })
})
