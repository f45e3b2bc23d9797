/** An amount of bytes for people: `12.3 GiB`, `512 MiB`, `3 KiB`. */
export const renderBytes = (bytes: number): string => {
  const [kib, mib, gib] = [bytes / 1024, bytes / 1024 ** 2, bytes / 1024 ** 3]
  if (gib >= 1) return `${gib.toFixed(1)} GiB`
  return mib >= 1 || bytes === 0 ? `${mib.toFixed(0)} MiB` : `${kib.toFixed(0)} KiB`
}
