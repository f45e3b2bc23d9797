import { describe, expect, test } from '@jest/globals'
import { setTimeout } from 'node:timers/promises'
import { findProcesses } from '../support/e2e/processes.ts'
import { startAction } from '../support/e2e/run-action.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

/** The runner kills what has not ended by itself 7.5 s after SIGINT; the issue asks for 5. */
const PATIENCE_MS = 5_000

const late = async (): Promise<'late'> => {
  await setTimeout(PATIENCE_MS, undefined, { ref: false })
  return 'late'
}

/** What runs in the builder appears and goes a moment after the step says so. Rejects when it takes 15 s. */
const awaitProcesses = async (text: string, isAwaited: (found: number) => boolean): Promise<void> => {
  for (let tenths = 0; !isAwaited(findProcesses(text).length); tenths++) {
    if (tenths === 150) throw new Error(`still ${findProcesses(text).length} processes with ${text}`)
    await setTimeout(100)
  }
}

describe('a run that is told to stop', () => {
  test.each([
    ['SIGINT', {}],
    ['SIGTERM', {}],
    ['SIGTERM', { USE_BUILDX: '0' }],
  ] as const)('by %s with %j ends at once and leaves no process behind', async (signal, env) => {
    await using space = await createWorkspace({
      ...twoApps(),
      'fragments/train.Dockerfile': 'RUN sleep 60; : step-<salt>\n',
    })
    const [mark, step] = [`mark-${space.salt}`, `step-${space.salt}`]
    await using running = await startAction(space, {
      inputs: { only: 'train' },
      env: { ...env, STRATA_E2E_MARK: mark },
    })
    await awaitProcesses(step, (found) => found > 0)
    expect(findProcesses(mark).length).toBeGreaterThan(1)

    running.kill(signal)
    const run = await Promise.race([running.finished, late()])
    expect(run).toMatchObject({ code: 1, signal: null, errors: [{ message: `stopped by ${signal}` }] })
    expect(findProcesses(mark)).toEqual([])
    await awaitProcesses(step, (found) => found === 0)
  })
})
