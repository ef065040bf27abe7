import { request } from 'node:https'
import type { ApiRequest, ApiResponse, ApiServer, OutsideCall, OutsideOutcome } from '../api/request.ts'
import type { Door } from './door.ts'

/** A request may pass this many webhooks that are not known beforehand. */
const MOST_ROUNDS = 100

/**
 * Hands a request to the API server; where that needs calls to the world outside (webhooks at a URL of this machine),
 * makes them and hands the request in again with what came of them.
 */
export async function handleWithOutside(door: Door, asked: ApiRequest): Promise<ApiResponse | undefined> {
  const once = (each: ApiRequest) =>
    door.options.world.inject(() => door.call((api: ApiServer): ApiResponse => api.handle(each)))
  let outcomes: readonly OutsideOutcome[] = []
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const response = await once({ ...asked, outside: outcomes })
    if (response?.outside === undefined) return response
    outcomes = [...outcomes, ...(await Promise.all(response.outside.map(callOutside)))]
  }
  const { outside: _, ...plain } = asked
  return once(plain)
}

/** POSTs to a webhook over HTTPS. Errors are what Go's HTTP client would say. */
export function callOutside(call: OutsideCall): Promise<OutsideOutcome> {
  const { key, uid, url, caBundle, timeoutSeconds, body } = call
  return new Promise((resolve) => {
    const done = (outcome: { readonly code: number; readonly body: string } | { readonly error: string }) =>
      resolve({ key, uid, ...outcome })
    const asked = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
      agent: false,
      ...(caBundle !== undefined && { ca: Buffer.from(caBundle, 'base64') }),
    })
    asked.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => done({ code: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      response.on('error', (error) => done({ error: goError(error, url) }))
    })
    asked.on('error', (error) => done({ error: goError(error, url) }))
    asked.end(body)
  })
}

const AUTHORITY = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_UNTRUSTED)/

function goError(error: Error & { readonly code?: unknown; readonly reason?: string }, url: string): string {
  const { hostname, port } = new URL(url)
  const code = String(error.code ?? '')
  if (error.name === 'AbortError' || error.name === 'TimeoutError' || code === 'ABORT_ERR')
    return 'context deadline exceeded'
  if (code === 'ECONNREFUSED') {
    const ip = hostname === 'localhost' ? '127.0.0.1' : hostname
    return `dial tcp ${ip}:${port || 443}: connect: connection refused`
  }
  if (code === 'ECONNRESET') return 'EOF'
  if (AUTHORITY.test(code)) return 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
  if (code === 'CERT_HAS_EXPIRED')
    return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `tls: failed to verify certificate: x509: certificate is not valid for ${hostname}`
  if (code === 'EPROTO') return 'http: server gave HTTP response to HTTPS client'
  return error.message
}
