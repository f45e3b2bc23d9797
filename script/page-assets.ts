import { posix } from 'node:path'
import ts from 'typescript'
import { readText } from './documents.ts'

const FOLDER = 'src/report/page'
const ENTRY = `${FOLDER}/browser/main.ts`
/** In the order of the cascade. */
const STYLES = [
  'base',
  'masthead',
  'headline',
  'heat',
  'filters',
  'tree',
  'details',
  'reasons',
  'tables',
  'timeline',
  'media',
]

/** What the page carries besides its data. */
export type PageAssets = { readonly script: string; readonly style: string }

type Module = { readonly path: string; readonly syntax: ts.SourceFile; readonly imports: readonly string[] }

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  removeComments: true,
  newLine: ts.NewLineKind.LineFeed,
}

/** A module as JavaScript: types and comments are gone. */
const readModule = (path: string): Module => {
  const { outputText } = ts.transpileModule(readText(path), { compilerOptions: OPTIONS, fileName: path })
  const syntax = ts.createSourceFile(path, outputText, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS)
  const imports = syntax.statements.filter(ts.isImportDeclaration).map(({ moduleSpecifier }) => {
    if (ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('.')) {
      return posix.join(posix.dirname(path), moduleSpecifier.text)
    }
    throw new Error(`${path} imports ${moduleSpecifier.getText()}; a page can only hold modules of this repository`)
  })
  return { path, syntax, imports }
}

/** The module and all it needs, each after those that it needs itself. */
const readInOrder = (path: string, read = new Map<string, Module>()): readonly Module[] => {
  if (!read.has(path)) {
    const module = readModule(path)
    for (const needed of module.imports) readInOrder(needed, read)
    read.set(path, module)
  }
  return [...read.values()]
}

/** `{ a, b }` of `import { a, b } from`; throws for any other import. */
const importedNames = ({ path }: Module, { importClause }: ts.ImportDeclaration): string => {
  const bindings = importClause?.namedBindings
  if (bindings === undefined || !ts.isNamedImports(bindings) || / as /.test(bindings.getText())) {
    throw new Error(`${path} imports something other than names as they are; a page cannot hold that`)
  }
  return bindings.getText()
}

const exportedNames = (node: ts.Statement): readonly string[] =>
  ts.isVariableStatement(node) && /^export /.test(node.getText())
    ? node.declarationList.declarations.map(({ name }) => name.getText())
    : []

/** A module as a call that returns what it exports, so that its other names stay its own. */
const wrap = (module: Module, place: number, placeOf: (path: string) => number): string => {
  const { path, syntax, imports } = module
  const declarations = syntax.statements.filter(ts.isImportDeclaration)
  const taken = declarations.map(
    (node, index) => `const ${importedNames(module, node)} = m${placeOf(imports[index] ?? '')};`,
  )
  const own = syntax.statements.filter((node) => !ts.isImportDeclaration(node) && !ts.isExportDeclaration(node))
  const odd = own.find((node) => /^export (?!const )/.test(node.getText()))
  if (odd !== undefined) throw new Error(`${path} exports something other than a const: ${odd.getText()}`)
  const body = own.map((node) => node.getText().replace(/^export /, ''))
  const given = `return { ${own.flatMap(exportedNames).join(', ')} };`
  return [`const m${place} = (() => {`, ...taken, ...body, given, '})();'].join('\n')
}

/** All modules as one script. */
const bundle = (modules: readonly Module[]): string => {
  const paths = modules.map(({ path }) => path)
  return modules.map((module, place) => wrap(module, place, (path) => paths.indexOf(path))).join('\n')
}

/** Reads what the page carries from its sources: the modules below `browser/main.ts` as one script, and the style. */
export const readPageAssets = (): PageAssets => ({
  script: `${bundle(readInOrder(ENTRY))}\n`,
  style: STYLES.map((name) => readText(`${FOLDER}/style/${name}.css`))
    .join('')
    .replaceAll(/\/\*[\s\S]*?\*\/\n?/g, '')
    .replaceAll(/^\s+/gm, ''),
})

/** The text of `assets.json`. */
export const renderPageAssets = (): string => `${JSON.stringify(readPageAssets(), null, 2)}\n`
