import { createHash, hash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'

/** What a tar archive holds. */
export type ArchiveContent = {
  /** SHA-256 over names, modes, owners, links and contents in sorted order, hex; times do not count. */
  readonly digest: string
  /** Size of the archive file. */
  readonly bytes: number
  readonly files: number
}

const BLOCK = 512
/** What is read at once, bytes. */
const CHUNK = 1024 * 1024

/** A header block (POSIX ustar; `L` and `K` of GNU tar are long names that belong to the next entry, `x` is pax's). */
const readHeader = (block: Buffer) => {
  const text = (from: number, length: number): string =>
    block.toString('utf8', from, from + length).replace(/\0.*$/s, '')
  // GNU tar writes sizes from 8 GiB on as a big-endian number behind a mark.
  const size = (block[124] ?? 0) & 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8) || 0
  const owner = [text(100, 8), text(108, 8), text(116, 8)].map((field) => Number.parseInt(field, 8) || 0)
  return { size, type: text(156, 1), meta: [text(345, 155), text(0, 100), text(157, 100), ...owner] }
}

const contentDigest = async (file: FileHandle, position: number, size: number): Promise<string> => {
  const digest = createHash('sha256')
  const buffer = Buffer.alloc(Math.min(CHUNK, size))
  for (let done = 0; done < size;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - done), position + done)
    if (bytesRead === 0) break
    digest.update(buffer.subarray(0, bytesRead))
    done += bytesRead
  }
  return digest.digest('hex')
}

/** Reads what a tar archive holds, whatever the order of its entries. Throws when the file cannot be read. */
export const readArchive = async (path: string): Promise<ArchiveContent> => {
  await using file = await open(path)
  const { size: bytes } = await file.stat()
  const entries: string[] = []
  const block = Buffer.alloc(BLOCK)
  let [position, names, files] = [0, '', 0]
  while (position + BLOCK <= bytes) {
    await file.read(block, 0, BLOCK, position)
    position += BLOCK
    if (block.every((byte) => byte === 0)) break
    const { size, type, meta } = readHeader(block)
    const content = await contentDigest(file, position, size)
    position += Math.ceil(size / BLOCK) * BLOCK
    if (type === 'L' || type === 'K') names += `${type}${content}`
    else if (type !== 'x' && type !== 'g') {
      entries.push(JSON.stringify([names, type, ...meta, content]))
      names = ''
      files += type === '0' || type === '' ? 1 : 0
    }
  }
  return { digest: hash('sha256', entries.sort().join('\n')), bytes, files }
}
