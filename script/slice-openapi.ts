import { readFile, writeFile } from 'node:fs/promises'

/*
 * Cuts the operations that we use out of GitHub's own OpenAPI description, with all they refer to. The description is
 * 13 MB, so it stays outside: `npm pack @octokit/openapi`, unpack it in some folder, and then
 * `node script/slice-openapi.ts <folder>/package/generated/api.github.com.json`.
 */

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
type JsonObject = { readonly [key: string]: Json }

/** Whose packages there are. */
const OWNERS = ['/orgs/{org}', '/users/{username}', '/user']

/** What we use of the packages of each kind of owner, below its path. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '': ['get'],
  '/versions': ['get'],
  '/versions/{package_version_id}': ['get', 'delete'],
  '/versions/{package_version_id}/restore': ['post'],
}

/** What we use: methods by path. */
const USED: Readonly<Record<string, readonly string[]>> = {
  '/repos/{owner}/{repo}/issues/{issue_number}/comments': ['get', 'post'],
  '/repos/{owner}/{repo}/issues/comments/{comment_id}': ['patch'],
  '/repos/{owner}/{repo}/actions/caches': ['get', 'delete'],
  '/repos/{owner}/{repo}/actions/caches/{cache_id}': ['delete'],
  '/repos/{owner}/{repo}/actions/cache/usage': ['get'],
  '/users/{username}': ['get'],
  ...Object.fromEntries(
    OWNERS.flatMap((owner) =>
      Object.entries(PACKAGES).map(([path, methods]) => [
        `${owner}/packages/{package_type}/{package_name}${path}`,
        methods,
      ]),
    ),
  ),
}

/** What every operation may answer besides, though none of them says so: 401, 429 and 5xx. */
const ALWAYS = ['#/components/schemas/basic-error']

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const objectAt = (value: Json | undefined, path: readonly string[]): JsonObject => {
  const found = path.reduce<Json | undefined>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)
  if (!isObject(found)) throw new Error(`the description has no object at ${path.join(' > ')}`)
  return found
}

/** A copy without examples: they are most of the text, and nothing is checked against them. */
const withoutExamples = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withoutExamples)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([key]) => key !== 'example' && key !== 'examples')
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutExamples(inner)]))
}

/** Every `$ref` below a value: `#/components/schemas/issue-comment`. */
const referencesIn = (value: Json): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  )
}

/** The components that are referred to, and those that they refer to, as they lie in the description. */
const componentsOf = (description: JsonObject, references: readonly string[]): JsonObject => {
  const needed = new Set(references)
  const components: Record<string, Record<string, Json>> = {}
  // A Set that grows while it is walked is walked to its end.
  for (const reference of needed) {
    const [, , kind = '', name = ''] = reference.split('/')
    const component = withoutExamples(objectAt(description, ['components', kind, name]))
    components[kind] = { ...components[kind], [name]: component }
    for (const further of referencesIn(component)) needed.add(further)
  }
  return components
}

const slice = (description: JsonObject): JsonObject => {
  const paths = Object.entries(USED).map(([path, methods]) => {
    const operations = methods.map((method) => [method, objectAt(description, ['paths', path, method])] as const)
    return [path, withoutExamples(Object.fromEntries(operations))] as const
  })
  const { openapi = '', info = {} } = description
  const references = [...ALWAYS, ...paths.flatMap(([, operations]) => referencesIn(operations))]
  return { openapi, info, paths: Object.fromEntries(paths), components: componentsOf(description, references) }
}

const [source] = process.argv.slice(2)
if (source === undefined) throw new Error('usage: node script/slice-openapi.ts <api.github.com.json>')
const target = new URL('../__tests__/fixtures/github/openapi-slice.json', import.meta.url)
const description = JSON.parse(await readFile(source, 'utf8')) as JsonObject
await writeFile(target, `${JSON.stringify(slice(description), null, 2)}\n`)
