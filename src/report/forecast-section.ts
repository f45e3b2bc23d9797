import type { Plan } from '../plan/plan.ts'
import type { Section } from './document.ts'
import { renderTableHead, renderTableRow } from './markdown.ts'
import { renderCount, renderEstimate, renderNumber, renderPercent } from './quantity.ts'
import { fixedSection } from './sections.ts'

/** What of a plan its forecast is told from. */
export type ForecastPlan = Pick<Plan, 'forecast' | 'prefixes'>

const renderCounts = ({ forecast: { unique, shared, warm, cold, repeated } }: ForecastPlan): string => {
  const columns = ['Unique steps', 'Shared', 'Warm', 'Cold', 'Repeated'].map((title) => ({
    title,
    align: 'right' as const,
  }))
  const cells = [unique, shared, warm, cold, repeated].map(renderNumber)
  return `${renderTableHead(columns)}\n${renderTableRow(cells)}`
}

/** Where refs are not named by content, or nobody could be asked, only the build finds out what is cached. */
const renderWork = ({ forecast: { positions, cold, repeated }, prefixes }: ForecastPlan): string => {
  const atMost = prefixes.some(({ state }) => state === 'unknown') ? 'at most ' : ''
  const steps = renderCount(positions, 'step')
  return `A naive matrix would run ${steps}, this plan runs ${atMost}${renderNumber(cold + repeated)}.`
}

const renderBasis = (measured: number): string => {
  if (measured <= 0) return 'expected from defaults'
  return measured >= 1 ? 'from measured times' : `${renderPercent(measured)} of it from measured times`
}

const renderTime = ({ forecast }: ForecastPlan): string => {
  const { cold, repeated, expectedMs, lowerBoundMs, runnerMs, measured } = forecast
  const basis = cold + repeated === 0 ? '' : ` (${renderBasis(measured)})`
  const bound = `no schedule could beat ${renderEstimate(lowerBoundMs)}`
  return `Expected time ${renderEstimate(expectedMs)}${basis}; ${bound}. Runner time ${renderEstimate(runnerMs)}.`
}

/** What the steps of a plan come to, against what they would without it; nothing for a plan without steps. */
export const forecastSection = (plan: ForecastPlan): readonly Section[] => {
  if (plan.forecast.unique === 0) return []
  return fixedSection(`${renderCounts(plan)}\n\n${renderWork(plan)}<br>\n${renderTime(plan)}`)
}
