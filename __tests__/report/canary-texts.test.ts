import { describe, expect, test } from '@jest/globals'
import type { StaleLayer } from '../../src/canary/stale-layers.ts'
import { renderCanary, staleText } from '../../src/report/canary-texts.ts'

const ITEM = { manifestId: 'serve', platform: 'linux/amd64' }

const layer = (changes: Partial<StaleLayer> = {}): StaleLayer => ({
  ...{ layer: 'security', variant: '1.0', packages: [], files: ['var/log/x'] },
  ...changes,
})

describe('staleText', () => {
  test('names packages before files, and counts what is too much to name', () => {
    const packages = [
      { name: 'openssl', cached: '1', cold: '2' },
      { name: 'new', cold: '1' },
      { name: 'old', cached: '1' },
    ]
    expect(staleText(layer({ packages }))).toContain(': openssl 1 → 2, new 1 is new, old 1 is gone. Give the layer')
    const files = Array.from({ length: 10 }, (_, index) => `f${index}`)
    expect(staleText(layer({ files }))).toContain('f7 and 2 more')
  })
})

describe('renderCanary', () => {
  test('says that all is well', () => {
    const text = renderCanary({ item: ITEM, layers: [], environment: [] })
    expect(text).toContain('✅ Canary serve on linux/amd64')
    expect(text).toContain('What the cache holds is what the steps make today.')
  })

  test('says which layers and variables are stale, with hostile names made harmless', () => {
    const text = renderCanary({ item: ITEM, layers: [layer({ files: ['a|b`<img>'] })], environment: ['PATH'] })
    expect(text).toContain('⚠️ Canary')
    expect(text).toContain('1 layer made something else without cache. Environment: `PATH`.')
    expect(text).not.toContain('<img>`')
    expect(text).not.toMatch(/[^\\]\|b/)
  })
})
