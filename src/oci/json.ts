/** JSON that is not the OCI document it should be. The message names the member: `layers[2].digest: …`. */
export class OciContentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OciContentError'
  }
}

/** A JSON object whose members nobody has looked at yet. */
export type Members = Readonly<Record<string, unknown>>

const fail = (where: string, expected: string): never => {
  throw new OciContentError(`${where}: expected ${expected}`)
}

/** Whether a JSON value is an object. */
export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads the text of a document, which is an object. Throws {@link OciContentError}. */
export const parseMembers = (text: string, document: string): Members => {
  try {
    const value: unknown = JSON.parse(text)
    return isMembers(value) ? value : fail(document, 'a JSON object')
  } catch (cause) {
    if (cause instanceof OciContentError) throw cause
    throw new OciContentError(`${document}: expected JSON`, { cause })
  }
}

/** The member as an object; a member that is missing or null is empty, as Go writes one. */
export const objectAt = (members: Members, name: string): Members => {
  const value = members[name] ?? {}
  return isMembers(value) ? value : fail(name, 'an object')
}

/** The member as an array; a member that is missing or null is empty. */
export const arrayAt = (members: Members, name: string): readonly unknown[] => {
  const value: unknown = members[name] ?? []
  return Array.isArray(value) ? value : fail(name, 'an array')
}

/** The member as a text, or undefined where it is missing, null or empty: Go leaves out or writes `""` for none. */
export const textAt = (members: Members, name: string): string | undefined => {
  const value = members[name] ?? ''
  if (typeof value !== 'string') return fail(name, 'a string')
  return value === '' ? undefined : value
}

/** The member as an array of texts. */
export const textsAt = (members: Members, name: string): readonly string[] =>
  arrayAt(members, name).map((value) => (typeof value === 'string' ? value : fail(name, 'an array of strings')))

/** The member as a map of texts: annotations, labels. */
export const textMapAt = (members: Members, name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(objectAt(members, name)).map(([key, value]) =>
      typeof value === 'string' ? [key, value] : fail(`${name}.${key}`, 'a string'),
    ),
  )
