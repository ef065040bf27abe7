import type { UserInfo } from '../../../api/request.ts'

const names = new WeakMap<UserInfo, string | undefined>()

/** The node a kubelet's user stands for: `system:node:NAME` in system:nodes. Source: pkg/auth/nodeidentifier/default.go */
export function nodeNameOf(user: UserInfo): string | undefined {
  if (!user.name.startsWith('system:node:')) return undefined
  const known = names.get(user)
  if (known !== undefined) return known
  const name = user.groups.includes('system:nodes') ? user.name.slice('system:node:'.length) : undefined
  names.set(user, name)
  return name
}
