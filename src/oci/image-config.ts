import { objectAt, parseMembers, textAt, textMapAt, textsAt } from './json.ts'
import type { PlatformFields } from './platform.ts'

/** The config of an image (OCI image spec, config.md), as far as it reaches the steps that are built on it. */
export type ImageConfig = {
  readonly platform: PlatformFields
  /** RFC 3339 */
  readonly created?: string
  /** Digests of the uncompressed filesystem layers, bottom to top. */
  readonly diffIds: readonly string[]
  /** `NAME=value` */
  readonly env: readonly string[]
  readonly user?: string
  readonly workingDir?: string
  /** Docker's addition. */
  readonly shell: readonly string[]
  /** Docker's addition. */
  readonly onBuild: readonly string[]
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** Reads the config of an image. Throws OciContentError. */
export const parseImageConfig = (text: string): ImageConfig => {
  const members = parseMembers(text, 'image config')
  const config = objectAt(members, 'config')
  const created = textAt(members, 'created')
  const user = textAt(config, 'User')
  const workingDir = textAt(config, 'WorkingDir')
  return {
    platform: {
      os: textAt(members, 'os'),
      architecture: textAt(members, 'architecture'),
      variant: textAt(members, 'variant'),
    },
    ...(created === undefined ? {} : { created }),
    diffIds: textsAt(objectAt(members, 'rootfs'), 'diff_ids'),
    env: textsAt(config, 'Env'),
    ...(user === undefined ? {} : { user }),
    ...(workingDir === undefined ? {} : { workingDir }),
    shell: textsAt(config, 'Shell'),
    onBuild: textsAt(config, 'OnBuild'),
    entrypoint: textsAt(config, 'Entrypoint'),
    cmd: textsAt(config, 'Cmd'),
    labels: textMapAt(config, 'Labels'),
  }
}
