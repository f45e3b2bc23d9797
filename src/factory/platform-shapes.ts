import { parsePlatform } from '../oci/platform.ts'
import { didYouMean } from '../suggest.ts'
import { globShape } from './name-shapes.ts'
import { ARCHITECTURES, SYSTEMS } from './known-platforms.ts'
import type { TextShape } from './shape.ts'

// Platforms, and what is named after them.

const COMMON_PLATFORMS =
  'linux/amd64 linux/arm64 linux/arm/v7 linux/arm/v6 linux/386 linux/ppc64le linux/s390x linux/riscv64'

const isPlatform = (text: string): boolean => {
  const [system = '', architecture = ''] = parsePlatform(text)?.split('/') ?? []
  return SYSTEMS.includes(system) && ARCHITECTURES.includes(architecture)
}

/** People leave the system out (`arm64`), or slip in the architecture. */
const platformHint = (text: string): string | undefined =>
  isPlatform(`linux/${text}`) ? `write "linux/${text}"` : didYouMean(text, COMMON_PLATFORMS.split(' ')).hint

/** A platform in any spelling that containerd normalises. */
export const platform: TextShape = {
  kind: 'text',
  noun: 'a platform',
  expected: 'os/architecture, such as linux/amd64 or linux/arm/v7',
  pattern: /^[A-Za-z0-9]+\/[A-Za-z0-9_-]+(?:\/[A-Za-z0-9]+)?$/,
  test: isPlatform,
  hint: platformHint,
  examples: ['linux/amd64', 'linux/arm64'],
}

/** Key of a pool. */
export const poolName: TextShape = {
  kind: 'text',
  noun: 'a pool',
  expected: 'a platform, or one with an accelerator: linux/amd64 or linux/amd64+cuda',
  pattern: /^[A-Za-z0-9]+\/[A-Za-z0-9_-]+(?:\/[A-Za-z0-9]+)?(?:\+[a-z0-9_][a-z0-9_.-]*)?$/,
  test: (text) => isPlatform(text.split('+')[0] ?? ''),
  hint: platformHint,
  examples: ['linux/amd64', 'linux/amd64+cuda'],
}

/** A label of `runs-on`. */
export const runnerLabel: TextShape = {
  kind: 'text',
  noun: 'a runner label',
  expected: 'a label of a GitHub runner, such as ubuntu-24.04',
  pattern: /^\S(?:.*\S)?$/,
  refused: [{ pattern: /\$\{\{/, because: 'GitHub expressions are not evaluated in this file' }],
  examples: ['ubuntu-24.04', 'ubuntu-24.04-arm'],
}

/** A platform, or a glob over them. */
export const platformPattern: TextShape = {
  ...globShape('a platform or glob', /^[a-z0-9*?[{][a-z0-9_/*?[\]{},-]*$/),
  expected: 'a platform such as linux/arm64, or a glob such as linux/arm*',
  examples: ['linux/arm64', 'linux/arm*'],
}
