import type { Json, JsonObject } from './factory.ts'

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

const merge = (first: Json | undefined, second: Json): Json =>
  isObject(first) && isObject(second) ? mergeBake(first, second) : second

/** Bake options laid over others: maps are merged, and of lists and plain values the second wins. */
export const mergeBake = (first: JsonObject, second: JsonObject): JsonObject => {
  const entries = Object.entries(second)
  // Most layers have none, and many work items then share one object.
  if (entries.length === 0) return first
  return Object.fromEntries([
    ...Object.entries(first),
    ...entries.map(([key, value]) => [key, merge(first[key], value)] as const),
  ])
}
