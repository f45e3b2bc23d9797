import { networkError } from './failure.ts'
import { RegistryError } from './registry-error.ts'
import type { Session } from './session.ts'

/** One HTTP request, as it goes over the wire. */
export type Exchange = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
  /** The registry it is made for, named in errors. */
  readonly registry: string
  /** Longest body of a successful answer, bytes. */
  readonly maxBytes: number
}

/** One HTTP answer with its whole body. Redirects are answers too. */
export type Answer = { readonly status: number; readonly headers: Headers; readonly bytes: Buffer }

/** Of an error's body nobody needs more. */
const MAX_ERROR_BYTES = 64 * 1024

/** A request as errors name it. The query is left out: in signed URLs it is a secret. */
export const describeRequest = (method: string, url: URL): string => `${method} ${url.origin}${url.pathname}`

/** Reads up to `maxBytes`; undefined when there is more. */
const readBody = async (response: Response, maxBytes: number): Promise<Buffer | undefined> => {
  const body: AsyncIterable<Uint8Array> | null = response.body
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    // Leaving the loop cancels the stream and so closes the connection.
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * Makes one request, without retries, redirects or authentication.
 * Throws {@link RegistryError} when there is no answer, when it takes too long, or when its body is too long.
 */
export const exchange = async (session: Session, request: Exchange): Promise<Answer> => {
  const { method, url, headers, body, registry, maxBytes } = request
  const asked = describeRequest(method, url)
  const send = async (): Promise<Answer | undefined> => {
    const response = await session.fetch(url, {
      method,
      // Content is verified byte by byte, so nobody on the way may pack it.
      headers: { 'user-agent': session.userAgent, 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(session.patience.requestTimeout),
      ...(body === undefined ? {} : { body }),
    })
    const bytes = await readBody(response, response.ok ? maxBytes : MAX_ERROR_BYTES)
    if (bytes === undefined && response.ok) return undefined
    return { status: response.status, headers: response.headers, bytes: bytes ?? Buffer.alloc(0) }
  }
  const answer = await send().catch((error: unknown) => {
    throw networkError(asked, registry, error)
  })
  if (answer === undefined)
    throw new RegistryError(`${asked}: the answer is longer than ${maxBytes} bytes`, { registry })
  return answer
}
