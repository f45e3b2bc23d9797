import { connectGithub, type GithubClientOptions, type Octokit } from './github-client.ts'
import { createPoints } from './github-points.ts'
import { GithubError, githubErrorOf, type GithubPatience, withGithubRetries } from './github-retry.ts'
import { createGate } from './registry/gate.ts'
import { type Pacing, REAL_PACING } from './registry/retry.ts'

/** Who asks for much: requests that share their patience and GitHub's limits. */
export type GithubSession = {
  /**
   * Sends a request when it is its turn, and again while failures are temporary. What `request` does must be safe to
   * repeat. Throws {@link GithubError}.
   */
  readonly ask: <T>(request: (octokit: Octokit) => Promise<T>) => Promise<T>
}

/** As whom GitHub is asked, and how patiently. */
export type GithubSessionOptions = Omit<GithubClientOptions, 'requestTimeout'> & {
  readonly pacing?: Pacing
  readonly patience?: GithubPatience
}

/** Long enough for a secondary rate limit, which is over after a minute or a few, not for an hour's. */
const PATIENCE: GithubPatience = { attempts: 6, requestTimeout: 60_000, deadline: 240_000 }

/** Requests at the same time. GitHub allows 100 of all that a token does. */
const CONCURRENCY = 4

/** When GitHub answers again, ms since the epoch; 0 while it does. */
const resetOf = (headers: Readonly<Record<string, unknown>>): number =>
  headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset'] ?? 0) * 1000 : 0

/**
 * A session with GitHub's API. When it asks one request to wait, or says that the last one of the hour is spent, none is
 * sent until that is over: who goes on asking is shut out for longer (docs, "Best practices for using the REST API").
 */
export const createGithubSession = (options: GithubSessionOptions): GithubSession => {
  const { pacing = REAL_PACING, patience = PATIENCE } = options
  const gate = createGate(CONCURRENCY)
  const waitForPoints = createPoints(pacing)
  let closedUntil = 0
  const closeUntil = (time: number): void => {
    closedUntil = Math.max(closedUntil, time)
  }
  const waitForTurn = async (method: string): Promise<void> => {
    for (let wait = closedUntil - pacing.now(); wait > 0; wait = closedUntil - pacing.now()) {
      const reason = 'the rate limit is used up'
      if (wait > patience.deadline) throw new GithubError({ kind: 'temporary', reason, wait })
      await pacing.sleep(wait)
    }
    await waitForPoints(method)
  }
  const connect = async (): Promise<Octokit> => {
    const octokit = await connectGithub({ ...options, requestTimeout: patience.requestTimeout })
    octokit.hook.before('request', ({ method }) => waitForTurn(method))
    octokit.hook.after('request', ({ headers }) => {
      closeUntil(resetOf(headers))
    })
    return octokit
  }
  let connection: Promise<Octokit> | undefined
  const attempt = async <T>(request: (octokit: Octokit) => Promise<T>): Promise<T> => {
    try {
      return await request(await (connection ??= connect()))
    } catch (thrown) {
      const error = githubErrorOf(thrown, pacing.now())
      if (error.failure.kind === 'temporary' && error.failure.wait > 0) closeUntil(pacing.now() + error.failure.wait)
      throw error
    }
  }
  return { ask: (request) => gate(() => withGithubRetries(pacing, patience, () => attempt(request))) }
}
