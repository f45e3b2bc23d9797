/** One way to authenticate that a server offers in `WWW-Authenticate` (RFC 9110, 11.6.1). */
export type Challenge = {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** By lower-case name: `realm`, `service`, `scope`, `error`. */
  readonly parameters: Readonly<Record<string, string>>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
/** `name="quoted value"`, or `name=value`, where more than a token is let pass: some send URLs without quotes. */
const PARAMETER = new RegExp(`[\\s,]*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s",]+))(?=\\s*(?:,|$))`, 'y')
/** A scheme, and the one value without a name that some put behind it (`Negotiate abc==`). */
const SCHEME = new RegExp(`[\\s,]*(${TOKEN})(?=[\\s,]|$)(?:\\s+[A-Za-z0-9._~+/-]+=*(?=\\s*(?:,|$)))?`, 'y')

/**
 * Reads all challenges of a `WWW-Authenticate` value; several headers arrive here joined by commas.
 * Stops at what it cannot read and returns what it has.
 */
export const parseChallenges = (header: string | null): readonly Challenge[] => {
  const text = header ?? ''
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  for (;;) {
    const last = challenges.at(-1)
    const parameter = last === undefined ? null : take(PARAMETER)
    if (last !== undefined && parameter !== null) {
      const [, name = '', quoted, plain = ''] = parameter
      last.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain
      continue
    }
    const scheme = take(SCHEME)?.[1]
    if (scheme === undefined) return challenges
    challenges.push({ scheme: scheme.toLowerCase(), parameters: {} })
  }
}

/** The challenge to answer: Bearer before Basic, since Gitea and others offer both; undefined for neither. */
export const preferredChallenge = (challenges: readonly Challenge[]): Challenge | undefined =>
  challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters['realm'] !== undefined) ??
  challenges.find(({ scheme }) => scheme === 'basic')
