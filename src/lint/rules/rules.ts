import type { Rule } from '../finding.ts'
import { changingArgument, earlyArgument, secretInArgument } from './arguments.ts'
import { contextNotCopied } from './context-not-copied.ts'
import { copyAllEarly } from './copy-all-early.ts'
import { fileModes } from './file-modes.ts'
import { hardCodedArchitecture } from './hard-coded-architecture.ts'
import { latestImage } from './latest-image.ts'
import { packageLeftovers, stalePackageIndex } from './package-index.ts'
import { pipLeftovers } from './pip-leftovers.ts'
import { tooManyLayers } from './too-many-layers.ts'
import { unpinnedDownload } from './unpinned-download.ts'

/** All rules but `buildkit-check`, which BuildKit itself applies. */
export const RULES: readonly Rule[] = [
  secretInArgument,
  contextNotCopied,
  stalePackageIndex,
  unpinnedDownload,
  changingArgument,
  hardCodedArchitecture,
  latestImage,
  copyAllEarly,
  earlyArgument,
  packageLeftovers,
  pipLeftovers,
  fileModes,
  tooManyLayers,
]
