import type { CompatibilityRecord } from './record.ts'

/** Whether the image of a record may get its final tags: it was built, and its test, if it has one, has passed. */
export const mayPublish = ({ kind, verdict, test }: Pick<CompatibilityRecord, 'kind' | 'verdict' | 'test'>): boolean =>
  kind === 'work-item' && verdict === 'built' && (test === undefined || test.verdict === 'passed')
