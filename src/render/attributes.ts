/** Quotes a field as Buildx reads attribute lists: CSV, so a value with a comma or a quote stands in quotes. */
const csvField = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)

/** `type=registry,ref=…`: the attributes of `--cache-from`, `--cache-to` and `--output`. */
export const renderAttributes = (attributes: Readonly<Record<string, string>>): string =>
  Object.entries(attributes)
    .map(([key, value]) => csvField(`${key}=${value}`))
    .join(',')

/** Where cache is read. */
export const registryCacheFrom = (ref: string): string => renderAttributes({ type: 'registry', ref })

/**
 * Where cache is written. An image manifest with OCI media types is what all registries take (ECR, Harbor), and a
 * failed export must not fail a build that is done.
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
