import { platformSlug } from '../oci/platform.ts'
import { renderDuration } from '../progress/duration.ts'
import type { StepReport, WorkItemResult } from './results.ts'

const WIDTH = 90

const outcomeOf = ({ outcome, execMs }: StepReport): string => {
  switch (outcome) {
    case 'hit':
      return 'CACHED'
    case 'run':
      return renderDuration(execMs)
    case 'failed':
      return 'FAILED'
    case 'canceled':
      return 'canceled'
    case 'skipped':
      return 'not run'
  }
}

/** The steps of a work item for the log, folded under a title. */
export const renderStepLines = (
  item: WorkItemResult,
): { readonly title: string; readonly lines: readonly string[] } => {
  const title = `${item.manifestId} ${platformSlug(item.platform)}: ${item.status}, ${item.cachedSteps} of ${item.totalSteps} steps from cache`
  const lines = item.steps.map((step) => {
    const text = step.text.length > WIDTH ? `${step.text.slice(0, WIDTH - 1)}…` : step.text
    return `  ${step.layer.padEnd(10)} ${text.padEnd(WIDTH)} ${outcomeOf(step).padStart(8)}  ${step.file}:${step.line}`
  })
  return {
    title,
    lines: [...lines, ...(item.digest === undefined ? [] : [`  image ${item.images.join(', ')}@${item.digest}`])],
  }
}
