import { json, ociError, type Reply, type ServerRequest } from './exchange.ts'

/** Who may use the registry, and how they say who they are. */
export type AuthOptions =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly kind: 'bearer'
      readonly username: string
      readonly password: string
      /** Accepted by POST with `grant_type=refresh_token`. */
      readonly identityToken?: string
      /** What may be done without an account: `['pull']`. */
      readonly anonymous?: readonly string[]
      /** What may be done with the account; everything if left out. */
      readonly granted?: readonly string[]
      /** Life of a token, seconds; `expires_in` is left out if this is. */
      readonly expiresIn?: number
      /** Offers Basic as well, in a header of its own before Bearer, as Gitea does. Basic is refused all the same. */
      readonly offersBasic?: boolean
      /** Names the token `access_token` instead of `token`. */
      readonly accessToken?: boolean
      /** Where the token server is; the registry's own `/token` if left out. */
      readonly realm?: string
    }

export type Authority = {
  /** The 401 or 403 for a request that may not be made, or undefined. */
  readonly refuse: (request: ServerRequest, needed: Needed) => Reply | undefined
  /** The token server. */
  readonly issue: (request: ServerRequest) => Reply
  /** Tokens that were issued lose their worth. */
  readonly revoke: () => void
}

/** What a request needs. */
export type Needed = { readonly repository: string; readonly action: string }

const SERVICE = 'registry.test'

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

const unauthorized = (challenges: readonly string[]): Reply =>
  ociError(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenges })

const basicAuthority = ({ username, password }: AuthOptions & { readonly kind: 'basic' }): Authority => ({
  refuse: ({ headers }) =>
    headers['authorization'] === basic(username, password) ? undefined : unauthorized(['Basic realm="test"']),
  issue: () => ociError(404, 'NOT_FOUND', 'no token server here'),
  revoke: () => undefined,
})

/** What a token is good for: `repository:acme/app:pull` for each action. */
type IssuedToken = ReadonlySet<string>

const bearerAuthority = (options: AuthOptions & { readonly kind: 'bearer' }, host: () => string): Authority => {
  const { username, password, identityToken, anonymous = [], granted, expiresIn, accessToken = false } = options
  const tokens = new Map<string, IssuedToken>()
  let issued = 0

  /** Which actions the caller may have; undefined for one who says who he is and is not. */
  const rightsOf = ({ method, headers, body }: ServerRequest): ((action: string) => boolean) | undefined => {
    const everything = (action: string): boolean => granted?.includes(action) ?? true
    if (method === 'POST') {
      const form = new URLSearchParams(body.toString())
      const right = form.get('grant_type') === 'refresh_token' && form.get('service') === SERVICE
      return right && identityToken !== undefined && form.get('refresh_token') === identityToken
        ? everything
        : undefined
    }
    if (headers['authorization'] === undefined) return (action) => anonymous.includes(action)
    return headers['authorization'] === basic(username, password) ? everything : undefined
  }

  const scopesOf = ({ method, query, body }: ServerRequest): readonly string[] =>
    (method === 'POST' ? new URLSearchParams(body.toString()) : query).getAll('scope').flatMap((all) => all.split(' '))

  const issue = (request: ServerRequest): Reply => {
    const mayDo = rightsOf(request)
    if (mayDo === undefined) return ociError(401, 'UNAUTHORIZED', 'incorrect username or password')
    const rights = scopesOf(request).flatMap((scope) => {
      const [type = '', name = '', actions = ''] = scope.split(':')
      return actions.split(',').filter(mayDo).map((action) => `${type}:${name}:${action}`) // prettier-ignore
    })
    const token = `token-${++issued}`
    tokens.set(token, new Set(rights))
    return json(200, {
      [accessToken ? 'access_token' : 'token']: token,
      ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
    })
  }

  const refuse = ({ headers }: ServerRequest, { repository, action }: Needed): Reply | undefined => {
    const scope = `repository:${repository}:${action}`
    const token = tokens.get((headers['authorization'] ?? '').replace(/^Bearer /, ''))
    if (token?.has(scope) === true) return undefined
    const realm = options.realm ?? `http://${host()}/token`
    const challenge = `Bearer realm="${realm}",service="${SERVICE}",scope="${scope}"`
    return unauthorized([...(options.offersBasic === true ? ['Basic realm="test"'] : []), challenge])
  }

  return { issue, refuse, revoke: () => { tokens.clear() } } // prettier-ignore
}

const OPEN: Authority = {
  refuse: () => undefined,
  issue: () => ociError(404, 'NOT_FOUND', 'no token server here'),
  revoke: () => undefined,
}

export const createAuthority = (options: AuthOptions | undefined, host: () => string): Authority => {
  switch (options?.kind) {
    case undefined:
      return OPEN
    case 'basic':
      return basicAuthority(options)
    case 'bearer':
      return bearerAuthority(options, host)
  }
}
