import { expect, test } from '@jest/globals'
import { Script } from 'node:vm'
import { readText } from '../../../script/documents.ts'
import { readPageAssets, renderPageAssets } from '../../../script/page-assets.ts'

test('the committed assets.json is what its sources say (npm run page)', () => {
  expect(readText('src/report/page/assets.json')).toBe(renderPageAssets())
})

test('the script is JavaScript, all of it on this page', () => {
  const { script } = readPageAssets()
  expect(() => new Script(script)).not.toThrow()
  expect(script).not.toMatch(/^\s*(import|export)\b/m)
})

test('neither script nor style can end its element, or asks for anything', () => {
  const { script, style } = readPageAssets()
  expect(script).not.toMatch(
    /<\/script|<!--|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|\bfetch\(/i,
  )
  expect(style).not.toMatch(/<\/style|@import|url\(|@font-face/i)
})
