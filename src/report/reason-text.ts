import type { MissReason } from '../records/reason.ts'

/** What a reason is called, the subject named. It may hold text from outside. */
export const reasonTitle = ({ kind, subject = '', evidence }: MissReason): string => {
  const [first = ''] = evidence
  switch (kind) {
    case 'first-build':
      return 'first build'
    case 'base-image':
      return `base image ${subject} changed`
    case 'fragment':
      return subject === '' ? first : `fragment ${subject} changed`
    case 'argument':
      return `argument ${subject} changed`
    case 'context-file':
      // What happened to it is said by the first line: it changed, appeared, vanished, or has another mode.
      return first.replace(/^file/, 'context file')
    case 'epoch':
      return 'epoch rolled over'
    case 'setting':
      return first
    case 'parent':
      return `parent layer ${subject} changed`
    case 'ref-missing':
      return 'cache ref missing'
    case 'import-failed':
      return 'cache import failed'
    case 'not-read':
      return 'cache not read'
    case 'repeated':
      return 'repeated on purpose'
    case 'plan-differs':
      return 'other inputs than its plan'
    case 'disagreed':
      return 'BuildKit disagreed'
  }
}

/** A layer that ran and why, as one line: `core/0.1.0: argument PYTHON changed`. */
export const missText = (missed: {
  readonly layer: string
  readonly variant: string
  readonly reason?: MissReason
}): string => {
  const why = missed.reason === undefined ? '' : `: ${reasonTitle(missed.reason)}`
  return `${missed.layer}/${missed.variant}${why}`
}

/** Evidence that says more than the title does. */
export const furtherEvidence = (reason: MissReason): readonly string[] => {
  const title = reasonTitle(reason).replace(/^context file/, 'file')
  return reason.evidence.filter((line) => line !== title)
}
