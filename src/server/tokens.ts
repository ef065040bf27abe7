import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { TokenAuthority, UserInfo } from '../api/request.ts'

/** The default of --service-account-issuer in kubeadm's manifests. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local'

const ALGORITHM = 'ES256'
/** Tokens whose signature has been checked; the busiest clients show the same one again and again. */
const REMEMBERED = 1024

type Claims = Readonly<Record<string, unknown>>

export interface JwtAuthority extends TokenAuthority {
  /** What /openid/v1/jwks answers. */
  jwks(): { readonly keys: readonly Readonly<Record<string, unknown>>[] }
}

/** Signs and checks service account tokens with the cluster's key. Source: pkg/serviceaccount/jwt.go */
export function createTokenAuthority(
  serviceAccountKey: string,
  staticTokens?: ReadonlyMap<string, UserInfo>,
): JwtAuthority {
  let keys: Keys | undefined
  const loaded = () => {
    keys ??= loadKeys(serviceAccountKey)
    return keys
  }
  const checked = new Map<string, Claims>()
  return {
    ...(staticTokens && { staticTokens }),
    sign(claims) {
      const { privateKey, id } = loaded()
      const text = `${encode({ alg: ALGORITHM, kid: id })}.${encode(claims)}`
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      return `${text}.${signature.toString('base64url')}`
    },
    verify(token) {
      const known = checked.get(token)
      if (known !== undefined) return known
      const claims = verified(token, loaded())
      if (claims === undefined) return undefined
      if (checked.size >= REMEMBERED) checked.delete(checked.keys().next().value!)
      checked.set(token, claims)
      return claims
    },
    jwks() {
      const { publicKey, id } = loaded()
      return { keys: [{ use: 'sig', ...publicKey.export({ format: 'jwk' }), kid: id, alg: ALGORITHM }] }
    },
  }
}

interface Keys {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly id: string
}

/** The key's id is a hash of it. Source: pkg/serviceaccount/jwt.go keyIDFromPublicKey */
function loadKeys(pem: string): Keys {
  const privateKey = createPrivateKey(pem)
  const publicKey = createPublicKey(privateKey)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return { privateKey, publicKey, id: createHash('sha256').update(der).digest('base64url') }
}

function verified(token: string, { publicKey, id }: Keys): Claims | undefined {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  const [head, body, signature] = parts as [string, string, string]
  const header = decode(head)
  if (header?.alg !== ALGORITHM || header.kid !== id) return undefined
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return undefined
  return decode(body)
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function decode(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined
  } catch {
    return undefined
  }
}

/** Reads a --token-auth-file: `token,user,uid,"group1,group2"`. @throws on a line that has not at least three columns. Source: apiserver/plugin/pkg/auth/authenticator/token/tokenfile NewCSV */
export function parseTokenFile(csv: string): ReadonlyMap<string, UserInfo> {
  const users = new Map<string, UserInfo>()
  for (const [index, line] of csv.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const columns = [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    )
    const [token, name, uid, groups] = columns
    if (!token || !name || uid === undefined)
      throw new Error(
        `line ${index + 1} of the token file must have at least 3 columns (token, user name, user uid), found ${columns.length}`,
      )
    users.set(token, { name, uid, groups: groups ? groups.split(',').map((group) => group.trim()) : [] })
  }
  return users
}
