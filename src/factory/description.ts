import { builder } from './builder-shapes.ts'
import { cache } from './cache-shapes.ts'
import { lint } from './lint-shapes.ts'
import * as names from './name-shapes.ts'
import * as platforms from './platform-shapes.ts'
import { retention } from './retention-shapes.ts'
import { platformSelector, selector } from './selector-shapes.ts'
import * as texts from './text-shapes.ts'
import { either, list, map, openRecord, optional, record, required, some, type Value } from './shape.ts'
import { RUN_PLACEHOLDERS } from './template.ts'

/**
 * What a factory file looks like. The reader (`read-shape.ts`) and the JSON Schema (`json-schema.ts`) are both made
 * from this, so they cannot disagree. What needs the whole file, such as whether a name exists, is checked afterwards.
 */

/** Keys of a bake target that Strata sets itself. */
const OWNED_BAKE_KEYS = [
  ...['context', 'dockerfile', 'dockerfile-inline', 'target', 'platforms', 'tags', 'output'],
  ...['cache-from', 'cache-to', 'inherits', 'matrix', 'name'],
]

const bake = {
  kind: 'json',
  owned: OWNED_BAKE_KEYS,
  define: 'bake',
  description: 'Merged into the bake target as it is, for example shm-size, ulimits, network, secret.',
  examples: [{ 'shm-size': '2g', ulimits: ['nofile=65536'] }],
} as const

const args = map(
  names.argumentName,
  either(texts.argumentValue, map(platforms.platform, texts.argumentValue), {
    define: 'argumentValue',
    description: 'A value, read as it is written (3.10 stays 3.10), or a map of values by platform.',
  }),
  { define: 'args', examples: [{ PYTHON: '3.12' }] },
)

const test = either(
  list(texts.testWord),
  record('a test', {
    script: required(texts.path, 'A script of the workspace, with an interpreter that the image has.'),
  }),
  {
    define: 'test',
    description: 'What must go well in the image before it is published: an argument array, or a script. No shell.',
    examples: [['python', '-c', 'import torch'], { script: 'tests/smoke.sh' }],
  },
)

const manifestFields = {
  extends: optional(names.manifestName, 'Another manifest whose choices, args, platforms and version hold here, too.'),
  version: optional(texts.version, 'Value of {version} in tags.'),
  tags: optional(some(texts.tagTemplate), 'Tags of this manifest beside the general ones. They are not inherited.'),
  platforms: optional(some(platforms.platform), 'Only these of the platforms of the factory.'),
  args: optional(args, 'Arguments of this manifest, stronger than those of its variants.'),
  test: optional(test, 'A test of this image, after those of its variants.'),
  'test-pool': optional(platforms.poolName, 'Pool that builds and tests this manifest on its platform.'),
  bake: optional(bake, 'For this manifest alone.'),
} as const

const ruleFields = {
  platform: optional(platformSelector, 'Platforms that are left out; all when absent.'),
  reason: required(texts.reason, 'Why it is left out, for people.'),
} as const

/** Keys that stand beside layers in manifests and in rules. */
export const MANIFEST_KEYS = Object.keys(manifestFields)
export const RULE_KEYS = Object.keys(ruleFields)

/** What templates know beside the names of layers. */
export const TEMPLATE_WORDS = ['name', 'manifest_id', 'version', ...RUN_PLACEHOLDERS] as const

/** Name of a layer. What manifests, rules and templates call something else cannot be one. */
export const layerName = names.layerName([...new Set([...MANIFEST_KEYS, ...RULE_KEYS, ...TEMPLATE_WORDS])])

const requires = map(layerName, selector, { examples: [{ base: 'cuda-*' }] })

const variant = record(
  'a variant',
  {
    extends: optional(names.variantName, 'Another variant of this layer whose fields hold here, too.'),
    from: optional(
      either(texts.baseImage, map(platforms.platform, texts.baseImage), {
        description: 'An image, or a map of images by platform.',
      }),
      'Base image. Variants of the lowest layer have one, others none.',
    ),
    fragment: optional(texts.path, 'Dockerfile with what this variant adds. A variant without one adds nothing.'),
    args: optional(args, 'Arguments of the fragment. Each must be declared there.'),
    contexts: optional(map(texts.contextName, texts.contextSource), 'Named contexts that the fragment copies from.'),
    accelerator: optional(names.accelerator, 'Hardware that images with this variant need; chooses the pool.'),
    requires: optional(requires, 'What other layers must be for this variant to be possible.'),
    test: optional(test, 'A test of every image with this variant.'),
    bake: optional(bake, 'For every manifest with this variant.'),
  },
  { define: 'variant', mayBeEmpty: true },
)

const variants = map(names.variantName, variant)

const variantsFrom = optional(
  some(texts.pathGlob, { examples: ['apps/*/Dockerfile'] }),
  'One variant per file that matches, named after its folder. Variants that are written out win.',
)

const maxAge = either(
  texts.duration,
  record('a max-age', {
    every: required(texts.duration, 'How long the answer of the probe holds.'),
    probe: required(
      texts.probeCommand,
      'A command line that runs on the layer, in its shell. Only when what it prints changes is the layer built again.',
    ),
  }),
  {
    description:
      'A time after which the layer is built again, or { every, probe } to ask first whether anything changed.',
    examples: ['7d', { every: '1d', probe: 'apt-get update -qq && apt-get -s upgrade | grep ^Inst | sort' }],
  },
)

