import { readLogin } from '../github-client.ts'
import { GithubError } from '../github-retry.ts'
import type { GithubSession } from '../github-session.ts'

/** How the paths of the Packages API begin: for an organization, another's account, the account of the token. */
export type OwnerPath = '/orgs/{owner}' | '/users/{owner}' | '/user'

/** Whether the token is the account's own. One that may not even say whose it is, is nobody's own. */
const isOwn = async ({ ask }: GithubSession, owner: string): Promise<boolean> => {
  try {
    const login = await ask(readLogin)
    return login.toLowerCase() === owner.toLowerCase()
  } catch (error) {
    if (error instanceof GithubError && error.failure.kind !== 'temporary') return false
    throw error
  }
}

/** The paths that an owner's packages have for this token. Throws {@link GithubError}. */
export const readOwnerPath = async (session: GithubSession, owner: string): Promise<OwnerPath> => {
  const { data } = await session.ask((octokit) => octokit.rest.users.getByUsername({ username: owner }))
  if (data.type === 'Organization') return '/orgs/{owner}'
  return (await isOwn(session, owner)) ? '/user' : '/users/{owner}'
}
