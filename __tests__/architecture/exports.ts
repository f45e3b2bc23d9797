import ts from 'typescript'

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)

/** The statement on the line before, when no blank line lies between. */
const neighbourOf = (node: ts.Statement): ts.Statement | undefined => {
  const source = node.getSourceFile()
  const previous = source.statements[source.statements.indexOf(node) - 1]
  if (previous === undefined) return undefined
  const gap = source.text.slice(previous.getEnd(), node.getStart())
  return gap.trim() === '' && gap.split('\n').length === 2 ? previous : undefined
}

/** One comment may stand for a run of exports: a list of media types, say. */
const isDocumented = (node: ts.Statement | undefined): boolean =>
  node !== undefined &&
  isExported(node) &&
  (ts.getJSDocCommentsAndTags(node).length > 0 || isDocumented(neighbourOf(node)))

/** Whether a statement exports something and no doc comment says what it is. */
export const isSilentExport = (node: ts.Statement): boolean => isExported(node) && !isDocumented(node)

/** Whether a node makes a default export. */
export const isDefaultExport = (node: ts.Node): boolean =>
  ts.isExportAssignment(node) ||
  (node.kind === ts.SyntaxKind.DefaultKeyword && ts.isModifier(node)) ||
  (ts.isExportSpecifier(node) && node.name.text === 'default')
