import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodePlan, encodePlan, renderPlanFile } from '../../src/plan/plan-file.ts'
import { makePlan, type Plan } from '../../src/plan/plan.ts'
import { PLANNED, sampleLayer, samplePrefix, sampleWork } from '../support/samples.ts'

const LAYERS = ['base', 'core', 'app'].map((layer) => sampleLayer({ layer }))

const planOf = (chains: readonly (readonly number[])[]): Plan =>
  makePlan({
    ...PLANNED,
    items: chains.map((chain, index) =>
      sampleWork({ manifestId: `m${index}`, layers: chain.flatMap((layer) => LAYERS[layer] ?? []) }),
    ),
    tops: chains.map(() => null),
    prefixes: chains.map((_, item) => samplePrefix({ item })),
    aliases: { m0: ['other'] },
  })

const plans = fc.array(fc.array(fc.nat(2), { maxLength: 3 }), { maxLength: 120 }).map(planOf)

describe('a plan file', () => {
  test('says each layer once', () => {
    const { layers, items } = encodePlan(planOf([[0, 1], [0, 1, 2], [0]]))
    expect(layers).toEqual(LAYERS)
    expect(items.map((item) => item.layers)).toEqual([[0, 1], [0, 1, 2], [0]])
  })

  test('comes back as the plan that it was', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(decodePlan(encodePlan(plan))).toEqual(plan)
        const back = decodePlan(JSON.parse(JSON.stringify(encodePlan(plan))) as ReturnType<typeof encodePlan>)
        expect(back).toEqual(plan)
        // Layers that were the same object are again, so that they are read once.
        expect(new Set(back.items.flatMap(({ layers }) => layers)).size).toBe(encodePlan(plan).layers.length)
      }),
    )
  })

  test('is the same text in pieces', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const text = [...renderPlanFile(plan)].join('')
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(encodePlan(plan))))
        expect(text.endsWith('}\n')).toBe(true)
      }),
    )
  })
})
