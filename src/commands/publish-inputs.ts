import { bool, choice, lines, list, optional, type ReadInput } from './read-input.ts'

/** Inputs of `publish`. */
export type PublishInputs = {
  /** Globs over files of records, and folders of them; empty for the artifacts of the run alone. */
  readonly records: readonly string[]
  readonly planPath?: string
  /** Tag templates; empty for the tags of the factory file. */
  readonly tags: readonly string[]
  readonly immutable: readonly string[]
  readonly allowOlder: boolean
  readonly onIncomplete: 'fail' | 'warn'
  /** Whether pull requests publish, too. */
  readonly pullRequests: boolean
  readonly dryRun: boolean
}

/** Reads the inputs of `publish`. */
export const readPublishInputs = (read: ReadInput): PublishInputs => ({
  records: list(read('records-path')),
  ...optional('planPath', read('plan-path')),
  tags: lines(read('tags')),
  immutable: list(read('immutable-tags')),
  allowOlder: bool(read, 'allow-older', false),
  onIncomplete: choice(read, 'on-incomplete', ['fail', 'warn']),
  pullRequests: bool(read, 'pull-requests', false),
  dryRun: bool(read, 'dry-run', false),
})
