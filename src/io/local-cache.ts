import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { digestOf } from '../layers/digest.ts'
import { LOCAL_ENTRIES } from '../layers/actions-cache-key.ts'
import { localFolder, tagGroup } from '../layers/cache-place.ts'
import { remember } from '../remember.ts'
import type { ActionsCache } from './actions-cache.ts'
import { blobFile, readLayout, type LayoutContent } from './local-layout.ts'

/** What is kept of a local cache when a job is done. */
export type LocalKeep = {
  readonly home: string
  /** Tags that the job wrote, and that it read. */
  readonly written: readonly string[]
  readonly read: readonly string[]
  /** Most that the folder may hold, bytes. */
  readonly maxBytes: number
}

/** What came of it. */
export type LocalKept = {
  readonly bytes: number
  /** Tags whose folders went, as there was no room. */
  readonly removed: readonly string[]
  /** Why groups are not kept for other machines; empty when they are, or nothing keeps them. */
  readonly failures: readonly string[]
}

/** Caches in folders of this machine, one folder a ref, which the Actions cache carries from run to run. */
export type LocalCache = {
  /** The machine's own folder for local caches. */
  readonly home: string
  /** What a ref holds; undefined when it is not there as a whole. */
  readonly content: (home: string, tag: string) => Promise<LayoutContent | undefined>
  /** Makes room for refs that are written again: what is left of a broken one is not built upon. */
  readonly clear: (home: string, tags: readonly string[]) => Promise<void>
  readonly keep: (what: LocalKeep) => Promise<LocalKept>
  /** A text beside the folders. */
  readonly readText: (home: string, name: string) => Promise<string | undefined>
  readonly writeText: (home: string, name: string, text: string) => Promise<void>
}

/** Whether this job takes over what others left in the Actions cache. */
export type LocalCacheSettings = {
  readonly home: string
  readonly workspace: string
  readonly actionsCache: ActionsCache
  readonly fetches: boolean
}

/** One folder of a cache. */
type Kept = { readonly tag: string; readonly usedAt: number; readonly content: LayoutContent }

/** Names in the Actions cache: one entry a group of folders, and one a text. */
const entryPrefix = (home: string, part: string): string => `${LOCAL_ENTRIES}${home.replaceAll(',', '_')}/${part}/`

/** Stands for a key of 16 hex, so that the path of an entry is the same whatever keys it holds. */
const ANY_KEY = '?'.repeat(16)

const patternOf = (folder: string, group: string, tag: string): string =>
  join(folder, group === tag ? tag : `${group}-${ANY_KEY}`)

const listKept = async (folder: string): Promise<readonly Kept[]> => {
  const names = await readdir(folder).catch((): readonly string[] => [])
  const all = await Promise.all(
    names.map(async (tag): Promise<readonly Kept[]> => {
      const content = await readLayout(join(folder, tag))
      if (content === undefined) return []
      return [{ tag, content, usedAt: (await stat(join(folder, tag, 'index.json'))).mtimeMs }]
    }),
  )
  // The newest first; equal ones by name, so that what goes does not depend on the order of the folder.
  return all.flat().toSorted((a, b) => b.usedAt - a.usedAt || a.tag.localeCompare(b.tag))
}

/** Equal blobs of several folders become one file: each layer of a chain holds all that is below it. */
const shareBlobs = async (folder: string, kept: readonly Kept[]): Promise<void> => {
  const first = new Map<string, string>()
  for (const { tag, content } of kept) {
    for (const { digest } of content.blobs) {
      const file = blobFile(join(folder, tag), digest)
      const other = remember(first, digest, () => file)
      if (other === file || (await stat(other)).ino === (await stat(file)).ino) continue
      await link(other, `${file}.shared`)
      await rename(`${file}.shared`, file)
    }
  }
}

/** Drops the folders that were not used for longest, until the rest fits; blobs that are shared count once. */
const bound = async (folder: string, kept: readonly Kept[], maxBytes: number) => {
  const seen = new Set<string>()
  const removed: string[] = []
  let bytes = 0
  for (const { tag, content } of kept) {
    const added = content.blobs.filter(({ digest }) => !seen.has(digest))
    const size = added.reduce((sum, blob) => sum + blob.size, 0)
    if (removed.length > 0 || bytes + size > maxBytes) {
      await rm(join(folder, tag), { recursive: true, force: true })
      removed.push(tag)
      continue
    }
    bytes += size
    for (const { digest } of added) seen.add(digest)
  }
  return { bytes, removed }
}

const touch = async (folder: string, tags: readonly string[]): Promise<void> => {
  const now = new Date()
  for (const tag of tags) await utimes(join(folder, tag, 'index.json'), now, now).catch(() => undefined)
}

/** The folders below {@link LocalCacheSettings.home}, and others that a factory file names. */
export const createLocalCache = ({ home: own, workspace, actionsCache, fetches }: LocalCacheSettings): LocalCache => {
  const folderOf = (home: string): string => resolve(workspace, localFolder(home, own))
  const fetched = new Map<string, Promise<void>>()
  const fetchOnce = (path: string, prefix: string): Promise<void> =>
    remember(fetched, path, async () => {
      if (fetches) await actionsCache.restore(path, [prefix])
    })
  const content: LocalCache['content'] = async (home, tag) => {
    const folder = folderOf(home)
    const there = await readLayout(join(folder, tag))
    if (there !== undefined) return there
    const group = tagGroup(tag)
    await fetchOnce(patternOf(folder, group, tag), entryPrefix(home, group))
    return readLayout(join(folder, tag))
  }
  const save = async (home: string, kept: readonly Kept[], written: readonly string[]): Promise<readonly string[]> => {
    const changed = new Set(written.map(tagGroup))
    const groups = [...Map.groupBy(kept, ({ tag }) => tagGroup(tag))].filter(([group]) => changed.has(group))
    const failures: string[] = []
    for (const [group, members] of groups) {
      const digests = members.map(({ tag, content: { digest } }) => `${tag} ${digest}`).sort()
      const [first] = members
      const path = patternOf(folderOf(home), group, first?.tag ?? group)
      const saved = await actionsCache.save(path, `${entryPrefix(home, group)}${digestOf(digests).slice(0, 16)}`)
      if (saved.status === 'failed') failures.push(`${group}: ${saved.reason}`)
    }
    return failures
  }
  return {
    home: own,
    content,
    clear: async (home, tags) => {
      for (const tag of tags) await rm(join(folderOf(home), tag), { recursive: true, force: true })
    },
    keep: async ({ home, written, read, maxBytes }) => {
      const folder = folderOf(home)
      await touch(folder, [...read, ...written])
      const kept = await listKept(folder)
      await shareBlobs(folder, kept)
      const { bytes, removed } = await bound(folder, kept, maxBytes)
      const rest = kept.filter(({ tag }) => !removed.includes(tag))
      return { bytes, removed, failures: await save(home, rest, written) }
    },
    readText: async (home, name) => {
      const file = join(folderOf(home), name)
      await fetchOnce(file, entryPrefix(home, name))
      return readFile(file, 'utf8').catch(() => undefined)
    },
    writeText: async (home, name, text) => {
      const file = join(folderOf(home), name)
      await mkdir(folderOf(home), { recursive: true })
      await writeFile(`${file}.new`, text)
      await rename(`${file}.new`, file)
      await actionsCache.save(file, `${entryPrefix(home, name)}${digestOf([text]).slice(0, 16)}`)
    },
  }
}
