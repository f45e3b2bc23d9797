import { join } from 'node:path'
import ts from 'typescript'
import { root } from './documents.ts'

type JsonSchema = { readonly [keyword: string]: unknown }

/** What is known while a type is rendered: the compiler, and the definitions that were met on the way. */
type Scope = { readonly checker: ts.TypeChecker; readonly definitions: Map<string, JsonSchema> }

const readProgram = (file: string): ts.Program => {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  return ts.createProgram([join(root, file)], options)
}

const describe = (symbol: ts.Symbol | undefined, { checker }: Scope): JsonSchema => {
  const description = ts.displayPartsToString(symbol?.getDocumentationComment(checker)).replaceAll(/\s+/g, ' ').trim()
  return description === '' ? {} : { description }
}

const propertySchema = (property: ts.Symbol, scope: Scope): JsonSchema => {
  const schema = schemaOf(scope.checker.getTypeOfSymbol(property), scope)
  return { ...schema, ...describe(property, scope) }
}

/** Objects are closed: a key that is not known is of another version of the format. */
const objectSchema = (type: ts.Type, scope: Scope): JsonSchema => {
  const values = type.getStringIndexType()
  if (values !== undefined) return { type: 'object', additionalProperties: schemaOf(values, scope) }
  const properties = type.getProperties()
  const required = properties.filter(({ flags }) => (flags & ts.SymbolFlags.Optional) === 0)
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map((property) => [property.name, propertySchema(property, scope)])),
    required: required.map(({ name }) => name),
    additionalProperties: false,
  }
}

const unionSchema = (types: readonly ts.Type[], scope: Scope): JsonSchema => {
  // An optional property is a union with undefined, which JSON does not have.
  const members = types.filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0)
  const [only, ...others] = members
  if (only !== undefined && others.length === 0) return schemaOf(only, scope)
  if (members.every((member) => member.isStringLiteral())) return { enum: members.map(({ value }) => value) }
  if (members.every(({ flags }) => (flags & ts.TypeFlags.BooleanLiteral) !== 0)) return { type: 'boolean' }
  return { anyOf: members.map((member) => schemaOf(member, scope)) }
}

/** An object type that has a name of ours is defined once, and referred to. */
const definedSchema = (type: ts.Type, symbol: ts.Symbol, scope: Scope): JsonSchema => {
  const { name } = symbol
  // What users give Buildx is Buildx's to describe.
  if (name === 'JsonObject') return { type: 'object' }
  if (!scope.definitions.has(name)) {
    scope.definitions.set(name, {})
    scope.definitions.set(name, { ...objectSchema(type, scope), ...describe(symbol, scope) })
  }
  return { $ref: `#/$defs/${name}` }
}

const isOurs = (symbol: ts.Symbol): boolean =>
  symbol.declarations?.some((node) => node.getSourceFile().fileName.startsWith(join(root, 'src'))) === true

const schemaOf = (type: ts.Type, scope: Scope): JsonSchema => {
  const { checker } = scope
  const { flags, aliasSymbol } = type
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value }
  if (type.isUnion()) return unionSchema(type.types, scope)
  if ((flags & ts.TypeFlags.String) !== 0) return { type: 'string' }
  if ((flags & ts.TypeFlags.Number) !== 0) return { type: 'number' }
  if ((flags & ts.TypeFlags.Null) !== 0) return { type: 'null' }
  if (checker.isArrayType(type)) {
    const [items] = checker.getTypeArguments(type as ts.TypeReference)
    return { type: 'array', ...(items === undefined ? {} : { items: schemaOf(items, scope) }) }
  }
  if (aliasSymbol !== undefined && isOurs(aliasSymbol)) return definedSchema(type, aliasSymbol, scope)
  if (type.isIntersection() || (flags & ts.TypeFlags.Object) !== 0) return objectSchema(type, scope)
  throw new Error(`${checker.typeToString(type)} is not JSON`)
}

/**
 * The JSON Schema (draft 2020-12) of an exported type of `file`, a path relative to the repository. Doc comments become
 * descriptions, so that what the types say is said once. Throws when a part of the type is not JSON.
 */
export const renderTypeSchema = (file: string, name: string, title: string): JsonSchema => {
  const program = readProgram(file)
  const scope: Scope = { checker: program.getTypeChecker(), definitions: new Map() }
  const source = program.getSourceFile(join(root, file))
  const module = source && scope.checker.getSymbolAtLocation(source)
  const symbol = module?.exports?.get(ts.escapeLeadingUnderscores(name))
  if (symbol === undefined) throw new Error(`${file} exports no ${name}`)
  const schema = objectSchema(scope.checker.getDeclaredTypeOfSymbol(symbol), scope)
  const $defs = Object.fromEntries([...scope.definitions].sort(([a], [b]) => (a < b ? -1 : 1)))
  const $schema = 'https://json-schema.org/draft/2020-12/schema'
  return { $schema, title, ...describe(symbol, scope), ...schema, $defs }
}
