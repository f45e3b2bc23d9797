import ts from 'typescript'
import type { Source } from './source.ts'

/** What may be imported, and by which names. */
export type Modules = Readonly<Record<string, 'all' | readonly string[]>>

/** Modules that compute and do nothing else, and the names that may be taken from them. */
export const PURE_MODULES: Modules = {
  'node:crypto': ['createHash', 'hash'],
  'node:path': ['posix'],
  'node:path/posix': 'all',
  'node:string_decoder': 'all',
  diff: ['structuredPatch'],
  picomatch: 'all',
  yaml: 'all',
}

/** Commands also join paths as the machine they run on does. */
export const COMMAND_MODULES: Modules = {
  ...PURE_MODULES,
  'node:path': ['posix', 'join', 'dirname', 'basename', 'extname'],
}

/** Names of the world outside, as they stand in code. */
const WORLD = [
  'process',
  'fetch',
  'performance',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'require',
  'globalThis',
  'WebSocket',
  'navigator',
]
const WORLD_MEMBERS = ['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues']

/** What a source takes that the modules do not allow, as `from → to (names)`. */
export const impureImports = ({ path, imports }: Source, modules: Modules): readonly string[] =>
  imports
    .filter(({ own, typeOnly }) => !own && !typeOnly)
    .flatMap(({ target, names }) => {
      const allowed = modules[target] ?? []
      return allowed === 'all' || (names.length > 0 && names.every((name) => allowed.includes(name)))
        ? []
        : [`${path} → ${target} (${names.join(', ')})`]
    })

/** A name of the world outside that is used as a value, and not as the name of a property. */
const isWorldName = (node: ts.Node): boolean =>
  ts.isIdentifier(node) &&
  WORLD.includes(node.text) &&
  !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) &&
  !(ts.isPropertyAssignment(node.parent) && node.parent.name === node) &&
  !ts.isPropertySignature(node.parent)

/** Whether this very node reaches for the process, the clock, chance, the network or a timer. */
export const touchesWorld = (node: ts.Node): boolean => {
  if (ts.isPropertyAccessExpression(node)) return WORLD_MEMBERS.includes(node.getText())
  if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0
  return isWorldName(node)
}
