import { decodeBase64 } from '../../../api/base64.ts'
import type { UserInfo } from '../../../api/request.ts'
import { parseTime } from '../../../api/time.ts'
import type { Secret } from '../../../api/types.ts'
import type { Server } from '../contract.ts'

const TYPE = 'bootstrap.kubernetes.io/token'
const DEFAULT_GROUP = 'system:bootstrappers'

/** Whom a bootstrap token stands for: `kubeadm join` comes with one. Source: plugin/pkg/auth/authenticator/token/bootstrap AuthenticateToken */
export function bootstrapTokenUser(server: Server, token: string): UserInfo | undefined {
  const found = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(token)
  if (found === null || !server.bootstrapTokens) return undefined
  const [, id, secretPart] = found
  const secret = server.read('Secret', `bootstrap-token-${id}`, 'kube-system') as Secret | undefined
  if (secret?.type !== TYPE || secret.metadata.deletionTimestamp !== undefined) return undefined
  const data = (key: string) => textOf(secret, key)
  if (data('token-secret') !== secretPart || data('token-id') !== id) return undefined
  const expiration = data('expiration')
  if (expiration !== '' && !(server.clock.now() < parseTime(expiration))) return undefined
  if (data('usage-bootstrap-authentication') !== 'true') return undefined
  const extra = data('auth-extra-groups')
    .split(',')
    .filter((group) => group !== '')
  if (extra.some((group) => !/^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/.test(group))) return undefined
  return { name: `system:bootstrap:${id}`, groups: [...new Set([DEFAULT_GROUP, ...extra])].sort() }
}

function textOf({ data = {} }: Secret, key: string): string {
  const value = data[key]
  return value === undefined ? '' : decodeBase64(value)
}
