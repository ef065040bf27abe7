import { createHash, X509Certificate } from 'node:crypto'
import type { Http2ServerRequest } from 'node:http2'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import type { UserInfo } from '../api/request.ts'
import { badRequest, unauthorized } from '../api/status.ts'
import type { Status } from '../api/types.ts'
import { isIssuedInside } from './certificate-signer.ts'
import type { Door } from './door.ts'
import type { Exchange, Request } from './exchange.ts'

interface Certified {
  readonly user: UserInfo
  /** Virtual ms; undefined where the TLS library has compared with the wall clock already. */
  readonly notBefore?: number
  readonly notAfter?: number
}

type Shown = Certified | 'stranger' | 'none'

const shown = new WeakMap<object, Shown>()

/**
 * What the client shows of itself, in upstream's order: client certificate, then bearer token, else anonymous.
 * Source: pkg/kubeapiserver/authenticator/config.go
 *
 * @returns the Status that refuses it
 */
export function authenticate(exchange: Exchange, door: Door): Status | undefined {
  const certificate = certificateOf(exchange.request, door.clientCAs)
  if (certificate === 'stranger') return unauthorized()
  if (certificate !== 'none' && !isGoodAt(certificate, door.options.world.now())) return unauthorized()
  const token = /^bearer\s+(.+)$/i.exec(exchange.header('authorization') ?? '')?.[1]?.trim()
  if (certificate !== 'none') exchange.credentials = { type: 'user', user: certificate.user }
  else if (token !== undefined) {
    const user = door.options.staticTokens?.get(token)
    exchange.credentials = user === undefined ? { type: 'bearer', token } : { type: 'user', user: authenticated(user) }
  }
  return impersonation(exchange)
}

function isGoodAt({ notBefore, notAfter }: Certified, now: number): boolean {
  return (notBefore === undefined || now >= notBefore) && (notAfter === undefined || now <= notAfter)
}

function authenticated(user: UserInfo): UserInfo {
  const everybody = 'system:authenticated'
  return user.groups.includes(everybody) ? user : { ...user, groups: [...user.groups, everybody] }
}

/** A TLS connection belongs to one user: looked at once. */
function certificateOf(request: Request, authorities: readonly X509Certificate[]): Shown {
  const connection = (request as Http2ServerRequest).stream?.session ?? request.socket
  let known = shown.get(connection)
  if (known === undefined) {
    known = readCertificate(request.socket as TLSSocket, authorities)
    shown.set(connection, known)
  }
  return known
}

/** Source: apiserver/pkg/authentication/request/x509/x509.go CommonNameUserConversion */
function readCertificate(socket: TLSSocket, authorities: readonly X509Certificate[]): Shown {
  const certificate: PeerCertificate | undefined = socket.getPeerCertificate?.()
  if (certificate === undefined || certificate.subject === undefined) return 'none'
  const name = many(certificate.subject.CN)[0]
  if (name === undefined) return 'stranger'
  const digest = createHash('sha256').update(certificate.raw).digest('hex')
  const extra = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${digest}`] }
  const user = authenticated({ name, groups: many(certificate.subject.O), extra })
  if (!isIssuedInside(certificate.serialNumber)) return socket.authorized ? { user } : 'stranger'
  // The wall clock does not count for what the cluster's signer has issued: its time is virtual.
  const own = new X509Certificate(certificate.raw)
  const isOurs = authorities.some((authority) => own.checkIssued(authority) && own.verify(authority.publicKey))
  if (!isOurs || !own.keyUsage?.includes(CLIENT_AUTH)) return 'stranger'
  return { user, notBefore: Date.parse(certificate.valid_from), notAfter: Date.parse(certificate.valid_to) }
}

/** id-kp-clientAuth. Source: RFC 5280 4.2.1.12 */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

function many(value: string | string[] | undefined): readonly string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

/** A user as Go prints one. */
function goUser(uid = '', groups: readonly string[], extra: Readonly<Record<string, readonly string[]>>): string {
  const strings = (values: readonly string[]) => `{${values.map((value) => JSON.stringify(value)).join(', ')}}`
  const list = groups.length === 0 ? '[]string(nil)' : `[]string${strings(groups)}`
  const entries = Object.entries(extra).map(([key, values]) => `${JSON.stringify(key)}:[]string${strings(values)}`)
  const map = entries.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries.join(', ')}}`
  return `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid)}, Groups:${list}, Extra:${map}}`
}

/** Source: impersonation.go unescapeExtraKey */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
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
      const key = unescaped(header.slice('impersonate-extra-'.length))
      extra[key] = [...(extra[key] ?? []), value]
    }
  }
  if (name === undefined) {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return undefined
    return badRequest(`requested ${goUser(uid, groups, extra)} without impersonating a user name`)
  }
  exchange.impersonate = {
    name,
    groups,
    ...(uid !== undefined && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
  return undefined
}
