/** A value on a trend line, in the units of its picture. */
export type CurvePoint = { readonly x: number; readonly y: number; readonly value: number }

/** A picture to draw in. */
export type Box = { readonly width: number; readonly height: number; readonly margin: number }

/**
 * Values from left to right at even distances, the least at the bottom and the greatest at the top; in the middle where
 * all are equal or there is one. Values that are no numbers are 0.
 */
export const placePoints = (values: readonly number[], { width, height, margin }: Box): readonly CurvePoint[] => {
  const clean = values.map((value) => (Number.isFinite(value) ? value : 0))
  const [low, high] = [Math.min(...clean), Math.max(...clean)]
  const inner = { width: width - 2 * margin, height: height - 2 * margin }
  return clean.map((value, index) => ({
    x: margin + (clean.length === 1 ? inner.width : (index / (clean.length - 1)) * inner.width),
    y: margin + (high === low ? 0.5 : (high - value) / (high - low)) * inner.height,
    value,
  }))
}

/** The points as a path of straight lines, for the `d` of an SVG path. */
export const pathThrough = (points: readonly CurvePoint[]): string =>
  points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
