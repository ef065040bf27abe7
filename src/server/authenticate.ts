import type { Http2ServerRequest } from 'node:http2'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import type { UserInfo } from '../api/request.ts'
import { badRequest, unauthorized } from '../api/status.ts'
import type { Status } from '../api/types.ts'
import type { Exchange, Request } from './exchange.ts'

type Certified = { readonly user: UserInfo } | 'stranger' | 'none'

const certified = new WeakMap<object, Certified>()

/**
 * What the client shows of itself, in upstream's order: client certificate, then bearer token, else anonymous.
 * Source: pkg/kubeapiserver/authenticator/config.go
 *
 * @returns the Status that refuses it
 */
export function authenticate(
  exchange: Exchange,
  staticTokens: ReadonlyMap<string, UserInfo> | undefined,
): Status | undefined {
  const certificate = certificateOf(exchange.request)
  if (certificate === 'stranger') return unauthorized()
  const token = /^bearer\s+(.+)$/i.exec(exchange.header('authorization') ?? '')?.[1]?.trim()
  if (certificate !== 'none') exchange.credentials = { type: 'user', user: certificate.user }
  else if (token !== undefined) {
    const user = staticTokens?.get(token)
    exchange.credentials = user === undefined ? { type: 'bearer', token } : { type: 'user', user: authenticated(user) }
  }
  return impersonation(exchange)
}

function authenticated(user: UserInfo): UserInfo {
  const everybody = 'system:authenticated'
  return user.groups.includes(everybody) ? user : { ...user, groups: [...user.groups, everybody] }
}

/** A TLS connection belongs to one user: looked at once. */
function certificateOf(request: Request): Certified {
  const connection = (request as Http2ServerRequest).stream?.session ?? request.socket
  let known = certified.get(connection)
  if (known === undefined) {
    known = readCertificate(request.socket as TLSSocket)
    certified.set(connection, known)
  }
  return known
}

/** Source: apiserver/pkg/authentication/request/x509/x509.go CommonNameUserConversion */
function readCertificate(socket: TLSSocket): Certified {
  const certificate: PeerCertificate | undefined = socket.getPeerCertificate?.()
  if (certificate === undefined || certificate.subject === undefined) return 'none'
  const name = many(certificate.subject.CN)[0]
  if (!socket.authorized || name === undefined) return 'stranger'
  return { user: authenticated({ name, groups: many(certificate.subject.O) }) }
}

function many(value: string | string[] | undefined): readonly string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

/** Source: apiserver/pkg/endpoints/filters/impersonation buildImpersonationRequests */
function impersonation(exchange: Exchange): Status | undefined {
  const raw = exchange.request.rawHeaders
  let name: string | undefined
  let uid: string | undefined
  const groups: string[] = []
  const extra: Record<string, string[]> = {}
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const header = raw[i]!.toLowerCase()
    const value = raw[i + 1]!
    if (header === 'impersonate-user') name = value
    else if (header === 'impersonate-uid') uid = value
    else if (header === 'impersonate-group') groups.push(value)
    else if (header.startsWith('impersonate-extra-')) {
      const key = decodeURIComponent(header.slice('impersonate-extra-'.length))
      extra[key] = [...(extra[key] ?? []), value]
    }
  }
  if (name === undefined) {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return undefined
    return badRequest('requested impersonation of groups, a uid or extra values without impersonating a user')
  }
  exchange.impersonate = {
    name,
    groups,
    ...(uid !== undefined && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
  return undefined
}
