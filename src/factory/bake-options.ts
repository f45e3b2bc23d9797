import type { Json, JsonObject } from './factory.ts'

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

const merge = (first: Json | undefined, second: Json): Json =>
  isObject(first) && isObject(second) ? mergeBake(first, second) : second

/** Bake options laid over others: maps are merged, and of lists and plain values the second wins. */
export const mergeBake = (first: JsonObject, second: JsonObject): JsonObject =>
  Object.fromEntries([
    ...Object.entries(first),
    ...Object.entries(second).map(([key, value]) => [key, merge(first[key], value)] as const),
  ])
