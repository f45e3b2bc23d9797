import { formatReference, parseReference, type Reference } from './reference.ts'

/** Where images of a registry are pulled from instead. */
export type RegistryMirror = { readonly registry: string; readonly mirror: string }

/** A host, perhaps with a path below it. A name without a dot or port would be a path on Docker Hub. */
const isHost = (text: string): boolean => {
  const registry = parseReference(`${text}/a`)?.registry
  return registry !== undefined && (registry !== 'docker.io' || text === 'docker.io')
}

/** Reads `mirror` for Docker Hub, or `registry=mirror`. Returns undefined when the text is neither. */
export const parseMirror = (text: string): RegistryMirror | undefined => {
  const [, registry = 'docker.io', mirror = ''] = /^(?:([^=]+?)\s*=\s*)?(.*)$/.exec(text) ?? []
  return isHost(registry) && isHost(mirror) ? { registry, mirror } : undefined
}

/** Where to ask for an image: at the mirrors of its registry in their order, then at the registry itself. */
export const mirroredReferences = (reference: Reference, mirrors: readonly RegistryMirror[]): readonly Reference[] => {
  const { registry, ...rest } = reference
  const own = mirrors.filter((mirror) => mirror.registry === registry)
  const mirrored = own.flatMap(({ mirror }) => {
    const { registry: host = '', repository } = parseReference(`${mirror}/${rest.repository}`) ?? {}
    return repository === undefined ? [] : [{ ...rest, registry: host, repository }]
  })
  return [...mirrored.filter((each) => formatReference(each) !== formatReference(reference)), reference]
}
