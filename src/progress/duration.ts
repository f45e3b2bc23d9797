const pad = (value: number): string => String(value).padStart(2, '0')

/** A time in ms for people, as BuildKit's own log has it: `0.4s`, `12.3s`, `2m05s`, `1h02m`; a dash for what is no time. */
export const renderDuration = (ms: number): string => {
  if (!Number.isFinite(ms) || ms < 0) return '–'
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes}m${pad(seconds % 60)}s` : `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`
}
