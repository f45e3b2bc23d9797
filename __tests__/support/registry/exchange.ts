/** A request as the server saw it. */
export type ServerRequest = {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

/** A request and the status it was answered with; 0 when it was not answered. */
export type RecordedRequest = ServerRequest & { readonly status: number }

/** What the server answers. */
export type Reply = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: Buffer | string
  /** `cut`: the connection ends without an answer, `truncate`: in the middle of the body, `hang`: never. */
  readonly wire?: 'cut' | 'truncate' | 'hang'
}

export const json = (status: number, value: unknown, headers: Reply['headers'] = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

/** An error as the OCI distribution spec has it. */
export const ociError = (status: number, code: string, message: string, headers: Reply['headers'] = {}): Reply =>
  json(status, { errors: [{ code, message, detail: null }] }, headers)
