import type { WorkItem } from '../factory/work-item.ts'
import { stepOptions } from './build-options.ts'
import { digestOf } from './digest.ts'
import { keyInput, type KeyInput, type KeyInputKind } from './key-input.ts'
import { KEY_SCHEME, type Ground } from './tree.ts'

/** What is known of a work item besides its layers. */
export type GroundFacts = {
  /** Frontend that its fragments ask for, pinned; one holds for the whole Dockerfile. */
  readonly syntax?: string
  /** Identity of the base image's content on the platform. */
  readonly imageDigest: (reference: string) => string
}

/** Of an input below a prefix its digest alone is part of the key, so it covers what kind of thing it is as well. */
const input = (kind: KeyInputKind, name: string, ...parts: readonly string[]): KeyInput =>
  keyInput(kind, name, kind, ...parts)

/** What every step of a work item stands on: platform, frontend, bake's options and the base image. */
export const groundOf = ({ platform, bake, layers }: WorkItem, { syntax, imageDigest }: GroundFacts): Ground => {
  const from = layers[0]?.from ?? 'scratch'
  const options = Object.entries(stepOptions(bake)).map(([name, value]) =>
    input('option', name, name, JSON.stringify(value)),
  )
  const inputs = [
    input('platform', platform, platform),
    ...(syntax === undefined ? [] : [input('syntax', '# syntax', syntax)]),
    ...options.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ...(from === 'scratch' ? [] : [input('image', from, imageDigest(from))]),
  ]
  return { inputs, digest: digestOf([KEY_SCHEME]) }
}
