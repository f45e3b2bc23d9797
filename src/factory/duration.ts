const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30m`, `12h` or `7d` in ms; undefined for anything else. */
export const parseDuration = (text: string): number | undefined => {
  const unit = UNITS[text.slice(-1)]
  return /^[1-9][0-9]{0,5}[mhd]$/.test(text) && unit !== undefined ? Number(text.slice(0, -1)) * unit : undefined
}
