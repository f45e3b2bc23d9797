import { isRecordsTag } from './judge-records.ts'
import type { FoundRecords, RetentionFacts } from './prune-plan.ts'

/** What an artifact of records is called: `<repository>:<tag>`. */
export const artifactName = ({ repository, tag }: FoundRecords): string => `${repository}:${tag}`

/** What of the records could not be read: any build may stand there, and need anything. */
export const blindSpots = (
  { records, stores }: RetentionFacts,
  artifacts: ReadonlyMap<string, FoundRecords>,
): readonly string[] => {
  const unreadable = records.flatMap((found) =>
    found.status === 'unreadable' ? [`${artifactName(found)}: ${found.reason}`] : [],
  )
  const listings = stores.filter(({ role }) => role === 'records')
  const partial = listings.flatMap(({ name, unreadable: reason }) =>
    reason === undefined ? [] : [`${name}: ${reason}`],
  )
  const unread = listings.flatMap(({ name, repository, objects }) =>
    objects
      .flatMap(({ object }) => object.tags.filter(isRecordsTag))
      .filter((tag) => !artifacts.has(`${repository ?? name}:${tag}`))
      .map((tag) => `${name}:${tag}: nobody read its records`),
  )
  return [...unreadable, ...partial, ...unread].sort()
}
