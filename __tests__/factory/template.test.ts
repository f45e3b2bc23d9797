import { describe, expect, test } from '@jest/globals'
import { parseDuration } from '../../src/factory/duration.ts'
import { placeholdersOf, renderSparse, renderTemplate } from '../../src/factory/template.ts'

const values = new Map([
  ['app', 'serve'],
  ['core', '0.1.0'],
  ['base', 'debian-13'],
])

describe('templates', () => {
  test.each([
    ['{app}-{core}-{base}', 'serve-0.1.0-debian-13', 'serve-0.1.0-debian-13'],
    ['{app}', 'serve', 'serve'],
    ['latest', 'latest', 'latest'],
    ['{light}-{app}', undefined, 'serve'],
    ['{app}-{light}', undefined, 'serve'],
    ['{app}-{light}-{base}', undefined, 'serve-debian-13'],
    ['{app}-{light}-{mid}-{base}', undefined, 'serve-debian-13'],
    ['{light}-{mid}', undefined, ''],
    ['team/{light}/{app}', undefined, 'team/serve'],
    ['v{light}-{app}', undefined, 'vserve'],
    ['{app}{light}{base}', undefined, 'servedebian-13'],
  ])('%s', (template, full, sparse) => {
    expect([renderTemplate(template, values), renderSparse(template, values)]).toEqual([full, sparse])
  })

  test('placeholders in order', () => {
    expect(placeholdersOf('{b}-x-{a}{b}')).toEqual(['b', 'a', 'b'])
  })
})

test.each([
  ['30m', 1_800_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
  ['0d', undefined],
  ['7', undefined],
  ['7w', undefined],
  ['1.5h', undefined],
  ['-1h', undefined],
  ['constructor', undefined],
])('the duration %s', (text, expected) => {
  expect(parseDuration(text)).toBe(expected)
})
