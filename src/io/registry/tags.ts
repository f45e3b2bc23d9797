import { type Repository, repositoryOf } from '../../oci/reference.ts'
import { RegistryError } from './registry-error.ts'
import type { Session } from './session.ts'
import { send, urlOf } from './transport.ts'

/** Registries give fewer if they like, or all. */
const PAGE_SIZE = 1000
const MAX_PAGES = 10_000

/** The target of the `next` link of a `Link` header (RFC 8288), or undefined. */
export const parseNextLink = (header: string | null): string | undefined => {
  for (const [, target, parameters = ''] of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=\s*(?:[;,]|$)))/i.test(parameters)) return target
  }
  return undefined
}

/** The tags of one page. A repository without tags may have `null` there. */
const parsePage = (body: string): readonly string[] | undefined => {
  try {
    const { tags = null } = JSON.parse(body) as { readonly tags?: unknown }
    if (tags === null) return []
    return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') ? tags : undefined
  } catch {
    return undefined
  }
}

/**
 * The tags of at most `maxPages` pages, sorted by code unit; `too many` when that is not all of them, undefined when the
 * registry does not know the repository. Follows `Link`, which alone says whether there is more (OCI distribution spec,
 * "Listing Tags"). A registry that gives all tags at once counts as one page. Throws {@link RegistryError} rather than
 * return a part.
 */
export const listTagsWithin = async (
  session: Session,
  repository: Repository,
  { maxPages }: { readonly maxPages: number },
): Promise<readonly string[] | 'too many' | undefined> => {
  const fail = (found: string): never => {
    throw new RegistryError(`the list of tags of ${repositoryOf(repository)} ${found}`, {
      registry: repository.registry,
    })
  }
  const tags = new Set<string>()
  const seen = new Set<string>()
  const common = { method: 'GET', repository, actions: ['pull'], expect: [404] } as const
  let url = urlOf(session, { ...common, path: `tags/list?n=${PAGE_SIZE}` })
  for (;;) {
    if (seen.has(url.href)) return fail('does not end')
    if (seen.size === maxPages) return 'too many'
    seen.add(url.href)
    const { status, headers, bytes } = await send(session, { ...common, path: url.href })
    if (status === 404) return seen.size === 1 ? undefined : fail('ends with 404 in the middle')
    for (const tag of parsePage(bytes.toString('utf8')) ?? fail('cannot be read')) tags.add(tag)
    const link = parseNextLink(headers.get('link'))
    if (link === undefined) return [...tags].sort()
    const next = URL.parse(link, url.href)
    if (next?.origin !== url.origin) return fail('goes on at another server')
    url = next
  }
}

/**
 * All tags of a repository, sorted by code unit; undefined when the registry does not know the repository. Throws
 * {@link RegistryError} rather than return a part.
 */
export const listTags = async (session: Session, repository: Repository): Promise<readonly string[] | undefined> => {
  const tags = await listTagsWithin(session, repository, { maxPages: MAX_PAGES })
  if (tags !== 'too many') return tags
  const message = `the list of tags of ${repositoryOf(repository)} does not end`
  throw new RegistryError(message, { registry: repository.registry })
}
