import { hash } from 'node:crypto'

/** SHA-256 over the parts as hex. Each part is framed by its length, so that no two lists of parts look alike. */
export const digestOf = (parts: readonly string[]): string =>
  hash('sha256', parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''))
