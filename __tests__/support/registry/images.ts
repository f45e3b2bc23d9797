import { gzipSync } from 'node:zlib'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../../src/oci/media-types.ts'
import { digestOf, putBlob, putManifest, repositoryIn, type Store } from './store.ts'

/** A descriptor as it goes into JSON. */
export type PushedDescriptor = {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
  readonly annotations?: Readonly<Record<string, string>>
}

export type ImageOptions = {
  readonly tag?: string
  /** `linux/amd64` if left out. */
  readonly platform?: string
  /** Contents of the filesystem layers, bottom to top. */
  readonly layers?: readonly string[]
  /** The `config` member of the image config: `{ Env: ['A=1'] }`. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly annotations?: Readonly<Record<string, string>>
}

export type IndexOptions = { readonly tag?: string; readonly mediaType?: string }

/** Puts content straight into the store, as if it had been pushed. */
export type Pusher = {
  readonly pushBlob: (repository: string, content: Buffer | string, mediaType?: string) => PushedDescriptor
  /** Any JSON, verbatim if it is a text. */
  readonly pushManifest: (repository: string, manifest: object | string, tag?: string) => PushedDescriptor
  readonly pushImage: (repository: string, options?: ImageOptions) => PushedDescriptor
  readonly pushIndex: (
    repository: string,
    children: readonly PushedDescriptor[],
    options?: IndexOptions,
  ) => PushedDescriptor
}

const mediaTypeIn = (text: string): string => {
  try {
    return (JSON.parse(text) as { mediaType?: string }).mediaType ?? OCI_MANIFEST
  } catch {
    return OCI_MANIFEST
  }
}

export const createPusher = (store: Store): Pusher => {
  const pushBlob: Pusher['pushBlob'] = (repository, content, mediaType = 'application/octet-stream') => {
    const bytes = Buffer.from(content)
    return { mediaType, digest: putBlob(repositoryIn(store, repository), bytes), size: bytes.length }
  }
  const pushManifest: Pusher['pushManifest'] = (repository, manifest, tag) => {
    const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
    const stored = { mediaType: mediaTypeIn(text), bytes: Buffer.from(text) }
    const digest = putManifest(repositoryIn(store, repository), stored, tag)
    return { mediaType: stored.mediaType, digest, size: stored.bytes.length }
  }
  const pushImage: Pusher['pushImage'] = (repository, options = {}) => {
    const { tag, platform = 'linux/amd64', layers = ['a layer'], config: fields = {}, annotations } = options
    const [os = '', architecture = '', variant] = platform.split('/')
    const fieldsOfPlatform = { os, architecture, ...(variant === undefined ? {} : { variant }) }
    const diffIds = layers.map((layer) => digestOf(Buffer.from(layer)))
    const image = { ...fieldsOfPlatform, config: fields, rootfs: { type: 'layers', diff_ids: diffIds } }
    const pushed = pushManifest(
      repository,
      {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: pushBlob(repository, JSON.stringify(image), OCI_CONFIG),
        layers: layers.map((layer) => pushBlob(repository, gzipSync(layer), OCI_LAYER_GZIP)),
        ...(annotations === undefined ? {} : { annotations }),
      },
      tag,
    )
    return { ...pushed, platform: fieldsOfPlatform }
  }
  const pushIndex: Pusher['pushIndex'] = (repository, children, { tag, mediaType = OCI_INDEX } = {}) =>
    pushManifest(repository, { schemaVersion: 2, mediaType, manifests: children }, tag)
  return { pushBlob, pushManifest, pushImage, pushIndex }
}
