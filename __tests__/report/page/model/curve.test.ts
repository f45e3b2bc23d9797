import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { pathThrough, placePoints } from '../../../../src/report/page/model/curve.ts'

const BOX = { width: 100, height: 20, margin: 5 }

test.each([
  [[], ''],
  [[3], 'M95.0 10.0'],
  [[1, 1], 'M5.0 10.0L95.0 10.0'],
  [[0, 1, 0.5], 'M5.0 15.0L50.0 5.0L95.0 10.0'],
  [[NaN, 1], 'M5.0 15.0L95.0 5.0'],
])('%j is drawn as %s', (values, path) => {
  expect(pathThrough(placePoints(values, BOX))).toBe(path)
})

test('every point is in the picture', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e9, max: 1e9 })), (values) => {
      for (const { x, y } of placePoints(values, BOX)) {
        expect(x).toBeGreaterThanOrEqual(5)
        expect(x).toBeLessThanOrEqual(95.001)
        expect(y).toBeGreaterThanOrEqual(4.999)
        expect(y).toBeLessThanOrEqual(15.001)
      }
    }),
  )
})
