import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { appendLog, createLogTail, logText } from '../../src/progress/log-tail.ts'

const tailOf = (chunks: readonly Uint8Array[]): string => {
  const tail = createLogTail()
  for (const chunk of chunks) appendLog(tail, Buffer.from(chunk).toString('base64'))
  return logText(tail)
}

describe('a log tail', () => {
  test('joins chunks that end within a character', () => {
    const whole = Buffer.from('größer 🧱\n')
    expect(tailOf(Array.from(whole, (byte) => Uint8Array.of(byte)))).toBe('größer 🧱\n')
  })

  test('keeps the end, and no more than 16 KiB and one chunk', () => {
    const chunk = fc.uint8Array({ maxLength: 3000 }).map((bytes) => bytes.map((byte) => 32 + (byte % 90)))
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 60 }), (chunks) => {
        const whole = Buffer.concat(chunks).toString()
        const kept = tailOf(chunks)
        expect(whole.endsWith(kept)).toBe(true)
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(whole.length, 12 * 1024))
        expect(kept.length).toBeLessThanOrEqual(16 * 1024 + 3000)
      }),
    )
  })

  test('cuts a chunk that is larger than all it keeps', () => {
    const whole = Array.from({ length: 9000 }, (_, i) => `line ${i}\n`).join('')
    const kept = tailOf([Buffer.from(whole)])
    expect(whole.endsWith(kept)).toBe(true)
    expect(kept.length).toBeGreaterThan(16 * 1024 - 8)
  })

  test('lets go of chunks it does not need', () => {
    const tail = createLogTail()
    for (let i = 0; i < 100_000; i++) appendLog(tail, 'eHh4')
    expect(tail.chunks.length).toBeLessThan(20_000)
    expect(logText(tail).length).toBeLessThan(16 * 1024 + 3)
  })
})
