import { describe, expect, test } from '@jest/globals'
import { startOwnRegistry, whyNoRegistry } from '../support/e2e/own-registry.ts'
import {
  BUILT,
  buildLevel,
  generationFactory,
  KEPT,
  pruneGenerations,
  reportOf,
} from '../support/e2e/prune-generations.ts'
import { raceOnce, racingFactory } from '../support/e2e/races.ts'
import { PULL_REQUEST, runAction, runBuild } from '../support/e2e/run-action.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

const reason = whyNoRegistry()
const run = reason === undefined ? describe : describe.skip

/** Rounds of the race; the soak test has more. */
const ROUNDS = 3

run(`prune on docker-registry${reason === undefined ? '' : ` (${reason})`}`, () => {
  // The oldest and the newest that stay; the soak test builds them all.
  test('of 200 generations the last three stay whole, and garbage collection frees what it says', () =>
    pruneGenerations([BUILT - KEPT + 1, BUILT]))

  test('no build fails that races a prune, and nothing is missing then', async () => {
    await using registry = await startOwnRegistry()
    await using space = await createWorkspace(racingFactory(registry, 1))
    await runBuild(space)
    for (let round = 1; round <= ROUNDS; round++) await raceOnce(space, registry, round)
  })

  test('a pull request gets a dry run that prints what a real run does', async () => {
    await using registry = await startOwnRegistry()
    await using space = await createWorkspace(generationFactory(registry, 1))
    await buildLevel(space, registry, 1)
    const dry = await runAction(space, { action: 'prune', event: PULL_REQUEST })
    expect(dry).toMatchObject({ code: 0, errors: [] })
    expect(dry.log).toContain('This is a dry run, whatever the inputs say: a pull request only reads')
    expect(dry.outputs).toMatchObject({ deleted: '0', failed: '0' })
    expect(reportOf(dry).dryRun).toBe(true)
  })
})
