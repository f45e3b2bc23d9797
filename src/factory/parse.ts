import { parsePlatform } from '../oci/platform.ts'
import type { Problem } from '../problem.ts'
import { argumentsOf } from './by-platform.ts'
import { catalogueOf, type Catalogue } from './catalogue.ts'
import { choicesOf } from './choices.ts'
import { RULE_KEYS, TEMPLATE_WORDS, type MainContent, type RuleContent } from './description.ts'
import { throwProblems, type IncludedDocument, type MainDocument } from './document.ts'
import { parseBytes } from './bytes.ts'
import type { CacheSettings, ExcludeRule, Factory } from './factory.ts'
import { given } from './given.ts'
import { lintLevelsOf } from './lint-shapes.ts'
import { checkStable, checkStageNames, layerOf } from './layer-variants.ts'
import { manifestEntriesOf, platformsOf } from './manifest-entries.ts'
import { resolvePath } from './path.ts'
import { poolsOf } from './pools.ts'
import type { Report } from './read-scalar.ts'
import { selectorOf } from './selector.ts'
import { retentionOf } from './retention.ts'
import { checkTemplate } from './template.ts'

const DEFAULT_PLATFORMS = ['linux/amd64']

const ruleOf = (content: RuleContent, catalogue: Catalogue, report: Report): ExcludeRule => {
  if (content.rest.length === 0 && content.platform === undefined)
    report({
      place: content.place,
      found: 'the rule selects nothing',
      expected: 'a layer or "platform" beside "reason"',
    })
  const platforms = content.platform === undefined ? undefined : selectorOf(content.platform)
  const normal = (patterns: readonly string[]) => patterns.map((pattern) => parsePlatform(pattern) ?? pattern)
  return {
    layers: choicesOf(content.rest, catalogue, RULE_KEYS, report),
    ...given({
      platforms: platforms === undefined ? undefined : { any: normal(platforms.any), not: normal(platforms.not) },
    }),
    reason: content.reason.value,
    place: content.place,
  }
}

const cacheOf = ({ cache }: MainContent): CacheSettings => ({
  ...given({
    mirrors: cache?.mirrors?.map(({ ref, read, write }) => ({
      ref: ref.value,
      read: read?.value ?? true,
      write: write?.value ?? false,
    })),
    from: cache?.from?.map(({ value }) => value),
    backend: cache?.backend?.value,
    strategy: cache?.strategy?.value,
    ref: cache?.ref?.value,
    untrustedRef: cache?.['untrusted-ref']?.value,
    folder: cache?.folder?.value,
    maxBytes: parseBytes(cache?.['max-size']?.value ?? ''),
  }),
})

const checkTemplates = ({ id, image, tags }: MainContent, layers: readonly string[], report: Report): void => {
  if (id !== undefined) checkTemplate(id, ['name', ...layers], report)
  if (image !== undefined) checkTemplate(image, ['name', 'manifest_id', ...layers], report)
  for (const tag of tags ?? []) checkTemplate(tag, [...TEMPLATE_WORDS, ...layers], report)
}

/** What the parts of all files come to, in the order main file, included files. */
const assemble = (
  main: MainDocument,
  included: readonly IncludedDocument[],
  paths: readonly string[],
  report: Report,
): Factory => {
  const { content, file } = main
  const contents = [content, ...included.map((document) => document.content)]
  const catalogue = catalogueOf(main, included, paths, report)
  const layers = catalogue.map(({ name }) => name.value)
  const platforms = content.platforms === undefined ? DEFAULT_PLATFORMS : platformsOf(content.platforms)
  const manifests = contents.flatMap((each) => each.manifests ?? [])
  const pools = contents.flatMap((each) => each.pools ?? [])
  if (manifests.length === 0)
    report({ place: content.place, found: 'the factory has no manifests', expected: 'manifests: what is to be built' })
  checkStable(catalogue, report)
  checkStageNames(catalogue, report)
  checkTemplates(content, layers, report)
  const placeholders = [...TEMPLATE_WORDS, ...layers]
  return {
    name: content.name.value,
    ...given({ registry: content.registry?.value }),
    image: content.image?.value ?? '{name}',
    tags: (content.tags ?? []).map((tag) => tag.value),
    id:
      content.id?.value ??
      layers
        .toReversed()
        .map((layer) => `{${layer}}`)
        .join('-'),
    platforms,
    context: resolvePath(content.context ?? { value: '.', place: content.place }, report),
    args: argumentsOf(content.args, 'factory', report),
    layers: catalogue.map((layer) => layerOf(layer, catalogue, report)),
    manifests: manifestEntriesOf(manifests, { catalogue, platforms, placeholders, report }),
    exclude: contents.flatMap((each) => (each.exclude ?? []).map((rule) => ruleOf(rule, catalogue, report))),
    pools: poolsOf(pools, report),
    cache: cacheOf(content),
    retention: retentionOf(content.retention, layers, report),
    lint: lintLevelsOf(content.lint),
    bake: content.bake ?? {},
    file,
  }
}

/**
 * Merges the files of a factory and looks every name up. How a caller gets there, with `glob` yielding paths
 * relative to the workspace:
 *
 *     const main = parseMainFile(file, await readText(file))
 *     const files = includedFiles(main, await glob(includePatterns(main)))
 *     const included = await Promise.all(files.map(async (path) => parseIncludedFile(path, await readText(path))))
 *     const factory = parseFactory(main, included, await glob(variantPatterns(main, included)))
 *
 * Throws an InputError with every problem: unknown names, circles of `extends`, conflicts between files.
 */
export const parseFactory = (
  main: MainDocument,
  included: readonly IncludedDocument[] = [],
  paths: readonly string[] = [],
): Factory => {
  const problems: Problem[] = []
  const factory = assemble(main, included, paths, (problem) => problems.push(problem))
  throwProblems(problems)
  return factory
}
