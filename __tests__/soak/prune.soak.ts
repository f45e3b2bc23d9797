import { test } from '@jest/globals'
import { startOwnRegistry } from '../support/e2e/own-registry.ts'
import { BUILT, KEPT, pruneGenerations } from '../support/e2e/prune-generations.ts'
import { raceOnce, racingFactory } from '../support/e2e/races.ts'
import { runBuild } from '../support/e2e/run-action.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

const ROUNDS = 50

test('every generation that stays builds from cache alone', () =>
  pruneGenerations(Array.from({ length: KEPT }, (_, index) => BUILT - index)))

test(`builds and a prune at the same time, ${ROUNDS} rounds`, async () => {
  await using registry = await startOwnRegistry()
  await using space = await createWorkspace(racingFactory(registry, 1))
  await runBuild(space)
  for (let round = 1; round <= ROUNDS; round++) {
    process.stderr.write(`round ${round} of ${ROUNDS}\n`)
    await raceOnce(space, registry, round)
  }
})
