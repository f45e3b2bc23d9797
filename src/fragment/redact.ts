import type { Fragment, Span } from './fragment.ts'

/** What stands for a default in a text that is shown. */
const ELLIPSIS = '…'

/**
 * The text of a fragment without the defaults of its arguments: `ARG PYTHON=…`. What an argument is set to never goes
 * further than its digest.
 */
export const withoutDefaults = ({ lines, args }: Fragment): string => {
  const out = [...lines]
  const cut = ({ line, start, end }: Span, text: string): void => {
    const old = out[line - 1] ?? ''
    out[line - 1] = `${old.slice(0, start)}${text}${old.slice(end)}`
  }
  // From the back, so that what stands before keeps its place.
  for (const { name, default: value, token } of args.toReversed()) {
    if (value === undefined) continue
    const [first, ...rest] = token.spans
    for (const span of rest.toReversed()) cut(span, '')
    if (first !== undefined) cut(first, `${name}=${ELLIPSIS}`)
  }
  return out.join('\n')
}
