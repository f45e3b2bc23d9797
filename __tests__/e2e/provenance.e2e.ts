import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isMembers, parseMembers, type Members } from '../../src/oci/json.ts'
import { parseProvenance } from '../../src/progress/provenance.ts'
import type { StepReport } from '../../src/report/results.ts'
import { checkOutExample } from '../support/e2e/example-workspace.ts'
import { runBuild, type BuildRun } from '../support/e2e/run-action.ts'
import type { Workspace } from '../support/e2e/workspace.ts'

/** What BuildKit says of a vertex: the lines of its instruction in the stitched Dockerfile. */
type Instruction = readonly string[]

/** The Dockerfile that BuildKit kept with the provenance of a target. */
const keptDockerfile = (metadata: Members): readonly string[] => {
  const [encoded] = /(?<="data":")[^"]+/.exec(JSON.stringify(metadata['buildx.build.provenance'])) ?? []
  return Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split('\n')
}

/** Every place of every vertex, over all targets of the bake call: one may run the vertex of another's equal step. */
const instructionsOf = ({ outputs }: BuildRun): ReadonlyMap<string, readonly Instruction[]> => {
  const file = join(dirname(outputs['results'] ?? ''), 'docker-bake.metadata.json')
  const found = Object.values(parseMembers(readFileSync(file, 'utf8'), file)).flatMap((metadata) => {
    if (!isMembers(metadata)) return []
    const dockerfile = keptDockerfile(metadata)
    return [...parseProvenance(metadata)].flatMap(([digest, places]) =>
      places.map(({ start, end }) => [digest, dockerfile.slice(start - 1, end)] as const),
    )
  })
  return new Map(
    [...Map.groupBy(found, ([digest]) => digest)].map(([digest, all]) => [digest, all.map((one) => one[1])]),
  )
}

/** The instruction where the action says that the step is, as long as the one that BuildKit says it is. */
const writtenAt = ({ path }: Workspace, { file, line }: StepReport, length: number): Instruction =>
  readFileSync(join(path, file), 'utf8')
    .split('\n')
    .slice(line - 1, line - 1 + length)

/** Of COPY, stitching changes flags and sources: what it is and where it copies to stay. */
const essence = (instruction: Instruction): Instruction => {
  const [first = '', ...rest] = instruction
  const words = first.split(/\s+/)
  return words[0] === 'COPY' ? [`COPY … ${words.at(-1) ?? ''}`, ...rest] : instruction
}

describe('the example factory, on both platforms', () => {
  test('every step is the one that BuildKit says it is', async () => {
    await using space = await checkOutExample()
    for (const expected of ['run', 'hit']) {
      const run = await runBuild(space, { env: { BUILDX_METADATA_PROVENANCE: 'max' } })
      expect(run).toMatchObject({ code: 0, errors: [], warnings: [{ title: 'Emulation' }] })
      const instructions = instructionsOf(run)
      const steps = run.results.items.flatMap((item) => item.steps)
      expect(run.results.items.map(({ platform }) => platform)).toEqual(expect.arrayContaining(['linux/arm64']))
      expect(steps.filter(({ layer, outcome }) => layer === 'light' && outcome !== expected)).toEqual([])
      expect(steps.length).toBeGreaterThan(100)
      for (const report of steps) {
        const told = instructions.get(report.vertex ?? '') ?? []
        const written = told.map(({ length }) => essence(writtenAt(space, report, length)))
        expect({ report, told: told.map(essence) }).toEqual({ report, told: written })
        expect({ report, places: told.length > 0 }).toEqual({ report, places: true })
      }
      // Provenance holds values of arguments: it stays where it is.
      expect(JSON.stringify([run.outputs, run.summary, run.results])).not.toContain('digestMapping')
    }
  })
})
