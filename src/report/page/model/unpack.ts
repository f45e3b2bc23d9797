import type { Packed } from '../pack.ts'

/** The value that was packed. The page packs it itself, so nothing is checked here but what TypeScript asks for. */
export const unpack = ({ strings, shapes, root }: Packed): unknown => {
  const decode = (part: unknown): unknown => {
    if (typeof part === 'string') return part.startsWith('~') ? strings[parseInt(part.slice(1), 36)] : part
    if (!Array.isArray(part)) return part
    const [shape, ...values] = part as readonly unknown[]
    if (shape === 0) return values.map(decode)
    const names = shapes[Number(shape) - 1] ?? []
    return Object.fromEntries(names.map((name, index) => [name, decode(values[index])]))
  }
  return decode(root)
}
