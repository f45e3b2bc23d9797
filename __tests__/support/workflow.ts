import { parse } from 'yaml'

/** A step of a workflow that uses an action. */
export type UsingStep = { readonly uses: string; readonly with?: Readonly<Record<string, unknown>> }

/** A job as far as tests look at it. */
export type Job = {
  readonly needs?: string | readonly string[]
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
}

/** A workflow as far as tests look at it. */
export type Workflow = {
  readonly permissions?: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

/** Reads a workflow file. Throws where it is not YAML. */
export const parseWorkflow = (text: string): Workflow => parse(text) as Workflow

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** All steps of a workflow, or of a part of one, that use an action. */
export const usingSteps = (part: unknown): readonly UsingStep[] => {
  if (!isObject(part)) return []
  const own = 'uses' in part && typeof part.uses === 'string' ? [part as UsingStep] : []
  return [...own, ...Object.values(part).flatMap(usingSteps)]
}

/** Path of the `action.yml` behind a `uses` of this project; undefined for actions of others. */
export const ownActionOf = ({ uses }: UsingStep): string | undefined => {
  const path = /^(?:strata-action\/strata|\.)(?:\/(?<folder>[a-z-]*))?(?:@.+)?$/.exec(uses)
  if (path === null) return undefined
  const folder = path.groups?.['folder'] ?? ''
  return folder === '' ? 'action.yml' : `${folder}/action.yml`
}
