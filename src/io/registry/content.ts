import { createHash } from 'node:crypto'
import type { Repository } from '../../oci/reference.ts'
import { RegistryError } from './registry-error.ts'

const ALGORITHMS: Readonly<Record<string, string>> = { sha256: 'sha256', sha512: 'sha512' }

/** `sha256:<hex>` of the content. */
export const sha256Of = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Proves that the content is what the digest says (OCI image spec, descriptor.md). Throws {@link RegistryError}. */
export const verifyContent = (bytes: Uint8Array, digest: string, { registry, repository }: Repository): void => {
  const [name = '', expected] = digest.split(':')
  const algorithm = ALGORITHMS[name]
  const what = `${registry}/${repository}@${digest}`
  if (algorithm === undefined) throw new RegistryError(`${what}: the digest algorithm is unknown`, { registry })
  const found = createHash(algorithm).update(bytes).digest('hex')
  if (found === expected) return
  throw new RegistryError(`${what}: the registry sent other content, ${name}:${found} of ${bytes.length} bytes`, {
    registry,
    hint: 'do not use it: the registry, or a proxy before it, is broken or not to be trusted',
  })
}
