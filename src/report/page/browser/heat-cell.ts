import { renderPercent } from '../../quantity.ts'
import { outcomeOfTally, ratioOf, stepsOf, type Tally } from '../model/tally.ts'
import { sayTime } from '../model/words.ts'
import { measure } from './element.ts'

/** By what the heat map is coloured. */
export type Scale = { readonly by: 'ratio' } | { readonly by: 'time'; readonly longest: number }

/** Colours an element by the share of its steps that came from cache, or by the time they took. */
export const heated = <E extends HTMLElement>(element: E, tally: Tally | undefined, scale: Scale): E => {
  if (tally === undefined || stepsOf(tally) === 0) {
    element.classList.add('cold')
    return element
  }
  if (scale.by === 'time') {
    element.classList.add('by-time')
    // Times are far apart, and so are their roots less.
    const share = Math.sqrt(tally.ms / Math.max(1, scale.longest))
    return measure(element, '--heat', `${(Math.min(1, share) * 100).toFixed(1)}%`)
  }
  const ratio = ratioOf(tally)
  element.classList.add(outcomeOfTally(tally) === 'failed' ? 'failed' : ratio < 0.5 ? 'low' : 'high')
  return measure(element, '--heat', `${((ratio < 0.5 ? ratio * 2 : ratio * 2 - 1) * 100).toFixed(1)}%`)
}

/** What a heated cell says. */
export const sayHeat = (tally: Tally | undefined, scale: Scale): string => {
  if (tally === undefined) return ''
  if (stepsOf(tally) === 0) return '–'
  if (scale.by === 'time') return sayTime(tally.ms)
  return tally.failed > 0 ? '✕ failed' : renderPercent(ratioOf(tally))
}
