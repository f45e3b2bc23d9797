import { hash } from 'node:crypto'

/** One file, folder or symbolic link that a COPY can take out of a build context. */
export type ContextEntry = {
  /** Relative to the context's root, with `/` between its parts. */
  readonly path: string
  /** A file's mode as git checks it out, whatever it is on disk. */
  readonly mode: '644' | '755' | 'link' | 'folder'
  /** 64 hex of the sha256 of a file's content, or of the path a link leads to; empty for folders. */
  readonly digest: string
}

/** Files and folders whose modes are not those git checks out. BuildKit keys on modes, so these cost cache hits. */
export type OddModes = {
  readonly count: number
  /** The first by path, which is relative to the workspace; `mode` is octal: `664`. */
  readonly first?: { readonly path: string; readonly mode: string }
}

/**
 * One digest, 64 hex of sha256, of path, mode and content of all entries in their order. Modes and digests hold no
 * space and paths no NUL, so different entries never make the same text.
 */
export const digestEntries = (entries: readonly ContextEntry[]): string =>
  hash('sha256', entries.map(({ path, mode, digest }) => `${mode} ${digest} ${path}\0`).join(''))
