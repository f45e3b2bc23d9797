import { DEFAULT_RETENTION } from '../../factory/retention.ts'
import type { RetentionSettings } from '../../factory/factory.ts'
import type { RetentionInputs } from '../prune-inputs.ts'

/** The policy of a prune: inputs before the factory file; globs of both keep. */
export const policyOf = (
  { keep, ...given }: RetentionInputs,
  settings: RetentionSettings = DEFAULT_RETENTION,
): RetentionSettings => ({ ...settings, ...given, keep: [...settings.keep, ...keep] })
