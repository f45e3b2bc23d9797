import { describe, expect, test } from '@jest/globals'
import type { KeyInput } from '../../../src/layers/key-input.ts'
import { chainReasons } from '../../../src/plan/reasons/chain-reasons.ts'
import type { LayerNow } from '../../../src/plan/reasons/layer-reason.ts'
import type { RecordLayer } from '../../../src/records/record.ts'
import { sampleRecord, sampleRecordLayer } from '../../support/records.ts'

const input = (kind: KeyInput['kind'], name: string, digest = 'old'): KeyInput => ({ kind, name, digest })

/** A layer as it was. */
const was = (layer: string, changes: Partial<RecordLayer> = {}): RecordLayer =>
  sampleRecordLayer({
    ...{ layer, variant: '1', key: `key-${layer}`, inputs: [input('fragment', `${layer}.Dockerfile`)] },
    fragment: { file: `${layer}.Dockerfile`, digest: 'old', text: 'RUN a\nRUN b\n' },
    ...changes,
  })

/** A layer as it is, by default the same with another key. */
const is = (layer: string, changes: Partial<LayerNow> = {}): LayerNow => ({
  ...{ layer, variant: '1', key: `new-${layer}`, inputs: [input('fragment', `${layer}.Dockerfile`)] },
  ...{ file: `${layer}.Dockerfile`, text: 'RUN a\nRUN b\n', tag: `${layer}-tag`, files: () => undefined },
  ...changes,
})

const reasonsOf = (before: readonly RecordLayer[], chain: readonly LayerNow[]) => {
  const images = new Map([['ubuntu', 'sha256:new']])
  const record = sampleRecord({ layers: before, images: [{ reference: 'ubuntu', digest: 'sha256:old' }] })
  return chainReasons(record, { chain, images })
}

const own = (before: readonly KeyInput[], now: readonly KeyInput[], changes: Partial<LayerNow> = {}) =>
  reasonsOf([was('core', { inputs: before })], [is('core', { inputs: now, ...changes })])[0]

