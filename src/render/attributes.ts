import { localFolder, parsePlace, type CachePlace } from '../layers/cache-place.ts'

/** Quotes a field as Buildx reads attribute lists: CSV, so a value with a comma or a quote stands in quotes. */
const csvField = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)

/** `type=registry,ref=…`: the attributes of `--cache-from`, `--cache-to` and `--output`. */
export const renderAttributes = (attributes: Readonly<Record<string, string>>): string =>
  Object.entries(attributes)
    .map(([key, value]) => csvField(`${key}=${value}`))
    .join(',')

/** Where cache is read of a registry. */
export const registryCacheFrom = (ref: string): string => renderAttributes({ type: 'registry', ref })

/**
 * Where cache is written to a registry. An image manifest with OCI media types is what all registries take (ECR, Harbor),
 * and a failed export must not fail a build that is done.
 */
export const registryCacheTo = (ref: string, mode: 'min' | 'max'): string =>
  renderAttributes({
    type: 'registry',
    ref,
    mode,
    'image-manifest': 'true',
    'oci-mediatypes': 'true',
    'ignore-error': 'true',
  })

/** Folder of a local cache ref, for BuildKit. */
const folderOf = ({ home, tag }: Extract<CachePlace, { backend: 'local' }>, cacheHome: string): string =>
  `${localFolder(home, cacheHome)}/${tag}`

/** Where a cache ref is read. `cacheHome` is the machine's own folder for local caches. */
export const cacheSource = (ref: string, cacheHome: string): string => {
  const place = parsePlace(ref)
  switch (place?.backend) {
    case 'local':
      return renderAttributes({ type: 'local', src: folderOf(place, cacheHome) })
    case 'gha':
      return renderAttributes({ type: 'gha', scope: place.scope })
    case 'inline':
      return registryCacheFrom(place.image)
    case 'registry':
    case undefined:
      return registryCacheFrom(ref)
  }
}

/**
 * Where a cache ref is written. The address and the token of the Actions cache come from the environment, so that they
 * are in no file: Buildx adds them (docker/buildx, util/buildflags/cache.go, `addGithubToken`).
 */
export const cacheExport = (ref: string, mode: 'min' | 'max', cacheHome: string): string => {
  const place = parsePlace(ref)
  switch (place?.backend) {
    case 'local': {
      const layout = { 'image-manifest': 'true', 'oci-mediatypes': 'true', 'ignore-error': 'true' }
      return renderAttributes({ type: 'local', dest: folderOf(place, cacheHome), mode, ...layout })
    }
    case 'gha':
      return renderAttributes({ type: 'gha', scope: place.scope, mode, 'ignore-error': 'true' })
    case 'inline':
      return renderAttributes({ type: 'inline' })
    case 'registry':
    case undefined:
      return registryCacheTo(ref, mode)
  }
}
