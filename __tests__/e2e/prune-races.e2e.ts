import { test } from '@jest/globals'
import { startOwnRegistry, whyNoRegistry } from '../support/e2e/own-registry.ts'
import { raceOnce, racingFactory } from '../support/e2e/races.ts'
import { runBuild } from '../support/e2e/run-action.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

/** Rounds of the race; the soak test has many. */
const ROUNDS = Number(process.env['STRATA_RACE_ROUNDS'] ?? '3')

const reason = whyNoRegistry()
const run = reason === undefined ? test : test.skip

run(`builds and a prune at the same time, ${ROUNDS} rounds${reason === undefined ? '' : ` (${reason})`}`, async () => {
  await using registry = await startOwnRegistry()
  await using space = await createWorkspace(racingFactory(registry, 1))
  await runBuild(space)
  for (let round = 1; round <= ROUNDS; round++) await raceOnce(space, registry, round)
})
