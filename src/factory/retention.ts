import { parsePlatform } from '../oci/platform.ts'
import type { RetentionContent } from './retention-shapes.ts'
import { parseDuration } from './duration.ts'
import type { RetentionRule, RetentionSettings, Selector } from './factory.ts'
import { given } from './given.ts'
import type { Report } from './read-scalar.ts'
import { checkSelector, selectorOf } from './selector.ts'
import type { Located } from './source.ts'

const DAY = 86_400_000

/** What prune keeps where nothing is said. */
export const DEFAULT_RETENTION: RetentionSettings = {
  ...{ keepLast: 3, minAge: DAY, keep: [], removedManifests: 'keep', removedGrace: 14 * DAY, rules: [] },
}

const msOf = (duration: Located<string> | undefined): number | undefined =>
  duration === undefined ? undefined : parseDuration(duration.value)

const valuesOf = (texts: readonly Located<string>[]): readonly string[] => texts.map(({ value }) => value)

type RuleContent = NonNullable<RetentionContent['rules']>[number]

const platformsOf = ({ platforms }: RuleContent): Selector | undefined => {
  if (platforms === undefined) return undefined
  const { any, not } = selectorOf(platforms)
  const normal = (patterns: readonly string[]) => patterns.map((pattern) => parsePlatform(pattern) ?? pattern)
  return { any: normal(any), not: normal(not) }
}

const ruleOf = (content: RuleContent, layers: readonly string[], report: Report): RetentionRule => {
  const { layers: selected, branches, 'keep-last': keepLast, 'expire-after': expireAfter, place } = content
  if (keepLast === undefined && expireAfter === undefined)
    report({ place, found: 'the rule changes nothing', expected: '"keep-last" or "expire-after"' })
  if (selected !== undefined) checkSelector(selected, layers, 'layer', report)
  return given({
    layers: selected === undefined ? undefined : selectorOf(selected),
    platforms: platformsOf(content),
    branches: branches === undefined ? undefined : { any: valuesOf(branches), not: [] },
    keepLast: keepLast?.value,
    expireAfter: msOf(expireAfter),
  })
}

/** What prune keeps. `layers` are the names of all layers; rules about others are reported. */
export const retentionOf = (
  content: RetentionContent | undefined,
  layers: readonly string[],
  report: Report,
): RetentionSettings => ({
  keepLast: content?.['keep-last']?.value ?? DEFAULT_RETENTION.keepLast,
  minAge: msOf(content?.['min-age']) ?? DEFAULT_RETENTION.minAge,
  keep: valuesOf(content?.keep ?? []),
  removedManifests: content?.['removed-manifests']?.value ?? DEFAULT_RETENTION.removedManifests,
  removedGrace: msOf(content?.['removed-grace']) ?? DEFAULT_RETENTION.removedGrace,
  rules: (content?.rules ?? []).map((rule) => ruleOf(rule, layers, report)),
  ...given({ expireAfter: msOf(content?.['expire-after']), maxDeletes: content?.['max-deletes']?.value }),
})
