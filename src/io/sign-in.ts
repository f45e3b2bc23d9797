import type { Docker } from './docker.ts'
import type { Keychain } from './registry/credentials.ts'

/** Does something while Docker is signed in to those of the registries that need it. */
export type WhileSignedIn = <T>(registries: readonly string[], action: () => Promise<T>) => Promise<T>

/** The account that is used where Docker has none. */
export type SignInAccount = { readonly registry: string; readonly username: string; readonly password: string }

const signIn = async (docker: Docker, { registry, username, password }: SignInAccount): Promise<string | undefined> => {
  const args = ['login', registry, '--username', username, '--password-stdin']
  const { code, stderr } = await docker.query(args, { input: password })
  return code === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? 'no reason given')
}

/**
 * Signs in with `docker login` to the account's registry, if it is among those needed and Docker has no credential for
 * it, and out again at the end. The password goes through standard input. When the login fails, `warn` is told and the
 * action goes on: public images need none.
 */
export const createWhileSignedIn =
  (
    docker: Docker,
    keychain: Keychain,
    account: SignInAccount | undefined,
    warn: (message: string) => void,
  ): WhileSignedIn =>
  async (registries, action) => {
    if (account === undefined || !registries.includes(account.registry)) return action()
    const { registry } = account
    if ((await keychain(registry)).credential !== undefined) return action()
    const refused = await signIn(docker, account)
    if (refused !== undefined) warn(`Docker could not sign in to ${registry} with the input github-token: ${refused}`)
    try {
      return await action()
    } finally {
      if (refused === undefined) await docker.query(['logout', registry])
    }
  }
