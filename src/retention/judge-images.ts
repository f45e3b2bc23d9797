import type { FoundHolding, Holding } from './holding.ts'
import {
  afterNote,
  foreign,
  go,
  joinJudgements,
  keep,
  noteOf,
  youngJudgement,
  type Court,
  type Judgement,
} from './judgement.ts'
import { isKeyTag, isTemporaryTag } from './ours.ts'
import { keepGlobOf } from './policy.ts'

/** The need of an image: its own digest, or of an index that of an image in it, as `skip-unchanged` looks for indexes. */
const needOf = ({ object, inspection }: FoundHolding, { needs }: Court): Judgement | undefined => {
  const children = inspection.status === 'read' ? inspection.content.children : []
  const digests = [...(object.digest === undefined ? [] : [object.digest]), ...children.map(({ digest }) => digest)]
  const cause = digests.map((digest) => needs.digests.get(digest)).find((each) => each !== undefined)
  return cause && { fate: 'keep', ...cause }
}

const judgeTag = ({ object }: FoundHolding, tag: string, court: Court): Judgement => {
  const glob = keepGlobOf(court.facts.policy, [tag])
  if (glob !== undefined) return keep('keep', `"${glob}" of keep holds its tag`, 'keep')
  if (!isKeyTag(tag) && !isTemporaryTag(tag)) return keep('foreign', `people may pull it as ${tag}`, 'images')
  const old = court.needs.oldDigests.get(object.digest ?? '')
  if (old !== undefined) return go(old.rule, old.reason, old.group)
  const kind = isKeyTag(tag) ? 'only its key leads to it' : 'it has only a tag of one platform, made for a while'
  return afterNote(object, court, court.facts.policy.minAge, go('unreferenced', `${kind}, and no record`, 'images'))
}

/**
 * What has no tag is Strata's if an old record says so, or an earlier prune that still had its record. A tag or an index
 * may be about to be put on it; where no push time is known, a second look has to do.
 */
const judgeUntagged = (object: Holding, court: Court): Judgement => {
  const { needs, facts, store } = court
  const old = needs.oldDigests.get(object.digest ?? '')
  const note = noteOf(store, object)
  if (old === undefined && facts.state.noted[note] === undefined) return foreign(object, '')
  const { reason, group } = old ?? { reason: 'no record names it any more', group: 'images' }
  const going = go('orphaned', `nothing leads to it, and ${reason}`, group)
  return object.pushedAt === undefined ? afterNote(object, court, facts.policy.minAge, going) : { ...going, note }
}

/**
 * Judges what is in a repository of images. What has a tag that people pull stays, with all it leads to; so do the images
 * of generations that stay. What goes: images without a tag that old records say Strata pushed, and those that only keys
 * or temporary tags lead to.
 */
export const judgeImages = (found: FoundHolding, court: Court): Judgement => {
  const { object } = found
  const need = needOf(found, court)
  if (need !== undefined) return need
  const judged = joinJudgements(object.tags.map((tag) => judgeTag(found, tag, court))) ?? judgeUntagged(object, court)
  return judged.fate === 'keep' ? judged : (youngJudgement(object, court, judged.group) ?? judged)
}
