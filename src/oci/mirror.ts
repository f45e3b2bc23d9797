import { parseReference } from './reference.ts'

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
