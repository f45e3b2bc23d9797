import type { MissKind, MissReason } from '../../records/reason.ts'

/**
 * Where the work items of a run name several reasons for one prefix, the first of these stands for it: a finding is never
 * hidden, and what changed says more than that something is new.
 */
const KINDS: readonly MissKind[] = [
  'disagreed',
  'base-image',
  'fragment',
  'argument',
  'context-file',
  'setting',
  'epoch',
  'parent',
  'import-failed',
  'plan-differs',
  'ref-missing',
  'not-read',
  'first-build',
  'repeated',
]

const isWeightier = (a: MissReason, b: MissReason): boolean => {
  const difference = KINDS.indexOf(b.kind) - KINDS.indexOf(a.kind)
  return difference === 0 ? JSON.stringify(a) < JSON.stringify(b) : difference > 0
}

/** The reason of two that stands for both. */
export const weightierReason = (a: MissReason | undefined, b: MissReason | undefined): MissReason | undefined => {
  if (a === undefined || b === undefined) return a ?? b
  return isWeightier(b, a) ? b : a
}
