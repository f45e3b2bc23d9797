import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Header } from 'tar-stream'
import { type BuiltImage, type Change, type ChangeKind, type Changeset, isPackageList } from '../canary/changeset.ts'
import { parseImageConfig } from '../oci/image-config.ts'
import { type Descriptor, type OciIndex, type OciManifest, parseOciManifest } from '../oci/oci-manifest.ts'

const blobPath = (folder: string, digest: string): string => join(folder, 'blobs', ...digest.split(':'))

/** The OCI manifest of the one image in a layout; attestations beside it are none. */
const findManifest = async (folder: string, top: OciManifest | OciIndex): Promise<OciManifest> => {
  if (top.kind !== 'index') return top
  const image = top.manifests.find(({ platform }) => platform?.os !== 'unknown')
  if (image === undefined) throw new Error(`${folder} holds no image`)
  return findManifest(folder, parseOciManifest(await readFile(blobPath(folder, image.digest), 'utf8'), image.mediaType))
}

const KINDS: Readonly<Partial<Record<NonNullable<Header['type']>, ChangeKind>>> = {
  ...{ file: 'file', directory: 'directory', symlink: 'symlink', link: 'hardlink' },
  ...{ 'character-device': 'device', 'block-device': 'device', fifo: 'device' },
}

/** `.wh.name` in a layer takes `name` of the layers below away (OCI image spec, layer.md, "Whiteouts"). */
const changeOf = ({ name, type, mode, uid, gid, linkname }: Header, content: string | undefined): Change => {
  const path = name.replace(/^(?:\.?\/)+/, '').replace(/\/$/, '')
  const isWhiteout = /(?:^|\/)\.wh\./.test(path)
  const isLink = type === 'symlink' || type === 'link'
  return {
    path,
    kind: isWhiteout ? 'whiteout' : (KINDS[type] ?? 'file'),
    ...{ mode: mode & 0o7777, owner: `${uid}:${gid}` },
    ...(isLink ? { content: linkname } : content === undefined ? {} : { content }),
  }
}

/** What is read of one entry of an archive. */
const readEntry = async (header: Header, stream: AsyncIterable<unknown>): Promise<Change> => {
  const hash = createHash('sha256')
  const listed: Uint8Array[] = []
  const keep = isPackageList(header.name.replace(/^(?:\.?\/)+/, ''))
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) continue
    hash.update(chunk)
    if (keep) listed.push(chunk)
  }
  const change = changeOf(header, header.type === 'file' ? hash.digest('hex') : undefined)
  return listed.length === 0 ? change : { ...change, packageList: Buffer.concat(listed).toString('utf8') }
}

/** Streams a filesystem layer through: what it changes, and of its files the digests. */
const readChangeset = async (file: string, mediaType: string): Promise<Changeset> => {
  const { extract } = await import('tar-stream')
  const archive = extract()
  const source = createReadStream(file)
  const written = mediaType.endsWith('gzip')
    ? pipeline(source, createGunzip(), archive)
    : mediaType.endsWith('zstd')
      ? pipeline(source, createZstdDecompress(), archive)
      : pipeline(source, archive)
  const changes = new Map<string, Change>()
  for await (const entry of archive) {
    const change = await readEntry(entry.header, entry)
    changes.set(change.path, change)
  }
  await written
  return changes
}

/** What made each filesystem layer, from the image's history: entries that made none are left out. */
const createdBy = (config: string): readonly string[] => {
  const { history = [] } = JSON.parse(config) as {
    readonly history?: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[]
  }
  return history.flatMap((entry) => (entry.empty_layer === true ? [] : [entry.created_by ?? '']))
}

/** Reads the one image of an OCI image layout that Buildx wrote to a folder (OCI image spec, image-layout.md). */
export const readBuiltImage = async (folder: string): Promise<BuiltImage> => {
  const top = parseOciManifest(
    await readFile(join(folder, 'index.json'), 'utf8'),
    'application/vnd.oci.image.index.v1+json',
  )
  const { config, layers } = await findManifest(folder, top)
  const text = await readFile(blobPath(folder, config.digest), 'utf8')
  const changesets: Changeset[] = []
  // One after the other, as they may be large. Equal blobs are read once.
  const read = new Map<string, Changeset>()
  for (const { digest, mediaType } of layers satisfies readonly Descriptor[]) {
    const changeset = read.get(digest) ?? (await readChangeset(blobPath(folder, digest), mediaType))
    read.set(digest, changeset)
    changesets.push(changeset)
  }
  return { env: parseImageConfig(text).env, changesets, createdBy: createdBy(text) }
}
