import { describe, expect, test } from '@jest/globals'
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts'
import { childFor, type OciIndex, parseOciManifest, platformsOf } from '../../src/oci/oci-manifest.ts'

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`
const CONFIG = { mediaType: OCI_CONFIG, digest: digest('c'), size: 2 }
const LAYER = { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', digest: digest('1'), size: 3 }
const parsed = (descriptor: object): object => ({ annotations: {}, ...descriptor })

const parse = (document: unknown, contentType?: string): ReturnType<typeof parseOciManifest> =>
  parseOciManifest(JSON.stringify(document), contentType)

const indexOf = (...children: readonly (readonly [digit: string, platform: object | undefined])[]): OciIndex => {
  const manifests = children.map(([digit, platform]) => ({
    mediaType: OCI_MANIFEST,
    digest: digest(digit),
    size: 1,
    ...(platform === undefined ? {} : { platform }),
  }))
  const index = parse({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })
  if (index.kind !== 'index') throw new Error('not an index')
  return index
}

describe('parseOciManifest', () => {
  test('reads a manifest', () => {
    const annotations = { 'buildkit/createdat': '2026' }
    const layers = [{ ...LAYER, annotations }, LAYER]
    const subject = { mediaType: OCI_MANIFEST, digest: digest('5'), size: 5 }
    const document = { schemaVersion: 2, mediaType: OCI_MANIFEST, artifactType: 'a/b', config: CONFIG, layers, subject }
    expect(parse({ ...document, annotations: { a: 'b' } })).toEqual({
      kind: 'manifest',
      mediaType: OCI_MANIFEST,
      artifactType: 'a/b',
      annotations: { a: 'b' },
      config: parsed(CONFIG),
      layers: layers.map(parsed),
      subject: parsed(subject),
    })
  })

  test('reads an index', () => {
    const platform = { os: 'linux', architecture: 'arm', variant: 'v7', 'os.version': 'x' }
    const child = { mediaType: OCI_MANIFEST, digest: digest('1'), size: 1, artifactType: 'a/b' }
    const document = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ ...child, platform }] }
    const fields = { os: 'linux', architecture: 'arm', variant: 'v7' }
    const manifests = [parsed({ ...child, platform: fields })]
    expect(parse(document)).toEqual({ kind: 'index', mediaType: OCI_INDEX, annotations: {}, manifests })
  })

  const image = { schemaVersion: 2, config: CONFIG, layers: [LAYER] }
  const list = { schemaVersion: 2, manifests: [] }
  test.each([
    ['its own word', { ...image, mediaType: DOCKER_MANIFEST }, OCI_MANIFEST, 'manifest', DOCKER_MANIFEST],
    ['the word of the registry', image, DOCKER_MANIFEST, 'manifest', DOCKER_MANIFEST],
    ['the word of the registry', list, DOCKER_LIST, 'index', DOCKER_LIST],
    ['its looks', image, 'application/json', 'manifest', OCI_MANIFEST],
    ['its looks', list, undefined, 'index', OCI_INDEX],
  ])('goes by %s', (_description, document, contentType, kind, mediaType) => {
    expect(parse(document, contentType)).toMatchObject({ kind, mediaType })
  })

  test('takes null for none, as Go writes it', () => {
    const document = { ...image, mediaType: '', layers: null, annotations: null, subject: null }
    expect(parse(document)).toMatchObject({ mediaType: OCI_MANIFEST, layers: [], annotations: {} })
  })

  test('keeps digests of other algorithms', () => {
    const other = { ...LAYER, digest: `sha512:${'a'.repeat(128)}` }
    expect(parse({ ...image, layers: [other] })).toMatchObject({ layers: [other] })
  })

  test.each([
    ['{', 'OCI manifest: expected JSON'],
    ['[]', 'OCI manifest: expected a JSON object'],
    ['{}', 'schemaVersion: expected 2'],
    ['{"schemaVersion":1}', 'schemaVersion: expected 2'],
    ['{"schemaVersion":2,"mediaType":"text/html"}', 'mediaType: "text/html" is unknown'],
    ['{"schemaVersion":2,"mediaType":7}', 'mediaType: expected a string'],
    ['{"schemaVersion":2}', 'config.digest: expected <algorithm>:<encoded>'],
    ['{"schemaVersion":2,"manifests":[1]}', 'manifests[0]: expected a descriptor'],
    ['{"schemaVersion":2,"manifests":{}}', 'manifests: expected an array'],
    [`{"schemaVersion":2,"manifests":[{"digest":"../x"}]}`, 'manifests[0].digest: expected <algorithm>:<encoded>'],
    [`{"schemaVersion":2,"manifests":[{"digest":"${digest('1')}"}]}`, 'manifests[0].size: expected a number of bytes'],
    ['{"schemaVersion":2,"manifests":[],"annotations":{"a":1}}', 'annotations.a: expected a string'],
  ])('refuses %s', (text, message) => {
    expect(() => parseOciManifest(text)).toThrow(expect.objectContaining({ name: 'OciContentError', message }))
  })

  test.each([
    [{ ...image, mediaType: OCI_INDEX, manifests: [] }, `"layers" cannot stand in a document of type ${OCI_INDEX}`],
    [{ ...image, manifests: [] }, `"layers" cannot stand in a document of type ${OCI_INDEX}`],
    [
      { ...image, mediaType: OCI_MANIFEST, manifests: [] },
      `"manifests" cannot stand in a document of type ${OCI_MANIFEST}`,
    ],
  ])('refuses what could be both: %#', (document, message) => {
    expect(() => parse(document)).toThrow(message)
  })
})

describe('platforms of an index', () => {
  const amd64 = { os: 'linux', architecture: 'amd64' }
  const arm64 = { os: 'linux', architecture: 'arm64', variant: 'v8' }
  const arm = (variant: string): object => ({ os: 'linux', architecture: 'arm', variant })
  const unknown = { os: 'unknown', architecture: 'unknown' }

  test('are named once, in order, without attestations', () => {
    const index = indexOf(['1', arm64], ['2', unknown], ['3', amd64], ['4', undefined], ['5', arm64])
    expect(platformsOf(index)).toEqual(['linux/arm64', 'linux/amd64'])
  })

  test.each([
    ['the own', 'linux/arm64', indexOf(['1', arm('v7')], ['2', arm64], ['3', arm64]), '2'],
    ['the next best', 'linux/arm/v7', indexOf(['1', arm('v5')], ['2', arm('v6')], ['3', amd64]), '2'],
    ['one that does not say what it is for', 'linux/amd64', indexOf(['1', arm64], ['2', undefined]), '2'],
    ['none better than another', 'linux/arm/v5', indexOf(['1', arm('v6')], ['2', amd64]), undefined],
    ['no attestation', 'linux/amd64', indexOf(['1', unknown]), undefined],
  ])('choose %s for %s', (_description, platform, index, expected) => {
    expect(childFor(index, platform)?.digest).toBe(expected && digest(expected))
  })
})
