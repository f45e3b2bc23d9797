import { Ajv, type ValidateFunction } from 'ajv'
import { readFileSync } from 'node:fs'
import type { Exchange } from './github-answers.ts'

type Schema = Readonly<Record<string, unknown>>
type Referable<T> = T | { readonly $ref: string }
type Content = { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
type Parameter = { readonly name: string; readonly in: 'path' | 'query'; readonly required?: boolean; readonly schema: Schema } // prettier-ignore
type Operation = {
  readonly parameters: readonly Referable<Parameter>[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Referable<Content>>>
}
type Description = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, Schema>>>>
}

const SLICE = new URL('../fixtures/github/openapi-slice.json', import.meta.url)
const { paths, components } = JSON.parse(readFileSync(SLICE, 'utf8')) as Description

/** A schema of OpenAPI 3.0 as JSON Schema, which has no `nullable` but a type `null`. */
const translate = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(translate)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, ...schema } = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, translate(inner)]),
  )
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema
}

// GitHub's formats are for readers, and its descriptions have more keywords than JSON Schema. Paths and queries are texts.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, coerceTypes: false })
const lenient = new Ajv({ strict: false, validateFormats: false, coerceTypes: true })
ajv.addSchema({ $id: 'github', components: translate(components) as Schema })

/** A schema out of the description, whose references lead into it. */
const absolute = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll('"$ref":"#/', '"$ref":"github#/'))

const compiled = new Map<Schema, ValidateFunction>()

const problemsOf = (schema: Schema, value: unknown): readonly string[] => {
  const validate = compiled.get(schema) ?? ajv.compile(absolute(translate(schema)) as Schema)
  compiled.set(schema, validate)
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`) // prettier-ignore
}

const resolve = <T extends object>(value: Referable<T>): T => {
  if (!('$ref' in value)) return value
  const [, , kind = '', name = ''] = value.$ref.split('/')
  return components[kind]?.[name] as T
}

const jsonSchemaOf = ({ content }: Content): Schema | undefined => content?.['application/json']?.schema

/** What is asked of an operation, with the values in its path. */
type Match = { readonly operation: Operation; readonly values: Readonly<Record<string, string>> }

const match = (method: string, path: string): Match | undefined => {
  // Links between pages name the repository by number.
  const named = path.replace(/^\/repositories\/\d+\//, '/repos/owner/name/')
  return Object.entries(paths).flatMap(([template, operations]) => {
    const pattern = new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
    const found = pattern.exec(named)
    const operation = operations[method.toLowerCase()]
    return found === null || operation === undefined ? [] : [{ operation, values: { ...found.groups } }]
  })[0]
}

/**
 * What GitHub knows though its description does not say so: versions of a user's packages come in pages as those of an
 * organization do (other clients depend on it).
 */
const UNDESCRIBED = {
  path: /^\/users\/[^/]+\/packages\/[^/]+\/[^/]+\/versions$/,
  parameters: ['page', 'per_page', 'state'],
}

const parameterProblems = ({ operation, values }: Match, path: string, query: URLSearchParams): readonly string[] => {
  const parameters = operation.parameters.map(resolve)
  const known = [...parameters.map(({ name }) => name), ...(UNDESCRIBED.path.test(path) ? UNDESCRIBED.parameters : [])]
  const unknown = [...query.keys()].filter((key) => !known.includes(key))
  const wrong = parameters.filter(({ name, in: where, required = false, schema }) => {
    const value = where === 'path' ? values[name] : (query.get(name) ?? undefined)
    if (value === undefined) return required
    return !lenient.validate({ type: 'object', properties: { value: translate(schema) } }, { value })
  })
  return [...unknown, ...wrong.map(({ name }) => name)].map((name) => `parameter ${name}`)
}

const parse = (body: Buffer | string | undefined): unknown => JSON.parse((body ?? '').toString())

/** Every operation may answer 401, 403, 429 and 5xx in this shape, whether or not its description says so. */
const ERROR: Schema = { $ref: '#/components/schemas/basic-error' }

const exchangeProblems = ({ request, reply }: Exchange): readonly string[] => {
  const found = match(request.method, request.path)
  if (found === undefined) return ['no such operation']
  const { requestBody, responses } = found.operation
  const asked = requestBody === undefined ? undefined : jsonSchemaOf(requestBody)
  const described = responses[String(reply.status)]
  if (described === undefined && reply.status < 400) return [`no status ${reply.status}`]
  const answered = described === undefined ? ERROR : jsonSchemaOf(resolve(described))
  const body = (reply.body ?? '').toString()
  if (answered === undefined && body !== '') return ['answer: there is one']
  return [
    ...parameterProblems(found, request.path, request.query),
    ...(requestBody === undefined && request.body.length > 0 ? ['request: there is a body'] : []),
    ...(asked === undefined ? [] : problemsOf(asked, parse(request.body)).map((problem) => `request: ${problem}`)),
    ...(answered === undefined || reply.wire !== undefined ? [] : problemsOf(answered, parse(body))).map((problem) => `answer: ${problem}`), // prettier-ignore
  ]
}

/** What requests and answers have that GitHub's OpenAPI description does not allow. GraphQL is not part of it. */
export const contractProblems = (exchanges: readonly Exchange[]): readonly string[] =>
  exchanges
    .filter(({ request }) => request.path !== '/graphql')
    .flatMap((exchange) => {
      const { method, path } = exchange.request
      return exchangeProblems(exchange).map((problem) => `${method} ${path} ${exchange.reply.status}: ${problem}`)
    })
