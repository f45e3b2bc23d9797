import { expect, test } from '@jest/globals'
import { measureWrites } from '../../../src/commands/building/measure-writes.ts'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import { formatReference, type Reference } from '../../../src/oci/reference.ts'
import type { FetchedManifest } from '../../../src/io/registry/fetched-manifest.ts'
import type { OciManifest } from '../../../src/oci/oci-manifest.ts'
import { literalIo } from '../../support/io.ts'

const descriptor = (digest: string, size: number) => ({ mediaType: 'a/b', digest, size, annotations: {} })

/** A cache ref with a config of 5 bytes and these blobs, of 10 bytes for each letter of their names. */
const fetched = (name: string, ...blobs: readonly string[]): FetchedManifest => {
  const manifest: OciManifest = {
    ...{ kind: 'manifest', mediaType: 'a/b', annotations: {}, config: descriptor(`config-${name}`, 5) },
    layers: blobs.map((blob) => descriptor(blob, blob.length * 10)),
  }
  return { descriptor: { digest: `sha256:${name}`, mediaType: 'a/b', size: 1 }, manifest, bytes: Buffer.alloc(0) }
}

const worldOf = (refs: Readonly<Record<string, FetchedManifest | Error>>) => {
  const { io } = literalIo(new Map())
  const getManifest = (reference: Reference) => {
    const found = refs[formatReference(reference)]
    return found === undefined || found instanceof Error
      ? Promise.reject(found ?? new RegistryError('not found', { registry: 'a', status: 404 }))
      : Promise.resolve(found)
  }
  return { ...io, registry: { ...io.registry, getManifest } }
}

const [OLD, CORE, APP] = ['ghcr.io/a/c:old', 'ghcr.io/a/c:core', 'ghcr.io/a/c:app']

test('counts a blob as added once, and not where a ref that was read has it', async () => {
  const io = worldOf({
    [OLD]: fetched('old', 'a'),
    [CORE]: fetched('core', 'a', 'bb', 'bb'),
    [APP]: fetched('app', 'a', 'bb', 'ccc'),
  })
  expect(Object.fromEntries(await measureWrites([CORE, APP], [OLD, 'ghcr.io/a/c:gone'], io))).toEqual({
    [CORE]: { digest: 'sha256:core', bytes: 35, addedBytes: 25 },
    [APP]: { digest: 'sha256:app', bytes: 65, addedBytes: 35 },
  })
})

test('reads the older form of a cache, an index of blobs', async () => {
  const index = fetched('core')
  const manifests = [descriptor('a', 10), descriptor('config', 5)]
  const manifest = { kind: 'index', mediaType: 'a/b', annotations: {}, manifests } as const
  const io = worldOf({ [CORE]: { ...index, manifest } })
  expect((await measureWrites([CORE], [], io)).get(CORE)).toEqual({ digest: 'sha256:core', bytes: 15, addedBytes: 15 })
})

test('leaves out what cannot be read, lets bugs through, and asks nobody when nothing was written', async () => {
  expect((await measureWrites([CORE], [], worldOf({}))).size).toBe(0)
  await expect(measureWrites([CORE], [], worldOf({ [CORE]: new TypeError('bug') }))).rejects.toThrow('bug')
  expect((await measureWrites([], [OLD], worldOf({ [OLD]: new TypeError('bug') }))).size).toBe(0)
})
