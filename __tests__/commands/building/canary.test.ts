import { expect, test } from '@jest/globals'
import { runCanary } from '../../../src/commands/building/canary.ts'
import { readBuildInputs } from '../../../src/commands/inputs.ts'
import { noCacheAccess } from '../../../src/plan/access.ts'
import { literalContext } from '../../support/context.ts'
import { literalIo } from '../../support/io.ts'
import { legItem, legWork } from '../../support/leg.ts'

test('without a cache nothing is compared, and that is not called good', async () => {
  const { io, told } = literalIo(new Map())
  const work = legWork({ items: [legItem('a')], access: noCacheAccess('caching is turned off by input') })
  const { outputs } = await runCanary(
    work,
    readBuildInputs(() => '', {}),
    literalContext(),
    io,
  )
  expect(outputs).toEqual({ 'stale-layers': '' })
  expect(told.warnings).toEqual(['nothing is compared, as this run reads no cache: caching is turned off by input'])
  expect(told.infos).toEqual([])
})