describe('a layer that changed itself', () => {
  test.each<[string, KeyInput, KeyInput, object]>([
    [
      'its base',
      input('image', 'ubuntu'),
      input('image', 'ubuntu', 'new'),
      { kind: 'base-image', subject: 'ubuntu', evidence: ['image ubuntu: sha256:old -> sha256:new'] },
    ],
    [
      'an argument',
      input('argument', 'PYTHON'),
      input('argument', 'PYTHON', 'new'),
      { kind: 'argument', subject: 'PYTHON', evidence: ['argument PYTHON changed'] },
    ],
    [
      'an epoch',
      input('epoch', 'core'),
      input('epoch', 'core', 'new'),
      { kind: 'epoch', subject: 'core', evidence: ['fresh since ever -> ever'] },
    ],
    [
      'a folder that is not listed',
      input('files', 'src/'),
      input('files', 'src/', 'new'),
      { kind: 'context-file', subject: 'src/', evidence: ['files src/ changed'] },
    ],
    [
      'what ADD fetches',
      input('remote', 'https://a.example/b'),
      input('remote', 'https://a.example/b', 'new'),
      { kind: 'setting', subject: 'https://a.example/b', evidence: ['remote https://a.example/b changed'] },
    ],
    [
      'a setting of the layer below',
      input('below', 'base 24.04'),
      input('below', 'base 24.04', 'new'),
      { kind: 'parent', subject: 'base/24.04', root: { layer: 'base', variant: '24.04' } },
    ],
  ])('by %s', (_, before, now, expected) => {
    expect(own([before], [now])).toMatchObject(expected)
  })

  test('by its fragment shows the lines', () => {
    const inputs = [input('fragment', 'core.Dockerfile', 'new')]
    expect(own([input('fragment', 'core.Dockerfile')], inputs, { text: 'RUN a\nRUN c\n' })).toEqual({
      ...{ kind: 'fragment', subject: 'core.Dockerfile' },
      evidence: ['fragment core.Dockerfile changed', '@@ -2,1 +2,1 @@', '-RUN b', '+RUN c'],
    })
  })

  test.each<[string, Record<string, string>, Record<string, string>, string, string]>([
    ['changed', { 'a/b': '644 x' }, { 'a/b': '644 y' }, 'file a/b changed', 'a/b'],
    ['appeared', {}, { 'a/b c': '644 y' }, 'file a/b c appeared', 'a/b c'],
    ['vanished', { 'a/b': '644 x' }, {}, 'file a/b vanished', 'a/b'],
    ['has another mode', { 'a/b': '644 x' }, { 'a/b': '755 x' }, 'file a/b mode 644 -> 755', 'a/b'],
  ])('by a file that %s names it', (_, before, now, line, subject) => {
    const name = 'a/'
    const layer = was('core', { inputs: [input('files', name)], files: { [name]: before } })
    const current = is('core', { inputs: [input('files', name, 'new')], files: () => now })
    expect(reasonsOf([layer], [current])).toEqual([{ kind: 'context-file', subject, evidence: [line] }])
  })

  test('by several things has the first kind as its reason, and all as evidence', () => {
    const before = [input('files', 'src/'), input('argument', 'A'), input('image', 'ubuntu')]
    const now = before.map((each) => ({ ...each, digest: 'new' }))
    expect(own(before, now)).toMatchObject({
      kind: 'base-image',
      evidence: ['image ubuntu: sha256:old -> sha256:new', 'argument A changed', 'files src/ changed'],
    })
  })

  test('by another variant or another fragment', () => {
    expect(own([], [], { variant: '2' })).toMatchObject({ kind: 'fragment', evidence: ['core is 2 instead of 1'] })
    expect(own([], [], { file: 'x' })).toMatchObject({ evidence: ['fragment core.Dockerfile -> x'] })
  })

  test('by many things does not tell all of them', () => {
    const names = Array.from({ length: 40 }, (_, index) => `A${index}`)
    const of = (digest: string) => names.map((name) => input('argument', name, digest))
    expect(own(of('old'), of('new'))?.evidence.at(-1)).toBe('16 more')
  })
})

describe('the layers of a chain', () => {
  test('have the lowest one that changed as their root, and say when they changed, too', () => {
    const changed = [input('argument', 'A', 'new')]
    const chain = [
      is('security', { key: 'key-security' }),
      is('core', { inputs: changed }),
      is('light'),
      is('app', { inputs: changed }),
    ]
    const before = ['security', 'core', 'light', 'app'].map((layer) =>
      was(layer, layer === 'core' || layer === 'app' ? { inputs: [input('argument', 'A')] } : {}),
    )
    const root = { layer: 'core', variant: '1' }
    expect(reasonsOf(before, chain)).toMatchObject([
      { kind: 'ref-missing', subject: 'security-tag' },
      { kind: 'argument', subject: 'A' },
      { kind: 'parent', subject: 'core/1', root, evidence: ['argument A changed'] },
      { kind: 'argument', evidence: ['argument A changed', 'core/1 below it changed, too'] },
    ])
  })

  test('are new, or stand on one that is gone', () => {
    expect(reasonsOf([], [is('core')])).toMatchObject([{ kind: 'fragment', evidence: ['core is new in llm_factory'] }])
    expect(reasonsOf([was('security'), was('core')], [is('core')])).toMatchObject([
      { kind: 'parent', subject: 'security/1', evidence: ['security/1 is gone'] },
    ])
  })

  test('with equal inputs and other keys come of another release', () => {
    expect(reasonsOf([was('core')], [is('core')])).toMatchObject([{ kind: 'setting', subject: 'key scheme' }])
  })

  test('say what is missing where refs are not named by content', () => {
    const { tag: _, ...core } = is('core', { key: 'key-core' })
    expect(reasonsOf([was('core')], [core])).toMatchObject([
      { kind: 'ref-missing', evidence: [expect.stringContaining('does not hold it')] },
    ])
  })
})
