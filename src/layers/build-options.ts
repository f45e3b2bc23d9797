import type { JsonObject } from '../factory/factory.ts'

/** Keys of a bake target that say what becomes of the image, and nothing of how its steps run. */
const IMAGE_ONLY: ReadonlySet<string> = new Set([
  'annotations',
  'attest',
  'cache-from',
  'cache-to',
  'description',
  'labels',
  'name',
  'no-cache',
  'no-cache-filter',
  'output',
  'pull',
  'tags',
])

/** Of the bake options of a work item, those that BuildKit may key its steps on: `network`, `ulimits`, `shm-size`, … */
export const stepOptions = (bake: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(bake).filter(([key]) => !IMAGE_ONLY.has(key)))

/** Keys of a bake target that change an image without changing its steps. */
const IMAGE_OPTIONS: ReadonlySet<string> = new Set(['annotations', 'attest', 'labels', 'output'])

/** Of the bake options of a work item, those that reach its image: what its steps are keyed on, labels and the like. */
export const imageOptions = (bake: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(bake).filter(([key]) => !IMAGE_ONLY.has(key) || IMAGE_OPTIONS.has(key)))
