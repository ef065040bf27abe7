import type { Origin, UserInfo } from '../api/request.ts'
import type { Machine } from './machines.ts'
import { KUBERNETES_VERSION } from './topology.ts'

/** The release that components say they are of. */
const RELEASE = `${KUBERNETES_VERSION} (linux/amd64) kubernetes/8e16b12`

/** Programs that are no part of Kubernetes' own release: they have versions of their own. */
const OTHERS = /^system:serviceaccount:(?!kube-system:)|:(coredns|metrics-server)$/

/** What a component calls itself in its requests. Source: client-go/rest/config.go DefaultKubernetesUserAgent, AddUserAgent */
function userAgentOf({ name }: UserInfo): string {
  if (name.startsWith('system:node:')) return `kubelet/${RELEASE}`
  if (name === 'system:apiserver') return `kube-apiserver/${RELEASE}`
  if (name === 'system:kube-scheduler') return `kube-scheduler/${RELEASE}/scheduler`
  if (name === 'system:kube-controller-manager') return `kube-controller-manager/${RELEASE}/leader-election`
  const account = name.slice(name.lastIndexOf(':') + 1)
  if (!name.startsWith('system:serviceaccount:') || OTHERS.test(name)) return account
  if (account === 'kube-proxy') return `kube-proxy/${RELEASE}`
  return `kube-controller-manager/${RELEASE}/${name}`
}

/** Where requests of a component on a machine come from. */
export function originOf(user: UserInfo, machine: Machine | undefined): Origin {
  return { ip: machine?.host.ip ?? '127.0.0.1', userAgent: userAgentOf(user) }
}
