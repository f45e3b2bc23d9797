import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { EMPTY_DESCRIPTOR, EMPTY_JSON, renderArtifact } from '../../src/oci/artifact.ts'
import { OCI_EMPTY, OCI_MANIFEST } from '../../src/oci/media-types.ts'
import { parseOciManifest } from '../../src/oci/oci-manifest.ts'

const LAYER = { mediaType: 'text/plain', digest: `sha256:${'a'.repeat(64)}`, size: 3, annotations: { title: 'a.txt' } }

test('the empty descriptor is that of the empty object', () => {
  const digest = `sha256:${createHash('sha256').update(EMPTY_JSON).digest('hex')}`
  expect(EMPTY_DESCRIPTOR).toEqual({ mediaType: OCI_EMPTY, digest, size: 2 })
})

test('an artifact is what our own parser reads', () => {
  const text = renderArtifact({ artifactType: 'application/x', layers: [LAYER], annotations: { key: 'k' } })
  expect(parseOciManifest(text)).toEqual({
    kind: 'manifest',
    mediaType: OCI_MANIFEST,
    artifactType: 'application/x',
    annotations: { key: 'k' },
    config: { ...EMPTY_DESCRIPTOR, annotations: {} },
    layers: [LAYER],
  })
})

test('an artifact without content has the empty layer', () => {
  const text = renderArtifact({ artifactType: 'application/x', layers: [], annotations: {} })
  expect(parseOciManifest(text)).toMatchObject({ layers: [EMPTY_DESCRIPTOR], annotations: {} })
})
