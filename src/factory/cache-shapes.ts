import { choice, list, optional, record, required } from './shape.ts'
import * as texts from './text-shapes.ts'

const cacheMirror = record('a cache mirror', {
  ref: required(texts.cacheRepository, 'Repository of the cache refs of this mirror.'),
  read: optional({ kind: 'flag' }, 'Whether it is read. Default: true.'),
  write: optional({ kind: 'flag' }, 'Whether what is written to the cache is written here, too. Default: false.'),
})

/** Where and how build steps are cached. */
export const cache = record('the cache', {
  backend: optional(
    choice(['registry', 'local', 'gha', 'inline']),
    'Where BuildKit keeps its cache. Default: registry, or local where no registry is configured.',
  ),
  strategy: optional(
    choice(['layer', 'manifest', 'platform']),
    'What a cache ref holds: a shared prefix, one manifest, or everything of a platform. Default: layer.',
  ),
  ref: optional(texts.cacheRepository, 'Repository of the cache refs; never one that holds images.'),
  'untrusted-ref': optional(
    texts.cacheRepository,
    'Repository that branches and pull requests of the same repository write. Nothing that is trusted reads it.',
  ),
  mirrors: optional(list(cacheMirror), 'Further repositories with the same refs, for runners elsewhere.'),
  from: optional(list(texts.cacheSource), 'Further places that are read, as in docker/build-push-action.'),
  folder: optional(
    texts.cacheFolder,
    'Folder of a local cache, absolute or relative to the workspace. Default: one named after the factory in ~/.cache/strata.',
  ),
  'max-size': optional(texts.size, 'Most that a local cache holds; the oldest folders go first. Default: 8GiB.'),
})
