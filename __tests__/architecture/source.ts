import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** One import, type imports too. */
export type Import = {
  /** Path below `src` for our own files, else the name of the module. */
  readonly target: string
  readonly own: boolean
  /** Whether nothing of it is left when types are stripped. */
  readonly typeOnly: boolean
  /** Names taken from it, types apart; none when all of it is taken, or nothing. */
  readonly names: readonly string[]
}

/** A source file as the architecture sees it. */
export type Source = {
  /** Path below `src`: `plan/access.ts`. */
  readonly path: string
  /** The folder below `src`, or the file itself where it lies in `src`: `plan`, `problem.ts`. */
  readonly room: string
  readonly imports: readonly Import[]
  readonly syntax: ts.SourceFile
}

const ROOT = fileURLToPath(new URL('../../src/', import.meta.url))

const isTypeOnly = (node: ts.ImportDeclaration | ts.ExportDeclaration): boolean => {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  const clause = node.importClause
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const bindings = clause.namedBindings
  return (
    bindings !== undefined && ts.isNamedImports(bindings) && bindings.elements.every((element) => element.isTypeOnly)
  )
}

/** Every node below, the node itself first. */
export const walk = (node: ts.Node): readonly ts.Node[] => {
  const found: ts.Node[] = [node]
  ts.forEachChild(node, (child) => {
    found.push(...walk(child))
  })
  return found
}

const namesOf = (node: ts.ImportDeclaration | ts.ExportDeclaration): readonly string[] => {
  const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause
  if (bindings === undefined || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return []
  return bindings.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ name, propertyName }) => (propertyName ?? name).text)
}

/** What stands behind `import`, `export … from` or `import()`; undefined for any other node. */
const moduleOf = (node: ts.Node): Omit<Import, 'own'> | undefined => {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
    if (!ts.isStringLiteral(node.moduleSpecifier)) return undefined
    return { target: node.moduleSpecifier.text, typeOnly: isTypeOnly(node), names: namesOf(node) }
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined
  const [name] = node.arguments
  const target = name !== undefined && ts.isStringLiteral(name) ? name.text : 'a computed name'
  return { target, typeOnly: false, names: [] }
}

const importsOf = (path: string, syntax: ts.SourceFile): readonly Import[] =>
  walk(syntax).flatMap((node) => {
    const found = moduleOf(node)
    if (found === undefined) return []
    const own = found.target.startsWith('.')
    return [{ ...found, own, target: own ? posix.join(posix.dirname(path), found.target) : found.target }]
  })

const readSource = (path: string): Source => {
  const syntax = ts.createSourceFile(path, readFileSync(`${ROOT}${path}`, 'utf8'), ts.ScriptTarget.Latest, true)
  return { path, room: path.split('/')[0] ?? path, imports: importsOf(path, syntax), syntax }
}

/** All files below `src`, parsed. */
export const readSources = (): readonly Source[] =>
  readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map(readSource)
