import { inputError } from '../problem.ts'
import type { Leg, PlannedLeg } from './leg.ts'
import { decodePlan, type PlanFile } from './plan-file.ts'
import type { Plan } from './plan.ts'

/** Version of the plan file. Those of 1 knew of one cache repository only. */
const VERSION: Plan['version'] = 2

const parseJson = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw inputError(`${what} is not JSON`, { hint: 'was it cut off, or is it empty?' }, { cause })
  }
}

/** Reads a plan file. Throws an InputError when it is not one, or one of another version. */
export const parsePlan = (text: string, file: string): Plan => {
  const value = parseJson(text, `plan file ${file}`)
  if (
    typeof value !== 'object' ||
    value === null ||
    !('version' in value) ||
    !('legs' in value) ||
    !('items' in value) ||
    !('layers' in value) ||
    !('imageKeys' in value)
  ) {
    throw inputError(`${file} is not a plan file`, {
      expected: 'the file that output plan-path of the plan action names',
    })
  }
  if (value.version !== VERSION) {
    const hint = 'use the same release of Strata for plan and build'
    throw inputError(`${file} is a plan of version ${String(value.version)}`, { expected: `version ${VERSION}`, hint })
  }
  return decodePlan(value as PlanFile)
}

/** What a job needs to know of its leg; without a digest, any plan that has the leg will do. */
export type LegStamp = Pick<Leg, 'id'> & {
  readonly digest?: string
  /** When it was planned. */
  readonly plannedAt?: Date
}

/** What a job knows of its leg: the matrix entry as JSON. Throws an InputError when it has no id. */
export const parseLeg = (text: string): LegStamp => {
  const value = parseJson(text, 'input leg')
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string') {
    throw inputError('input leg has no id', { expected: '${{ toJSON(matrix) }} of a matrix that the plan action made' })
  }
  const digest = 'plan-digest' in value && typeof value['plan-digest'] === 'string' ? value['plan-digest'] : undefined
  const plannedAt = 'planned-at' in value ? new Date(String(value['planned-at'])) : undefined
  return {
    id: value.id,
    ...(digest === undefined ? {} : { digest }),
    ...(plannedAt === undefined || Number.isNaN(plannedAt.getTime()) ? {} : { plannedAt }),
  }
}

/** The leg of that id. Throws an InputError when the plan has none. */
export const findLeg = ({ waves, legs }: Plan, id: string): PlannedLeg => {
  const found = [...waves.flat(), ...legs].find(({ leg }) => leg.id === id)
  if (found !== undefined) return found
  const hint = 'were plan and build given the same factory file, only, platforms and base?'
  throw inputError(`the plan has no leg ${id}`, { hint })
}
