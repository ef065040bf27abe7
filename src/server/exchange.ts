import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Duplex } from 'node:stream'
import { gzip } from 'node:zlib'
import type { Credentials as ApiCredentials, UserInfo } from '../api/request.ts'
import type { Status } from '../api/types.ts'
import { acceptsGzip, wantsPretty } from './negotiate.ts'

export type Request = IncomingMessage | Http2ServerRequest
export type Response = ServerResponse | Http2ServerResponse

/** The connection of a request that asks for another protocol, and what came behind its headers. */
export interface Upgrade {
  readonly socket: Duplex
  readonly head: Buffer
}

/** Bytes from which on an answer is compressed. Source: responsewriters/writers.go defaultGzipThresholdBytes */
const GZIP_THRESHOLD = 128 * 1024

/** Bytes from which on a copy costs more than a second write. */
const LARGE = 64 * 1024

/** One request with its answer to be. HTTP/1.1 and HTTP/2 look alike from here on. */
export class Exchange {
  readonly request: Request
  readonly response: Response
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly pretty: boolean
  readonly upgrade: Upgrade | undefined
  credentials: ApiCredentials = { type: 'anonymous' }
  impersonate: UserInfo | undefined
  readonly auditId: string
  /** What was asked and answered, decoded: for the audit log. */
  readonly bodies: { request?: unknown; response?: unknown } = {}
  /** How many bytes the answer has. */
  sent = 0
  /** Told when a stream begins. */
  onStart: ((code: number) => void) | undefined
  /** Told before an answer in one piece is on its way. */
  onSend: ((code: number) => void) | undefined
  readonly #headers: [string, string | string[]][] = []
  readonly #warnings: string[] = []

  constructor(request: Request, response: Response, upgrade?: Upgrade) {
    this.upgrade = upgrade
    this.request = request
    this.response = response
    this.method = request.method ?? 'GET'
    const url = request.url ?? '/'
    const mark = url.indexOf('?')
    this.path = mark < 0 ? url : url.slice(0, mark)
    this.query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
    this.pretty = wantsPretty(this.query, this.header('user-agent') ?? '')
    this.auditId = this.header('audit-id') ?? randomUUID()
    this.set('Audit-Id', this.auditId)
    this.set('Cache-Control', 'no-cache, private')
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name]
    return Array.isArray(value) ? value.join(',') : value
  }

  /** A later value of the same name replaces an earlier one. */
  set(name: string, value: string | string[]): void {
    this.#headers.push([name, value])
  }

  warn(texts: readonly string[]): void {
    // Source: apiserver/pkg/endpoints/filters/warning.go, apimachinery/pkg/util/net NewWarningHeader
    const lines = [...new Set(texts)].map(
      (text) => `299 - "${text.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, ' ')}"`,
    )
    this.#warnings.push(...lines.filter((line) => !this.#warnings.includes(line)))
    if (this.#warnings.length > 0) this.set('Warning', this.#warnings)
  }

  start(code: number, contentType: string): Response {
    const { response } = this
    response.statusCode = code
    for (const [name, value] of this.#headers) response.setHeader(name, value)
    response.setHeader('Content-Type', contentType)
    this.onStart?.(code)
    return response
  }

  /** @param tail what follows the body: large bodies are not copied for a newline */
  send(code: number, contentType: string, body: string | Uint8Array, tail = ''): void {
    this.onSend?.(code)
    const response = this.start(code, contentType) as ServerResponse
    const bytes = typeof body === 'string' ? Buffer.from(body + tail) : body
    const apart = typeof body === 'string' ? '' : tail
    this.sent = bytes.byteLength + apart.length
    response.setHeader('Content-Length', this.sent)
    if (this.method === 'HEAD') response.end()
    else if (apart === '') response.end(bytes)
    else {
      response.write(bytes)
      response.end(apart)
    }
  }

  /** A body without its final newline. */
  json(code: number, body: string | Uint8Array): void {
    const text = this.pretty ? JSON.stringify(JSON.parse(body.toString()), null, 2) : body
    if (text.length > GZIP_THRESHOLD && acceptsGzip(this.header('accept-encoding')))
      this.#zipped(code, withNewline(text))
    else if (text.length > LARGE) this.send(code, 'application/json', text, '\n')
    else this.send(code, 'application/json', withNewline(text))
  }

  /** Compressed beside the event loop: what is large takes a while. */
  #zipped(code: number, text: string | Uint8Array): void {
    gzip(text, { level: 1 }, (error, bytes) => {
      if (error !== null) return this.send(code, 'application/json', text)
      this.set('Content-Encoding', 'gzip')
      this.set('Vary', 'Accept-Encoding')
      this.send(code, 'application/json', bytes)
    })
  }

  status(status: Status): void {
    const retry = status.details?.retryAfterSeconds
    this.bodies.response ??= status
    if (retry !== undefined) this.set('Retry-After', String(retry))
    this.json(status.code ?? 500, JSON.stringify(status))
  }

  /** As Go's http.Error writes it. */
  text(code: number, message: string): void {
    this.set('X-Content-Type-Options', 'nosniff')
    this.send(code, 'text/plain; charset=utf-8', `${message}\n`)
  }

  notFound(): void {
    this.set('X-Content-Type-Options', 'nosniff')
    this.send(404, 'text/plain; charset=utf-8', '404 page not found\n')
  }
}

function withNewline(body: string | Uint8Array): string | Uint8Array {
  return typeof body === 'string' ? `${body}\n` : Buffer.concat([body, Buffer.from('\n')])
}
