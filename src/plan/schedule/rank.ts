/** The finalizer of MurmurHash3: every bit of the input reaches every bit of the output. */
const finish = (value: number): number => {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}

/** 32 bits of a text (FNV-1a, finished), signed. Not for security: it only spreads ids over slots. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return finish(hash)
}

/** 32 bits of a hash and a number, signed. */
export const mix = (hash: number, number: number): number => finish(hash ^ Math.imul(number + 1, 0x9e3779b1))
