import fc from 'fast-check'
import { describe, expect, test } from '@jest/globals'
import { parseMainFile } from '../../src/factory/document.ts'
import { expandFactory } from '../../src/factory/expand.ts'
import type { Factory } from '../../src/factory/factory.ts'
import { shortenId } from '../../src/factory/combination.ts'
import { parseFactory } from '../../src/factory/parse.ts'
import { matchesSelector } from '../../src/factory/selector.ts'
import { InputError } from '../../src/problem.ts'
import { parseSource } from '../../src/factory/yaml-source.ts'
import type { Expansion } from '../../src/factory/work-item.ts'

/** A factory as data: for each layer its variants, and rules that name variants by index. */
type Sketch = {
  readonly layers: readonly number[]
  readonly rules: readonly (readonly (number | undefined)[])[]
  readonly platformRule: boolean
}

const sketches: fc.Arbitrary<Sketch> = fc.record({
  layers: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  rules: fc.array(fc.array(fc.option(fc.nat(3), { nil: undefined }), { minLength: 4, maxLength: 4 }), { maxLength: 4 }),
  platformRule: fc.boolean(),
})

type Shuffle = <T>(items: readonly T[]) => readonly T[]
const asIs: Shuffle = (items) => items

/** JSON is YAML, and shows the order of keys. */
const write = ({ layers, rules, platformRule }: Sketch, shuffle: Shuffle = asIs): string => {
  const variants = (layer: number, count: number) =>
    shuffle(Array.from({ length: count }, (_, v) => [`v${v}`, layer === 0 ? { from: `image:${v}` } : {}] as const))
  const written = rules.map((rule, index) => [
    ...rule.flatMap((v, layer) =>
      v === undefined || v >= (layers[layer] ?? 0) ? [] : [[`l${layer}`, `v${v}`] as const],
    ),
    ['reason', `rule ${index}`] as const,
    ...(platformRule && index === 0 ? [['platform', 'linux/arm64'] as const] : []),
  ])
  return JSON.stringify({
    version: 1,
    name: 'demo',
    platforms: ['linux/amd64', 'linux/arm64'],
    layers: Object.fromEntries(layers.map((n, l) => [`l${l}`, { variants: Object.fromEntries(variants(l, n)) }])),
    manifests: { all: Object.fromEntries(shuffle(layers.map((_, l) => [`l${l}`, '*'] as const))) },
    exclude: written.filter((rule) => rule.length > 1).map((rule) => Object.fromEntries(shuffle(rule))),
  })
}

const parse = (text: string): Factory => parseFactory(parseMainFile('strata.yaml', text))

/** The expansion, or undefined when the rules leave nothing; any other failure is one of the test. */
const expand = (text: string): Expansion | undefined => {
  try {
    return expandFactory(parse(text))
  } catch (error) {
    if (error instanceof InputError && error.message.includes('nothing is left to build')) return undefined
    throw error
  }
}

const namesOf = (expansion: Expansion | undefined): readonly string[] | undefined =>
  expansion?.items.map(({ manifestId, platform }) => `${manifestId} ${platform}`)

describe('expansion', () => {
  test('the order of keys changes the order of work items, never their ids', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        const reversed = namesOf(expand(write(sketch, (items) => items.toReversed())))
        expect(reversed?.toSorted()).toEqual(namesOf(expand(write(sketch)))?.toSorted())
      }),
    )
  })

  test('every work item passes every rule, and whatever is missing has a reason', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        const text = write(sketch)
        const { exclude } = parse(text)
        const expansion = expand(text)
        const all = sketch.layers.reduce((product, n) => product * n, 1) * 2
        for (const { layers, platform } of expansion?.items ?? []) {
          const breaks = exclude.filter(
            (rule) =>
              (rule.platforms === undefined || matchesSelector(rule.platforms, platform)) &&
              Object.entries(rule.layers).every(([name, selector]) =>
                layers.some(({ layer, variant }) => layer === name && matchesSelector(selector, variant)),
              ),
          )
          expect(breaks).toEqual([])
        }
        const left = (expansion?.excluded ?? []).reduce((n, { platform }) => n + (platform === undefined ? 2 : 1), 0)
        if (expansion !== undefined) expect(expansion.items.length + left).toBe(all)
      }),
    )
  })

  test('ids are unique, fit the grammar, and the same input yields the same bytes', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        const expansion = expand(write(sketch))
        const names = namesOf(expansion) ?? []
        expect(new Set(names).size).toBe(names.length)
        for (const { manifestId } of expansion?.items ?? []) expect(manifestId).toMatch(/^[a-z0-9_][a-z0-9_.-]{0,79}$/)
        expect(JSON.stringify(expand(write(sketch)))).toBe(JSON.stringify(expansion))
      }),
    )
  })

  test('asking for one id yields just its work items, equal to those of the whole', () => {
    fc.assert(
      fc.property(sketches, fc.nat(), (sketch, pick) => {
        const text = write(sketch)
        const expansion = expand(text)
        const id = expansion?.items[pick % expansion.items.length]?.manifestId
        if (id === undefined) return
        const { items } = expandFactory(parse(text), { only: [id] })
        expect(items).toEqual(expansion?.items.filter(({ manifestId }) => manifestId === id))
      }),
    )
  })
})

test('shortened ids are at most 80 characters and tell long ids apart', () => {
  const ids = fc.stringMatching(/^[a-z0-9_][a-z0-9_.-]{0,160}$/)
  fc.assert(
    fc.property(ids, ids, (one, other) => {
      expect(shortenId(one).length).toBeLessThanOrEqual(80)
      expect(shortenId(one) === shortenId(other)).toBe(one === other)
    }),
  )
})

describe('reading', () => {
  test('any JSON keeps its values', () => {
    const plain = (node: ReturnType<typeof parseSource>): unknown => {
      if (node.kind === 'list') return node.items.map(plain)
      if (node.kind === 'map')
        return Object.fromEntries(node.entries.map(({ key, value }) => [key.value, plain(value)]))
      return node.value
    }
    // A key `<<` is a merge key only without quotes, which JSON always has. Empty keys are refused.
    const values = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('"":'))
    fc.assert(
      fc.property(values, (value) => {
        expect(plain(parseSource('a.json', JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('no text whatever makes anything but an InputError', () => {
    const scraps = fc.constantFrom(
      'version: 1',
      'name:',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '*a',
      '&a ',
      '<<: ',
      '"',
      ': ',
      'layers:',
      'x',
      '!t ',
      '|',
      '? ',
      '\t',
      '#',
      '---',
      ',',
    )
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(scraps).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        let failure: unknown
        try {
          parse(text)
        } catch (error) {
          failure = error
        }
        expect(failure === undefined || failure instanceof InputError).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('every problem of a broken file has a place inside it', () => {
    const lines = write({ layers: [2, 2], rules: [], platformRule: false })
      .replaceAll(/([{,])/g, '$1\n')
      .split('\n')
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.constantFrom('', '"x": 1,', '[', '}', 'nope'), (at, scrap) => {
        const text = lines.with(at, scrap).join('\n')
        try {
          parse(text)
        } catch (error) {
          if (!(error instanceof InputError)) throw error
          for (const { place } of error.problems) {
            expect(place?.line).toBeLessThanOrEqual(lines.length + 1)
            expect(place?.column).toBeGreaterThan(0)
          }
        }
      }),
    )
  })
})
