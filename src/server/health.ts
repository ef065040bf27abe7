import type { ApiServer } from '../api/request.ts'
import type { Exchange } from './exchange.ts'

/** Source: golden answers of a v1.36 server; pkg/controlplane, apiserver/pkg/server/healthz.go */
const start = ['start-apiserver-admission-initializer', 'generic-apiserver-start-informers']
const hooks = [
  ...start,
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
].map((hook) => `poststarthook/${hook}`)
const last = ['autoregister-completion', 'poststarthook/apiservice-openapi-controller']
const tail = [...last, 'poststarthook/apiservice-openapiv3-controller']

export const healthChecks = {
  healthz: ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...hooks, ...tail],
  livez: ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...hooks, ...tail],
  readyz: ['ping', 'log', 'informer-sync', ...hooks, ...tail, 'shutdown'],
} as const

/**
 * Answers /healthz, /livez, /readyz and their single checks; false for another path.
 *
 * @param failing names of the checks that fail now
 */
export function answerHealth(exchange: Exchange, failing: () => readonly string[]): boolean {
  const match = /^\/(healthz|livez|readyz)(?:\/(.*))?$/.exec(exchange.path)
  if (match === null) return false
  const endpoint = match[1] as keyof typeof healthChecks
  const names = failing()
  const failed = (check: string) => names.includes(check === 'etcd-readiness' ? 'etcd' : check)
  if (match[2]) answerOne(exchange, endpoint, match[2], failed)
  else answerAll(exchange, endpoint, failed)
  return true
}

function answerOne(
  exchange: Exchange,
  endpoint: keyof typeof healthChecks,
  check: string,
  failed: (check: string) => boolean,
) {
  if (!healthChecks[endpoint].includes(check) && !/^etcd(-readiness)?$/.test(check)) return exchange.notFound()
  exchange.set('X-Content-Type-Options', 'nosniff')
  const [code, text] = failed(check) ? [500, `internal server error: ${check} is not ok\n`] : [200, 'ok']
  exchange.send(code as number, 'text/plain; charset=utf-8', text as string)
}

/** Source: apiserver/pkg/server/healthz/healthz.go handleRootHealth */
function answerAll(exchange: Exchange, endpoint: keyof typeof healthChecks, failed: (check: string) => boolean) {
  const excluded = new Set(exchange.query.getAll('exclude').filter((name) => name !== ''))
  const lines: string[] = []
  let broken = false
  const known: readonly string[] = healthChecks[endpoint]
  const checks = known.includes('etcd') || !failed('etcd') ? known : [...known.slice(0, 2), 'etcd', ...known.slice(2)]
  for (const check of checks) {
    if (excluded.delete(check)) lines.push(`[+]${check} excluded: ok`)
    else if (failed(check)) {
      broken = true
      lines.push(`[-]${check} failed: reason withheld`)
    } else lines.push(`[+]${check} ok`)
  }
  if (excluded.size > 0) {
    const names = [...excluded].sort().map((name) => JSON.stringify(name))
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(', ')}`)
  }
  exchange.set('X-Content-Type-Options', 'nosniff')
  const text = lines.join('\n')
  if (broken) exchange.send(500, 'text/plain; charset=utf-8', `${text}\n${endpoint} check failed\n`)
  else if (!exchange.query.has('verbose')) exchange.send(200, 'text/plain; charset=utf-8', 'ok')
  else exchange.send(200, 'text/plain; charset=utf-8', `${text}\n${endpoint} check passed\n`)
}

/** What the API server says fails; one that does not say is asked for data, to see whether etcd answers. */
export function failingChecks(api: ApiServer): readonly string[] {
  if (api.health !== undefined) return api.health().flatMap(({ name, ok }) => (ok ? [] : [name]))
  const { code } = api.handle({
    verb: 'list',
    credentials: { type: 'user', user: { name: 'system:apiserver', groups: ['system:masters'] } },
    resource: { group: '', version: 'v1', resource: 'namespaces' },
    options: { limit: 1 },
  })
  return code < 500 ? [] : ['etcd']
}
