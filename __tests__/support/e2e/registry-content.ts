import { testbed } from './testbed.ts'

/** An image as the registry holds it, read without any code of ours. */
export type PushedImage = {
  readonly digest: string
  readonly annotations: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** `os/architecture` */
  readonly platform: string
}

type OciManifest = {
  readonly config: { readonly digest: string }
  readonly annotations?: Readonly<Record<string, string>>
}

type Config = {
  readonly os: string
  readonly architecture: string
  readonly config: { readonly Labels?: Readonly<Record<string, string>> | null }
}

const ACCEPT = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json']

const get = (path: string): Promise<Response> =>
  fetch(`http://${testbed.registry}/v2/${path}`, { headers: { accept: ACCEPT.join(', ') } })

const inRegistry = (reference: string): string => reference.replace(`${testbed.registry}/`, '')

/** Tags of a repository of the bed's registry, sorted; none when there is no such repository. */
export const listPushedTags = async (repository: string): Promise<readonly string[]> => {
  const response = await get(`${inRegistry(repository)}/tags/list`)
  if (response.status === 404) return []
  const { tags } = (await response.json()) as { readonly tags: readonly string[] | null }
  return (tags ?? []).toSorted()
}

/** Reads an image of one platform, `<repository>:<tag>`, from the bed's registry. Throws when it is not there. */
export const readPushedImage = async (reference: string): Promise<PushedImage> => {
  const at = reference.lastIndexOf(':')
  const [repository, tag] = [inRegistry(reference.slice(0, at)), reference.slice(at + 1)]
  const response = await get(`${repository}/manifests/${tag}`)
  if (!response.ok) throw new Error(`${reference} is not in the registry: ${response.status}`)
  const ociManifest = (await response.json()) as OciManifest
  const config = (await (await get(`${repository}/blobs/${ociManifest.config.digest}`)).json()) as Config
  return {
    digest: response.headers.get('docker-content-digest') ?? '',
    annotations: ociManifest.annotations ?? {},
    labels: config.config.Labels ?? {},
    platform: `${config.os}/${config.architecture}`,
  }
}

type Layers = { readonly layers: readonly { readonly digest: string }[] }

const remove = async (path: string): Promise<void> => {
  const response = await fetch(`http://${testbed.registry}/v2/${path}`, { method: 'DELETE' })
  if (response.status !== 202) throw new Error(`${path} could not be deleted: ${response.status}`)
}

const getOrThrow = async (repository: string, tag: string): Promise<Response> => {
  const response = await get(`${inRegistry(repository)}/manifests/${tag}`)
  if (!response.ok) throw new Error(`${repository}:${tag} is not in the registry: ${response.status}`)
  return response
}

/** Digests of the filesystem layers that a tag lists, lowest first. */
export const listPushedLayers = async (repository: string, tag: string): Promise<readonly string[]> => {
  const { layers } = (await (await getOrThrow(repository, tag)).json()) as Layers
  return layers.map(({ digest }) => digest)
}

/** Deletes what a tag points to, and with it all tags that point there. */
export const deletePushedTag = async (repository: string, tag: string): Promise<void> => {
  const digest = (await getOrThrow(repository, tag)).headers.get('docker-content-digest') ?? ''
  await remove(`${inRegistry(repository)}/manifests/${digest}`)
}

/** Deletes the blobs of the filesystem layers that a tag lists, and leaves the tag, which is broken then. */
export const deleteBlobsOf = async (repository: string, tag: string): Promise<void> => {
  const { layers } = (await (await getOrThrow(repository, tag)).json()) as Layers
  for (const digest of new Set(layers.map((layer) => layer.digest))) {
    await remove(`${inRegistry(repository)}/blobs/${digest}`)
  }
}
