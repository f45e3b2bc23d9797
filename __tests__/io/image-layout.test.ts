import { describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'
import { readBuiltImage } from '../../src/io/image-layout.ts'

type Entry = Partial<Header> & { readonly name: string; readonly text?: string }

/** A tar archive, as filesystem layers are. */
const archiveOf = (entries: readonly Entry[]): Promise<Buffer> => {
  const archive = pack()
  for (const { text = '', ...header } of entries) archive.entry(header, text)
  archive.finalize()
  return buffer(archive)
}

const LAYER = 'application/vnd.oci.image.layer.v1.tar'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** Writes an image as Buildx does with `type=oci,tar=false`: an index of the image and of its attestations. */
const writeLayout = async (layers: readonly { readonly mediaType: string; readonly bytes: Buffer }[]) => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-layout-'))
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true })
  const write = async (bytes: Buffer | string, mediaType: string) => {
    const hex = createHash('sha256').update(bytes).digest('hex')
    await writeFile(join(folder, 'blobs/sha256', hex), bytes)
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
  }
  const history = [{ created_by: 'RUN one' }, { created_by: 'ENV A=1', empty_layer: true }, { created_by: 'COPY two' }]
  const config = { os: 'linux', architecture: 'amd64', config: { Env: ['A=1'] }, rootfs: { diff_ids: [] }, history }
  const descriptors = await Promise.all(layers.map(({ bytes, mediaType }) => write(bytes, mediaType)))
  const manifest = {
    ...{ schemaVersion: 2, mediaType: MANIFEST, layers: descriptors },
    config: await write(JSON.stringify(config), 'application/vnd.oci.image.config.v1+json'),
  }
  const image = await write(JSON.stringify(manifest), MANIFEST)
  const attestation = {
    ...image,
    digest: `sha256:${'0'.repeat(64)}`,
    platform: { os: 'unknown', architecture: 'unknown' },
  }
  const manifests = [attestation, { ...image, platform: { os: 'linux', architecture: 'amd64' } }]
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
  return folder
}

const STATUS = 'Package: openssl\nVersion: 3\n'

describe('readBuiltImage', () => {
  test('reads what filesystem layers change, however they are compressed, and what made them', async () => {
    const first = await archiveOf([
      { name: 'etc/', type: 'directory', mode: 0o755 },
      { name: './etc/motd', text: 'hello', mode: 0o4755, uid: 7, gid: 8 },
      { name: 'bin/sh', type: 'symlink', linkname: 'busybox' },
      { name: 'var/lib/dpkg/status', text: STATUS },
    ])
    const second = await archiveOf([
      { name: 'etc/.wh.motd' },
      { name: 'bin/ash', type: 'link', linkname: 'bin/busybox' },
      { name: 'dev/null', type: 'character-device' },
    ])
    const folder = await writeLayout([
      { mediaType: `${LAYER}+gzip`, bytes: gzipSync(first) },
      { mediaType: `${LAYER}+zstd`, bytes: zstdCompressSync(second) },
      { mediaType: LAYER, bytes: first },
    ])
    const { env, createdBy, changesets } = await readBuiltImage(folder)
    expect({ env, createdBy }).toEqual({ env: ['A=1'], createdBy: ['RUN one', 'COPY two'] })
    const hello = createHash('sha256').update('hello').digest('hex')
    expect([...(changesets[0]?.values() ?? [])]).toEqual([
      { path: 'etc', kind: 'directory', mode: 0o755, owner: '0:0' },
      { path: 'etc/motd', kind: 'file', mode: 0o4755, owner: '7:8', content: hello },
      expect.objectContaining({ path: 'bin/sh', kind: 'symlink', content: 'busybox' }),
      expect.objectContaining({ path: 'var/lib/dpkg/status', packageList: STATUS }),
    ])
    expect([...(changesets[1]?.values() ?? [])].map(({ path, kind, content }) => [path, kind, content])).toEqual([
      ['etc/.wh.motd', 'whiteout', expect.any(String)],
      ['bin/ash', 'hardlink', 'bin/busybox'],
      ['dev/null', 'device', undefined],
    ])
    expect(changesets[2]).toEqual(changesets[0])
  })
})
