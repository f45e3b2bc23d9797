import type { ActionRun } from './run-action.ts'
import type { Texts } from './workspace.ts'

/** Variables of the run of that number, of the commit of that letter. */
export const runOf = (number: number, commit: string): Texts => ({
  ...{ GITHUB_RUN_ID: `81${number}`, GITHUB_RUN_NUMBER: String(number), GITHUB_RUN_ATTEMPT: '1' },
  ...{ GITHUB_WORKFLOW: 'images', GITHUB_SHA: commit.repeat(40) },
  ...{ GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/factory' },
})

/** Output `published`: digest and tags by manifest. */
export const published = ({ outputs }: ActionRun): unknown => JSON.parse(outputs['published'] ?? '')
