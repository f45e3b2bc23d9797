import { parseReference, repositoryOf } from '../oci/reference.ts'
import type { PruneDecision, PrunePlan } from './prune-plan.ts'

const namesOf = ({ store, object: { id, tags, digest } }: PruneDecision): readonly string[] => [
  id,
  ...tags.flatMap((tag) => [tag, `${store}:${tag}`]),
  ...(digest === undefined ? [] : [digest, `${store}@${digest}`]),
]

const canonical = (text: string): string => {
  const reference = parseReference(text)
  if (reference === undefined) return text
  const { tag, digest } = reference
  return `${repositoryOf(reference)}${digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`}`
}

/** The decisions about what somebody asks for: a ref, a tag, a digest, or the id that a store has for it. */
export const explainRef = ({ decisions }: Pick<PrunePlan, 'decisions'>, text: string): readonly PruneDecision[] => {
  const wanted = new Set([text, canonical(text)])
  return decisions.filter((decision) => namesOf(decision).some((name) => wanted.has(name)))
}

const VERDICTS: Readonly<Record<PruneDecision['verdict'], string>> = {
  ...{ keep: 'stays', delete: 'goes', skip: 'could go, and cannot be deleted', left: 'goes in a later run' },
}

/** A decision as one line: `core-linux-amd64-… in ghcr.io/acme/cache stays (keep-last): …`. */
export const renderDecision = ({ store, object, verdict, rule, reason }: PruneDecision): string =>
  `${object.tags.length > 0 ? object.tags.join(', ') : (object.digest ?? object.id)} in ${store} ${VERDICTS[verdict]} (${rule}): ${reason}`
