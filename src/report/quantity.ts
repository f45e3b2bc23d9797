/** A ratio (0 to 1) in percent. Only all is 100 % and only none is 0 %. */
export const renderPercent = (ratio: number): string => {
  if (!Number.isFinite(ratio)) return '–'
  const percent = Math.floor(ratio * 100)
  return `${ratio > 0 ? Math.max(1, percent) : percent}%`
}

const BAR_LENGTH = 10

/** Keeps two words on one line in a narrow column. */
export const NO_BREAK = '\u00a0'

/** A ratio (0 to 1) as a bar, with its percentage. A code span, so that all bars of a column are equally long. */
export const renderBar = (ratio: number): string => {
  const bounded = Math.min(1, Math.max(0, Number.isFinite(ratio) ? ratio : 0))
  const full = bounded > 0 ? Math.max(1, Math.floor(bounded * BAR_LENGTH)) : 0
  return `\`${'█'.repeat(full)}${'░'.repeat(BAR_LENGTH - full)}\`${NO_BREAK}${renderPercent(ratio)}`
}

/** A number with its thousands apart: `12,345`. */
export const renderNumber = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',')

/** `1 step`, `2 steps`, `1,234 steps`. */
export const renderCount = (count: number, noun: string, plural = `${noun}s`): string =>
  `${renderNumber(count)} ${count === 1 ? noun : plural}`

/** A guess in ms, with no more digits than a guess has: `about 38 min`, `about 2 h 5 min`. */
export const renderEstimate = (ms: number): string => {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 90) return `about ${minutes} min`
  const rest = minutes % 60
  return `about ${renderNumber(Math.floor(minutes / 60))} h${rest === 0 ? '' : ` ${rest} min`}`
}
