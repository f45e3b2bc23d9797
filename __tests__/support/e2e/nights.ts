import { expect } from '@jest/globals'
import { periodStart } from '../../../src/plan/epochs.ts'
import { openDoor } from './door.ts'
import { recordsOf } from './records-of.ts'
import { PULL_REQUEST, SCHEDULE } from './run-action.ts'
import { buildAt, type Moment, planAt, type RunAt } from './run-at.ts'
import { buildxBuild, emptyBuilder, testbed } from './testbed.ts'
import { createWorkspace, type Texts, type Workspace } from './workspace.ts'

/** What happens on which day, counted from 1. */
export type Story = {
  readonly days: number
  /** The base image moves before the nightly run of these days. */
  readonly baseMoves: readonly number[]
  /** From the first of these days on the GPU core cannot be built, until the second. */
  readonly broken: readonly [number, number]
  /** The registry does not answer in the night of this day. */
  readonly outage?: number
  /** The period of the security layer is over between the nightly run before this day and that of this day. */
  readonly rollover: number
}

const DAY = 86_400_000

const GPU = 'RUN cat /security > /gpu\n'

/** Two stable cores on a layer with an age, and an app on each. All images and caches are behind a door. */
const factory = (door: string): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: ${door}
platforms: [linux/amd64]
layers:
  base: { stable: true, variants: { own: { from: '${door}/e2e-<salt>-base:1' } } }
  security: { stable: true, max-age: 30d, variants: { '1.0': { fragment: security.Dockerfile } } }
  core: { stable: true, variants-from: 'cores/*/Dockerfile' }
  app: { variants: { serve: { fragment: app.Dockerfile } } }
manifests:
  all: { base: own, security: '1.0', core: '*', app: serve }
`,
  'security.Dockerfile': 'RUN date +%s%N > /security\nRUN echo <salt> >> /security\n',
  'cores/cpu/Dockerfile': 'RUN cat /security > /cpu\n',
  'cores/gpu/Dockerfile': GPU,
  'app.Dockerfile': 'RUN cat /security > /app\n',
})

/** Moves the base: another content each time. */
const moveBase = async (space: Workspace, time: number): Promise<void> => {
  await space.write({ 'base/Dockerfile': `FROM <base>\nRUN echo ${time} > /moved\n` })
  const tag = `${testbed.registry}/e2e-${space.salt}-base:1`
  await buildxBuild('--file', `${space.path}/base/Dockerfile`, '--push', '--tag', tag, `${space.path}/base`)
}

/** A day on whose night the period of the security layer has just rolled over, the given number of days later. */
const firstDay = (salt: string, { rollover }: Story): number => {
  const start = periodStart(new Date('2026-11-28T00:00:00Z'), 30 * DAY, `e2e-${salt} security 1.0`)
  // Half a day before the nightly run of that day.
  return Date.parse(start) + DAY / 2 - (rollover - 1) * DAY
}

/** What was planned and what really ran in one night; a step that failed did not run to its end. */
export type Night = {
  readonly day: number
  readonly planned: number
  readonly ran: number
  readonly failed: number
  readonly held: number
  readonly warnings: readonly string[]
}

const countSteps = (runs: readonly RunAt[], outcome: string): number => {
  const steps = new Set<string>()
  for (const { key, steps: all } of runs.flatMap(recordsOf).flatMap(({ layers }) => layers)) {
    for (const [index, step] of all.entries()) if (step.outcome === outcome) steps.add(`${key ?? ''} ${index}`)
  }
  return steps.size
}

/** Plans and builds what is cold, each leg on an emptied builder. */
const prewarm = async (space: Workspace, moment: Moment, day: number): Promise<Night> => {
  const { plan, outputs, warnings } = await planAt(space, moment, { scope: 'stable' })
  const runs: RunAt[] = []
  for (const { leg } of [...plan.waves.flat(), ...plan.legs]) {
    await emptyBuilder()
    runs.push(await buildAt(space, moment, { leg: JSON.stringify(leg), 'plan-path': outputs['plan-path'] ?? '' }))
  }
  const { cold, repeated } = plan.forecast
  return {
    ...{ day, planned: cold + repeated, held: plan.held?.length ?? 0 },
    ...{ ran: countSteps(runs, 'run'), failed: countSteps(runs, 'failed') },
    warnings: [...warnings, ...runs.flatMap((run) => run.warnings)],
  }
}

/** A pull request at noon: of the stable layers nothing may run. */
const pullRequest = async (space: Workspace, moment: Moment, isBroken: boolean): Promise<void> => {
  await emptyBuilder()
  const run = await buildAt(space, moment, isBroken ? { only: '*cpu*' } : {})
  const ran = recordsOf(run).flatMap(({ layers }) =>
    layers.flatMap(({ layer, steps }) => (steps.some(({ outcome }) => outcome === 'run') ? [layer] : [])),
  )
  expect({ at: moment.at.toISOString(), layers: [...new Set(ran)] }).toEqual({
    at: moment.at.toISOString(),
    layers: ['app'],
  })
}

/** Lives through the days: each has a nightly run and a pull request. Checks every pull request; returns the nights. */
export const liveThrough = async (story: Story): Promise<readonly Night[]> => {
  await using space = await createWorkspace({})
  await using door = await openDoor(testbed.registry)
  await space.write(factory(door.address))
  await moveBase(space, 0)
  const start = firstDay(space.salt, story)
  const nights: Night[] = []
  for (let day = 1; day <= story.days; day++) {
    const isBroken = day >= story.broken[0] && day < story.broken[1]
    await space.write({ 'cores/gpu/Dockerfile': isBroken ? 'RUN exit 3\n' : GPU })
    if (story.baseMoves.includes(day)) await moveBase(space, day)
    const at = start + (day - 1) * DAY
    if (day === story.outage) await door.shut()
    nights.push(await prewarm(space, { at: new Date(at), event: SCHEDULE, number: day }, day))
    if (day === story.outage) await door.open()
    await pullRequest(space, { at: new Date(at + DAY / 3), event: PULL_REQUEST, number: 100 + day }, isBroken)
  }
  return nights
}
