const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const pad = (value: number): string => String(value).padStart(2, '0')

/** A time in ms as people say it: `850 ms`, `3.2 s`, `4 min 05 s`, `1 h 02 min`; a dash for what is no time. */
export const renderDuration = (ms: number): string => {
  if (!Number.isFinite(ms) || ms < 0) return '–'
  if (ms < SECOND) return `${Math.floor(ms)} ms`
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${pad(Math.floor((ms % MINUTE) / SECOND))} s`
  return `${Math.floor(ms / HOUR)} h ${pad(Math.floor((ms % HOUR) / MINUTE))} min`
}

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