const layer = record(
  'a layer',
  {
    stable: optional({ kind: 'flag' }, 'Whether the layer can be prewarmed. Stable layers are a run from the bottom.'),
    'max-age': optional(maxAge, 'After this time the layer is built again, so that upgrades cannot go stale.'),
    args: optional(args, 'Defaults for the fragments of this layer.'),
    variants: optional(variants, 'The choices for this layer, by name.'),
    'variants-from': variantsFrom,
  },
  { define: 'layer' },
)

const manifest = openRecord(
  'a manifest',
  manifestFields,
  { keys: layerName, of: selector },
  {
    define: 'manifest',
    description: 'A variant for each layer. Layers that are not named are left out. Lists and globs make one of each.',
    examples: [{ base: 'ubuntu-24.04', core: '0.1.0', app: 'serve', version: '1.4.0' }],
  },
)

const rule = openRecord(
  'an exclude rule',
  ruleFields,
  { keys: layerName, of: selector },
  {
    define: 'excludeRule',
    description: 'Combinations that match every selector of the rule are left out.',
    examples: [{ base: { not: 'cuda-*' }, core: '*cuda*', reason: 'needs a CUDA base' }],
  },
)

const pool = record('a pool', {
  'runs-on': required(some(platforms.runnerLabel), 'Labels of the runners, as in a workflow.'),
  builder: optional(builder, 'How the builder of this pool is made.'),
  cache: optional(
    record('the cache of a pool', {
      ref: required(texts.cacheRepository, 'Repository of the cache refs of this pool.'),
    }),
    'A cache repository of its own. The pool reads the others as well.',
  ),
})

const shared = {
  version: required({ kind: 'count', minimum: 1, maximum: 1 }, 'Version of this format.'),
  manifests: optional(map(names.manifestName, manifest), 'What is built: combinations of variants, by id.'),
  exclude: optional(list(rule), 'Combinations that cannot or shall not be built.'),
  pools: optional(map(platforms.poolName, pool), 'Where legs run, by platform, or by platform and accelerator.'),
} as const

/** The file that an action is given. */
export const mainFile = record(
  'the factory file',
  {
    version: shared.version,
    name: required(names.factoryName, 'Name of the factory; the default name of its images.'),
    registry: optional(texts.registry, 'Where images go and, by default, caches.'),
    image: optional(
      texts.imageTemplate,
      'Repository of an image below the registry. Default: {name}. {manifest_id} and {<layer>} work, too.',
    ),
    tags: optional(
      some(texts.tagTemplate),
      'Tags of every image. {manifest_id}, {name}, {version}, {<layer>} and, by publish, {sha}, {short_sha}, {date} and {branch} are filled in.',
    ),
    id: optional(
      texts.idTemplate,
      'How ids of manifests that are made from lists and globs are put together. Default: all layers, top first.',
    ),
    platforms: optional(some(platforms.platform), 'What images are built for. Default: linux/amd64.'),
    context: optional(texts.path, 'Build context. Default: the folder of this file.'),
    args: optional(args, 'Defaults for every fragment that declares the ARG.'),
    include: optional(
      some(texts.pathGlob, { examples: ['apps/*/strata.yaml'] }),
      'Further files that add variants, manifests, rules and pools.',
    ),
    layers: optional(map(layerName, layer), 'The layers, bottom to top.'),
    ...{ manifests: shared.manifests, exclude: shared.exclude, pools: shared.pools },
    cache: optional(cache, 'Where and how build steps are cached.'),
    retention: optional(retention, 'What prune keeps.'),
    lint: optional(lint, 'What the linter says of fragments, and how loud.'),
    bake: optional(bake, 'For every target.'),
  },
  { extensible: true },
)

/** A file that `include` names. It adds to the layers of the main file and cannot change them. */
export const includedFile = record(
  'an included file',
  {
    ...shared,
    layers: optional(
      map(
        layerName,
        record('a layer in an included file', { variants: layer.fields.variants, 'variants-from': variantsFrom }),
      ),
      'Variants for layers of the main file.',
    ),
  },
  { extensible: true },
)

/** What the main file says. */
export type MainContent = Value<typeof mainFile>
/** What an included file says. */
export type IncludedContent = Value<typeof includedFile>
/** What stands under the name of a layer. */
export type LayerContent = Value<typeof layer>
/** What stands under the name of a variant. */
export type VariantContent = Value<typeof variant>
/** What stands under the id of a manifest; the choices by layer are its `rest`. */
export type ManifestContent = Value<typeof manifest>
/** An entry of `exclude`; the selectors by layer are its `rest`. */
export type RuleContent = Value<typeof rule>
/** What stands under the name of a pool. */
export type PoolContent = Value<typeof pool>
/** What stands under a `max-age`. */
export type MaxAgeContent = Value<typeof maxAge>
/** What stands under a `test`. */
export type TestContent = Value<typeof test>
/** What stands under an `args`. */
export type ArgumentsContent = Value<typeof args>
