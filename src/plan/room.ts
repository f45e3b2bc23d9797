import { renderBytes } from './bytes.ts'

/**
 * Folders of GitHub's hosted runners that builds of images seldom need, the largest first (actions/runner-images). None
 * of them holds Docker, Buildx, Node, Git or what a job checked out.
 */
export const HOSTED_TOOL_FOLDERS: readonly string[] = [
  '/usr/local/lib/android',
  '/opt/hostedtoolcache/CodeQL',
  '/usr/share/dotnet',
  '/usr/lib/dotnet',
  '/opt/ghc',
  '/usr/local/.ghcup',
  '/usr/share/swift',
  '/usr/local/share/powershell',
  '/usr/local/share/chromium',
  '/usr/local/julia',
  '/usr/share/miniconda',
  '/opt/az',
  '/opt/google/chrome',
  '/opt/microsoft',
]

/** Room on a file system, bytes. */
export type Room = { readonly free: number; readonly total: number }

/** `Free disk before the build: 12.3 GiB of 72.0 GiB (/var/lib/docker)` */
export const renderRoom = (when: string, { free, total }: Room, folder: string): string =>
  `Free disk ${when}: ${renderBytes(free)} of ${renderBytes(total)} (${folder})`

/** What is removed, one folder a line, and what all of it takes. */
export const renderRemovals = (
  folders: readonly { readonly path: string; readonly bytes: number }[],
): { readonly title: string; readonly lines: readonly string[] } => {
  const sum = folders.reduce((total, { bytes }) => total + bytes, 0)
  return {
    title: `Removing ${folders.length} folders to free ${renderBytes(sum)}`,
    lines: folders.map(({ path, bytes }) => `${renderBytes(bytes).padStart(9)}  ${path}`),
  }
}

/** How programs say `ENOSPC` and `EDQUOT`: BuildKit, the engine, and whatever a step runs. */
const FULL = /no space left on device|disk quota exceeded|ENOSPC/i

/** What to do when one of these texts says that the disk is full; undefined when none does. */
export const adviceOnFullDisk = (texts: readonly string[]): string | undefined => {
  if (!texts.some((text) => FULL.test(text))) return undefined
  const remedies = [
    'set free-disk: true on a hosted runner',
    'let the plan make smaller legs (max-leg-gib)',
    'give the pool a runner with a larger disk',
    'or, on your own runner, docker buildx prune',
  ]
  return `the disk of the builder is full: ${remedies.join(', ')}`
}
