import type { HealthCheck } from '../../api/request.ts'
import { EtcdError } from '../etcd/contract.ts'
import type { Server } from './contract.ts'

const BOTH = ['livez', 'readyz'] as const

const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-wait-for-first-sync',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
]

/** Source: apiserver/pkg/server/healthz and what a v1.36 server lists */
export function healthChecks(server: Server, unfinished: readonly string[]): readonly HealthCheck[] {
  const hook = (name: string): HealthCheck => ({
    name: `poststarthook/${name}`,
    ok: !unfinished.includes(name),
    in: BOTH,
  })
  const reached = answers(server)
  return [
    { name: 'ping', ok: true, in: BOTH },
    { name: 'log', ok: true, in: BOTH },
    { name: 'loopback-serving-certificate', ok: true, in: ['livez'] },
    // /readyz does not list it while it is well.
    { name: 'etcd', ok: reached, in: reached ? ['livez'] : BOTH },
    { name: 'informer-sync', ok: true, in: ['readyz'] },
    ...HOOKS.map(hook),
    { name: 'autoregister-completion', ok: true, in: BOTH },
    hook('apiservice-openapi-controller'),
    hook('apiservice-openapiv3-controller'),
    { name: 'shutdown', ok: true, in: ['readyz'] },
  ]
}

function answers({ etcd }: Server): boolean {
  try {
    etcd.get('/registry/health')
    return true
  } catch (error) {
    if (error instanceof EtcdError) return false
    throw error
  }
}
