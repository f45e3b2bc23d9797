const UNITS: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** `500MB` or `8GiB` in bytes; undefined for anything else. */
export const parseBytes = (text: string): number | undefined => {
  const [, number, unit = ''] = /^([1-9][0-9]{0,5})(MB|GB|MiB|GiB)$/.exec(text) ?? []
  return number === undefined ? undefined : Number(number) * (UNITS[unit] ?? 1)
}
