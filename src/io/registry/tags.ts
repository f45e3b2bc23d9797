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
 * All tags of a repository, sorted by code unit; undefined when the registry does not know the repository.
 * Follows `Link`, which alone says whether there is more (OCI distribution spec, "Listing Tags"). Throws
 * {@link RegistryError} rather than return a part.
 */
export const listTags = async (session: Session, repository: Repository): Promise<readonly string[] | undefined> => {
  const fail = (found: string): never => {
    throw new RegistryError(`the list of tags of ${repositoryOf(repository)} ${found}`, {
      registry: repository.registry,
    })
  }
  const tags: string[] = []
  const seen = new Set<string>()
  const common = { method: 'GET', repository, actions: ['pull'], expect: [404] } as const
  let url = urlOf(session, { ...common, path: `tags/list?n=${PAGE_SIZE}` })
  for (;;) {
    if (seen.has(url.href) || seen.size === MAX_PAGES) return fail('does not end')
    seen.add(url.href)
    const { status, headers, bytes } = await send(session, { ...common, path: url.href })
    if (status === 404) return seen.size === 1 ? undefined : fail('ends with 404 in the middle')
    tags.push(...(parsePage(bytes.toString('utf8')) ?? fail('cannot be read')))
    const link = parseNextLink(headers.get('link'))
    if (link === undefined) return [...new Set(tags)].sort()
    const next = URL.parse(link, url.href)
    if (next?.origin !== url.origin) return fail('goes on at another server')
    url = next
  }
}
