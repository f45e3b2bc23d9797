import { explainGithubFailure, type GithubFailure } from './github-failure.ts'
import { backoff, type Pacing, type Patience } from './registry/retry.ts'

/** How patient one is with GitHub: its own waits are sat out as long as the deadline allows. Times in ms. */
export type GithubPatience = Omit<Patience, 'longestWait'>

/** GitHub did not do what it was asked. */
export class GithubError extends Error {
  readonly failure: GithubFailure

  constructor(failure: GithubFailure, options?: ErrorOptions) {
    super(failure.reason, options)
    this.name = 'GithubError'
    this.failure = failure
  }
}

/** What was thrown, as an error that says what it means. `now` in ms since the epoch. */
export const githubErrorOf = (thrown: unknown, now: number): GithubError =>
  thrown instanceof GithubError ? thrown : new GithubError(explainGithubFailure(thrown, now), { cause: thrown })

/**
 * Tries until it succeeds, as long as failures are temporary and there is time for the wait that GitHub asks for. Throws
 * {@link GithubError}.
 *
 * Octokit's plug-ins for that (plugin-retry 8, plugin-throttling 11) run on the machine's timers alone, and sit out a
 * `Retry-After` only where the text says "secondary rate". So requests to GitHub wait as those to registries do.
 */
export const withGithubRetries = async <T>(
  pacing: Pacing,
  { attempts, deadline }: GithubPatience,
  attempt: () => Promise<T>,
): Promise<T> => {
  const end = pacing.now() + deadline
  for (let count = 1; ; count++) {
    try {
      return await attempt()
    } catch (thrown) {
      const error = githubErrorOf(thrown, pacing.now())
      if (error.failure.kind !== 'temporary' || count >= attempts) throw error
      const wait = Math.max(error.failure.wait, backoff(count, pacing.random()))
      if (pacing.now() + wait > end) throw error
      await pacing.sleep(wait)
    }
  }
}
