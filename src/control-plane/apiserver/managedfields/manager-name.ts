import type { UserInfo } from '../../../api/request.ts'
import type { Call } from '../contract.ts'

/** In bytes. Source: apimachinery/pkg/apis/meta/v1/validation/validation.go FieldManagerMaxLength */
const MAX_LENGTH = 128

/** Who a request is put down to. Source: apiserver/pkg/endpoints/handlers/create.go managerOrUserAgent */
export function managerName({ options, request, user }: Call): string {
  if (options.fieldManager) return options.fieldManager
  return request.userAgent === undefined ? componentName(user) : agentName(request.userAgent)
}

/** Source: create.go prefixFromUserAgent */
function agentName(userAgent: string): string {
  let name = ''
  let bytes = 0
  for (const character of userAgent.split('/', 1)[0]!) {
    if (/\p{C}/u.test(character)) continue
    bytes += encodeURIComponent(character).replace(/%../g, '_').length
    if (bytes > MAX_LENGTH) break
    name += character
  }
  return name
}

const names = new Map<string, string>()

/** Components inside this process are known by their users; outside each has a User-Agent of its own. */
function componentName({ name }: UserInfo): string {
  let known = names.get(name)
  if (known === undefined) {
    known = nameOf(name)
    names.set(name, known)
  }
  return known
}

/** Programs in pods of kube-system; all other service accounts there belong to controllers. */
const PROGRAMS = new Set(['coredns', 'kube-proxy', 'metrics-server', 'default'])

function nameOf(user: string): string {
  if (user.startsWith('system:node:')) return 'kubelet'
  if (user === 'system:apiserver') return 'kube-apiserver'
  if (user.startsWith('system:serviceaccount:')) {
    const [, , namespace, account = ''] = user.split(':')
    return namespace === 'kube-system' && !PROGRAMS.has(account) ? 'kube-controller-manager' : account
  }
  if (user.startsWith('system:')) return user.slice('system:'.length)
  return 'kubectl'
}
