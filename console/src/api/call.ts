import type { components, paths } from './schema'
import { spoken, t } from '../words/words'

export type Schema = components['schemas']

type Posted = { [P in keyof paths]: paths[P] extends { post: object } ? P : never }[keyof paths]
type Operation<P extends Posted> = paths[P] extends { post: infer O } ? O : never

/** The operations that are called with a JSON body. */
export type Path = {
  [P in Posted]: Operation<P> extends {
    requestBody: { content: { 'application/json': unknown } }
    responses: { 200: { content: { 'application/json': { data: unknown } } } }
  }
    ? P
    : never
}[Posted]

export type Body<P extends Path> =
  Operation<P> extends { requestBody: { content: { 'application/json': infer B } } } ? B : never

export type Data<P extends Path> =
  Operation<P> extends {
    responses: { 200: { content: { 'application/json': { data: infer D } } } }
  }
    ? D
    : never

/** Why an operation did not happen, in the words of the server. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly requestId: string,
  ) {
    super(message)
  }

  get isUnreachable(): boolean {
    return this.code === 'Unreachable'
  }
}

interface Envelope {
  request_id?: string
  error?: { code: string; message: string }
  data?: unknown
}

const HEADERS = { 'Content-Type': 'application/json', 'X-Tocsin-Console': '1' }

/** Call an operation with the session of this browser; rejects with a Refusal alone. */
export async function call<P extends Path>(
  path: P,
  body: Body<P>,
  signal?: AbortSignal,
): Promise<Data<P>> {
  const envelope = await sent(path, body, signal)
  if (envelope.error)
    throw new Refusal(envelope.error.code, envelope.error.message, envelope.request_id ?? '')
  return envelope.data as Data<P>
}

async function sent(path: string, body: unknown, signal?: AbortSignal): Promise<Envelope> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { ...HEADERS, 'Accept-Language': spoken() === 'zh' ? 'zh-CN' : 'en' },
      body: JSON.stringify(body ?? {}),
      credentials: 'same-origin',
      signal,
    })
    return (await response.json()) as Envelope
  } catch (reason) {
    if (signal?.aborted) throw reason
    throw new Refusal('Unreachable', t('The server cannot be reached. Trying again.'), '')
  }
}
