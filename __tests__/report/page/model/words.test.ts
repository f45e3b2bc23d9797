import { expect, test } from '@jest/globals'
import { sayBytes, sayClock, sayMoment, sayTime, webAddress } from '../../../../src/report/page/model/words.ts'

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [NaN, '0 s'],
  [0.2, '1 ms'],
  [380, '380 ms'],
  [1_240, '1.2 s'],
  [12_400, '12 s'],
  [99_400, '99 s'],
  [180_000, '3 min'],
  [99 * 60_000, '99 min'],
  [125 * 60_000, '2 h 5 min'],
  [180 * 60_000, '3 h'],
  [12.4 * 3_600_000, '12 h'],
])('%d ms is %s', (ms, text) => {
  expect(sayTime(ms)).toBe(text)
})

test.each([
  [0, '0:00'],
  [90_000, '1:30'],
  [3_900_000, '1:05:00'],
])('%d ms on a clock is %s', (ms, text) => {
  expect(sayClock(ms)).toBe(text)
})

test.each([
  [0, '0 B'],
  [NaN, '0 B'],
  [999, '999 B'],
  [3_400, '3.4 kB'],
  [48_000_000, '48 MB'],
  [2.7e9, '2.7 GB'],
  [4e15, '4000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sayBytes(bytes)).toBe(text)
})

test.each([
  ['2026-11-22T15:39:57.000Z', '2026-11-22 15:39 UTC'],
  ['yesterday', 'yesterday'],
])('%s is said as %s', (iso, text) => {
  expect(sayMoment(iso)).toBe(text)
})

test.each([
  ['https://github.com/a/b/actions/runs/1', 'https://github.com/a/b/actions/runs/1'],
  ['http://ghe.example/a', 'http://ghe.example/a'],
  ['javascript:alert(1)', undefined],
  [' javascript:alert(1)', undefined],
  ['java\nscript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['//example.com', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j as a link: %j', (text, address) => {
  expect(webAddress(text)).toBe(address)
})
