import type { RetentionRule, RetentionSettings } from '../factory/factory.ts'
import { matchesPattern, matchesSelector } from '../factory/selector.ts'
import type { Platform } from '../oci/platform.ts'

/** What a rule is asked about. Without a layer it is the generation as a whole: its image, and what has no layer. */
export type RetentionSubject = { readonly layer?: string; readonly platform: Platform; readonly branch: string }

/** The numbers that hold for something. */
export type RetentionNumbers = Pick<RetentionSettings, 'keepLast' | 'expireAfter'>

const matches = ({ layers, platforms, branches }: RetentionRule, subject: RetentionSubject): boolean =>
  (layers === undefined || (subject.layer !== undefined && matchesSelector(layers, subject.layer))) &&
  (platforms === undefined || matchesSelector(platforms, subject.platform)) &&
  (branches === undefined || matchesSelector(branches, subject.branch))

/** The numbers of a policy for something: of the rules that match, the last that gives a number holds. */
export const numbersFor = (policy: RetentionSettings, subject: RetentionSubject): RetentionNumbers => {
  const { keepLast, expireAfter } = policy
  const start: RetentionNumbers = { keepLast, ...(expireAfter === undefined ? {} : { expireAfter }) }
  return policy.rules
    .filter((rule) => matches(rule, subject))
    .reduce((numbers, { keepLast = numbers.keepLast, expireAfter = numbers.expireAfter }) => {
      return { keepLast, ...(expireAfter === undefined ? {} : { expireAfter }) }
    }, start)
}

/** The glob of `keep` that one of the names fits. */
export const keepGlobOf = ({ keep }: RetentionSettings, names: readonly string[]): string | undefined =>
  keep.find((glob) => names.some((name) => matchesPattern(glob, name)))

/** The policy with what inputs say instead; globs of `keep` are added. */
export const overrideRetention = (
  settings: RetentionSettings,
  inputs: Partial<RetentionSettings>,
): RetentionSettings => ({ ...settings, ...inputs, keep: [...settings.keep, ...(inputs.keep ?? [])] })

/** A time as ms; one that cannot be read is never over. */
export const timeOf = (text: string | undefined): number => {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? Infinity : time
}
