import type { ImageConfig } from '../oci/image-config.ts'
import { digestOf } from './digest.ts'

/**
 * A digest over what of an image reaches the steps that are built on it, as hex: its filesystem layers and the settings
 * that steps inherit. BuildKit keys on the chain of diff ids (source/containerimage/pull.go, `cacheKeyFromConfig`), so an
 * image that was pushed again with the same layers is no change, whatever its digest.
 */
export const imageContent = ({ diffIds, env, user = '', workingDir = '', shell, onBuild }: ImageConfig): string =>
  digestOf([diffIds, env, [user, workingDir], shell, onBuild].map((part) => JSON.stringify(part)))
