import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createGate } from '../../../src/io/registry/gate.ts'

test('lets as many in as it is wide, in order, and everybody in the end', async () => {
  const turns = (count: number): Promise<void> => (count === 0 ? Promise.resolve() : Promise.resolve().then(() => turns(count - 1))) // prettier-ignore
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(8), { maxLength: 30 }), async (width, lengths) => {
      const gate = createGate(width)
      const started: number[] = []
      let running = 0
      let most = 0
      const results = await Promise.allSettled(
        lengths.map((length, index) =>
          gate(async () => {
            started.push(index)
            most = Math.max(most, ++running)
            await turns(length)
            running--
            if (length === 0) throw new Error('failed')
            return index
          }),
        ),
      )
      expect(started).toEqual(lengths.map((_, index) => index))
      expect(most).toBe(Math.min(width, lengths.length))
      expect(results.map(({ status }) => status === 'rejected')).toEqual(lengths.map((length) => length === 0))
    }),
  )
})
