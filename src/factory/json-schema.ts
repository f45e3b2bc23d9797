import { includedFile, mainFile } from './description.ts'
import type { Json, JsonObject } from './factory.ts'
import { given } from './given.ts'
import { EXTENSION, type MapShape, type RecordShape, type Shape, type TextShape } from './shape.ts'

/** Definitions that are met on the way, by name. */
type Definitions = Map<string, JsonObject>

/** Checks of a text. They say `string` themselves, because JSON Schema lets patterns pass for all other types. */
const textChecks = ({ pattern, refused = [] }: TextShape): JsonObject => ({
  pattern: pattern.source,
  ...given({
    not:
      refused.length === 0
        ? undefined
        : { type: 'string', anyOf: refused.map((each): JsonObject => ({ pattern: each.pattern.source })) },
  }),
})

const textSchema = (shape: TextShape): JsonObject => ({
  type: shape.bare === true ? ['string', 'number', 'boolean'] : 'string',
  ...textChecks(shape),
})

const mapSchema = ({ keys, of }: Pick<MapShape, 'keys' | 'of'>, definitions: Definitions): JsonObject => ({
  type: 'object',
  propertyNames: textChecks(keys),
  additionalProperties: schemaOf(of, definitions),
})

const recordSchema = (shape: RecordShape, definitions: Definitions): JsonObject => {
  const { fields, rest, mayBeEmpty, extensible } = shape
  const names = Object.keys(fields)
  const required = names.filter((name) => fields[name]?.required === true)
  const properties = Object.entries(fields).map(([name, field]): [string, Json] => [
    name,
    { ...schemaOf(field.shape, definitions), description: field.description },
  ])
  return {
    type: mayBeEmpty === true ? ['object', 'null'] : 'object',
    properties: Object.fromEntries(properties),
    ...given({
      required: required.length === 0 ? undefined : required,
      patternProperties: extensible === true ? { [EXTENSION.source]: {} } : undefined,
      propertyNames: rest === undefined ? undefined : { anyOf: [{ enum: names }, textChecks(rest.keys)] },
    }),
    additionalProperties: rest === undefined ? false : schemaOf(rest.of, definitions),
  }
}

const bareSchema = (shape: Shape, definitions: Definitions): JsonObject => {
  switch (shape.kind) {
    case 'text':
      return textSchema(shape)
    case 'choice':
      return { enum: shape.values }
    case 'flag':
      return { type: 'boolean' }
    case 'count':
      if (shape.minimum === shape.maximum) return { const: shape.minimum }
      return { type: 'integer', minimum: shape.minimum, ...given({ maximum: shape.maximum }) }
    case 'json':
      return { type: 'object', propertyNames: { not: { enum: shape.owned } } }
    case 'list':
      return { type: 'array', items: schemaOf(shape.of, definitions) }
    case 'some': {
      const one = schemaOf(shape.of, definitions)
      return { anyOf: [one, { type: 'array', items: one, minItems: 1 }] }
    }
    case 'map':
      return mapSchema(shape, definitions)
    case 'record':
      return recordSchema(shape, definitions)
    case 'either':
      return { anyOf: [schemaOf(shape.plain, definitions), schemaOf(shape.map, definitions)] }
  }
}

/** The schema of a shape; one with a name becomes a definition and a reference to it. */
const schemaOf = (shape: Shape, definitions: Definitions): JsonObject => {
  const { define, description, examples } = shape
  const schema = { ...bareSchema(shape, definitions), ...given({ description, examples }) }
  if (define === undefined) return schema
  definitions.set(define, schema)
  return { $ref: `#/$defs/${define}` }
}

/**
 * The JSON Schema (draft 2020-12) of factory files. It says all that one value can tell by itself; whether names exist
 * and fit together only the parser knows. Included files are `#/$defs/includedFile`.
 */
export const renderJsonSchema = (): JsonObject => {
  const definitions: Definitions = new Map()
  const main = schemaOf(mainFile, definitions)
  definitions.set('includedFile', schemaOf(includedFile, definitions))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Strata factory file',
    description: 'The variants of a container image, and which combinations of them are built: strata.yaml.',
    ...main,
    $defs: Object.fromEntries([...definitions].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}
