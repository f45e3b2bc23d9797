import { parseReference } from '../../oci/reference.ts'
import type { Found, Rule } from '../finding.ts'
import { spanOfToken, type LintSource } from '../source.ts'

/** Whether an image has no tag or tag `latest`, and no digest. One with variables may have any. */
export const isLatest = (image: string): boolean => {
  if (image.includes('$') || image === 'scratch') return false
  const reference = parseReference(image)
  if (reference === undefined || reference.digest !== undefined) return false
  return reference.tag === undefined || reference.tag === 'latest'
}

/** What to say of such an image. */
export const latestText = (image: string): string => `${image} is whatever is newest on the day of the build`

const findIn = ({ fragment, stages }: LintSource): readonly Found[] => {
  const froms = stages.flatMap(({ from }) => {
    const isImage = fragment.images.some(({ how, reference }) => how === 'from' && reference === from?.text)
    return from !== undefined && isImage && isLatest(from.text) ? [from] : []
  })
  const used = fragment.sources
    .filter(({ kind, token }) => kind === 'image' && isLatest(token.text))
    .map(({ token }) => token)
  return [...froms, ...used].map((token) => ({ found: latestText(token.text), span: spanOfToken(token) }))
}

/** Images without a version. */
export const latestImage: Rule = {
  id: 'latest-image',
  why: 'a new version arrives unasked, runs every step above again, and nobody can tell which one an image was built with',
  fix: 'name a version, and a digest where it matters: node:24.11.1-bookworm-slim@sha256:…',
  find: findIn,
}
