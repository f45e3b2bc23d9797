import { platformSelector, selector } from './selector-shapes.ts'
import { choice, list, optional, record, some, type Value } from './shape.ts'
import * as texts from './text-shapes.ts'

const retentionNumbers = {
  'keep-last': optional({ kind: 'count', minimum: 1 }, 'Generations kept of every manifest and platform. Default: 3.'),
  'expire-after': optional(
    texts.duration,
    'Generations older than this go even if they are among the last; never the newest of a manifest that is built.',
  ),
} as const

const retentionRule = record('a retention rule', {
  layers: optional(selector, 'Layers whose cache refs it is about, by name or glob; all and the image when absent.'),
  platforms: optional(platformSelector, 'Platforms that it is about; all when absent.'),
  branches: optional(
    some(texts.keepGlob),
    'Branches that it is about, by name or glob; all when absent. A * also spans slashes.',
  ),
  ...retentionNumbers,
})

/** What prune keeps. */
export const retention = record('the retention', {
  ...retentionNumbers,
  'min-age': optional(texts.duration, 'Nothing younger is deleted. Default: 24h.'),
  keep: optional(some(texts.keepGlob), 'Globs over manifest ids, tags and branches: what matches is never deleted.'),
  'removed-manifests': optional(
    choice(['keep', 'prune']),
    'What becomes of manifests and branches that are no more. Default: keep.',
  ),
  'removed-grace': optional(texts.duration, 'How long they stay, from the prune that first misses them. Default: 14d.'),
  'max-deletes': optional({ kind: 'count', minimum: 1 }, 'What one run deletes at the most.'),
  rules: optional(
    list(retentionRule),
    'Other numbers for some layers, platforms or branches. Of those that match, the last that gives a number holds.',
  ),
})

/** What stands under `retention`. */
export type RetentionContent = Value<typeof retention>
