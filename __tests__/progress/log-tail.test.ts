import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { appendLog, clearLog, createLogTail, logText } from '../../src/progress/log-tail.ts'

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

  test('keeps the end, and no more than 16 KiB', () => {
    const chunk = fc.uint8Array({ maxLength: 3000 }).map((bytes) => bytes.map((byte) => 32 + (byte % 90)))
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 60 }), (chunks) => {
        const whole = Buffer.concat(chunks).toString()
        const kept = tailOf(chunks)
        expect(whole.endsWith(kept)).toBe(true)
        expect(kept).toHaveLength(Math.min(whole.length, 16 * 1024))
      }),
    )
  })

  test('cuts a chunk that is larger than all it keeps', () => {
    const whole = Array.from({ length: 9000 }, (_, i) => `line ${i}\n`).join('')
    const kept = tailOf([Buffer.from(whole)])
    expect(whole.endsWith(kept)).toBe(true)
    expect(kept.length).toBeGreaterThan(16 * 1024 - 8)
  })

  test('takes no more memory however much is printed', () => {
    const tail = createLogTail()
    for (let i = 0; i < 100_000; i++) appendLog(tail, 'eHh4')
    expect(tail.bytes.length).toBeLessThanOrEqual(32 * 1024)
    expect(logText(tail)).toBe('x'.repeat(16 * 1024))
  })

  test('begins anew when it is cleared', () => {
    const tail = createLogTail()
    appendLog(tail, Buffer.from('before').toString('base64'))
    clearLog(tail)
    appendLog(tail, Buffer.from('after').toString('base64'))
    expect(logText(tail)).toBe('after')
  })
})
