/** What may be done in a repository (distribution, docs/spec/auth/scope.md). */
export type ScopeAction = 'pull' | 'push' | 'delete'

/** The scope for actions in a repository: `repository:acme/app:pull,push`. */
export const repositoryScope = (repository: string, actions: readonly ScopeAction[]): string =>
  `repository:${repository}:${[...actions].sort().join(',')}`

/** `repository:acme/app:pull,push` as resource and actions; a scope without a colon (Gitea's `*`) has none. */
const splitScope = (scope: string): readonly [string, readonly string[]] => {
  const colon = scope.lastIndexOf(':')
  return colon === -1 ? [scope, []] : [scope.slice(0, colon), scope.slice(colon + 1).split(',')]
}

/** Joins scopes so that each resource stands there once with all its actions, sorted. */
export const mergeScopes = (scopes: readonly string[]): readonly string[] => {
  const merged = new Map<string, readonly string[]>()
  for (const [resource, actions] of scopes.map(splitScope)) {
    merged.set(resource, [...new Set([...(merged.get(resource) ?? []), ...actions])].sort())
  }
  return [...merged]
    .map(([resource, actions]) => (actions.length === 0 ? resource : `${resource}:${actions.join(',')}`))
    .sort()
}
