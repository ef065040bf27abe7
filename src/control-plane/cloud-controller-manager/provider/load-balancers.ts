import type { Node, Service, ServicePort } from '../../../api/types.ts'
import {
  type BalancerKind,
  type BalancerScheme,
  type BalancerSpec,
  type Cloud,
  type HealthCheck,
  isCloudError,
  type Listener,
  type LoadBalancer,
} from '../../../cloud/contract.ts'
import { instanceIdOf } from '../../../cloud/index.ts'
import type { Ingresses, LoadBalancers, ProviderAnswer, ProviderError } from '../cloud-provider.ts'

/** `network` (the default: an address) or `application` (a name, and HTTP). */
const TYPE = 'service.beta.kubernetes.io/kubedrill-load-balancer-type'
/** `internet-facing` (the default) or `internal`. */
const SCHEME = 'service.beta.kubernetes.io/kubedrill-load-balancer-scheme'

/** How clouds that are known say it. Source: kubernetes.io/docs/concepts/services-networking/service (Internal load balancer) */
const INTERNAL: readonly (readonly [annotation: string, value: RegExp])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-internal', /^true$/],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', /^internal$/],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', /^true$/],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', /^true$/],
  ['networking.gke.io/load-balancer-type', /^Internal$/],
]

/** Where kube-proxy says that a node can take traffic. Source: pkg/proxy/healthcheck/proxy_health.go */
const KUBE_PROXY: HealthCheck = { port: 10_256, path: '/healthz' }

/** Load balancers of the simulated cloud, one a Service, found by a name that is made of the Service's uid. */
export function loadBalancersOf(cloud: Cloud): LoadBalancers {
  const { loadBalancers: fleet } = cloud
  return {
    get(_cluster, service) {
      const found = fleet.describe(nameOf(service))
      if (found === undefined || isCloudError(found)) return found
      return found.state === 'deleting' ? undefined : ingressesOf(found)
    },
    ensure(_cluster, service, nodes, done) {
      const spec = specOf(cloud, service, nodes)
      if ('error' in spec) return done(spec)
      const known = fleet.describe(spec.name)
      if (isCloudError(known)) return done(known)
      // Neither its kind nor where it is seen can be changed: it is made anew.
      if (known !== undefined && !isOfKind(known, spec))
        return remove(cloud, known.id, (answer) => (answer ? done(answer) : create(cloud, spec, done)))
      if (known === undefined) return create(cloud, spec, done)
      const updated = fleet.update(known.id, spec)
      if (isCloudError(updated)) return done(updated)
      whenActive(cloud, updated.id, done)
    },
    update(_cluster, service, nodes, done) {
      const spec = specOf(cloud, service, nodes)
      if ('error' in spec) return done(spec)
      const known = fleet.describe(spec.name)
      if (isCloudError(known)) return done(known)
      if (known === undefined) return done({ error: `load balancer ${spec.name} not found` })
      const updated = fleet.update(known.id, { ...known.spec, backends: spec.backends })
      if (isCloudError(updated)) return done(updated)
      whenActive(cloud, updated.id, (answer) => done('error' in answer ? answer : undefined))
    },
    ensureDeleted(_cluster, service, done) {
      const known = fleet.describe(nameOf(service))
      if (known === undefined || isCloudError(known)) return done(known)
      remove(cloud, known.id, done)
    },
  }
}

function isOfKind({ spec: known }: LoadBalancer, spec: BalancerSpec): boolean {
  return known.kind === spec.kind && known.scheme === spec.scheme && (spec.address ?? known.address) === known.address
}

function create(cloud: Cloud, spec: BalancerSpec, done: (answer: ProviderAnswer<Ingresses>) => void) {
  const made = cloud.loadBalancers.create(spec)
  if (isCloudError(made)) return done(made)
  whenActive(cloud, made.id, done)
}

function remove(cloud: Cloud, id: string, done: (answer: ProviderAnswer<undefined>) => void) {
  const refused = cloud.loadBalancers.delete(id)
  if (isCloudError(refused) && refused.code !== 'NotFound') return done(refused)
  when(
    cloud,
    id,
    (balancer) => balancer === undefined,
    () => done(undefined),
  )
}

function whenActive(cloud: Cloud, id: string, done: (answer: ProviderAnswer<Ingresses>) => void): void {
  when(
    cloud,
    id,
    (balancer) => balancer === undefined || balancer.state === 'active' || balancer.state === 'deleting',
    (balancer) => done(balancer?.state === 'active' ? ingressesOf(balancer) : { error: `load balancer ${id} is gone` }),
  )
}

/** At once, or as soon as the cloud says so. */
function when(
  { loadBalancers, onChange }: Cloud,
  id: string,
  holds: (balancer: LoadBalancer | undefined) => boolean,
  then: (balancer: LoadBalancer | undefined) => void,
) {
  const now = loadBalancers.get(id)
  if (holds(now)) return then(now)
  const stop = onChange((change) => {
    const balancer = loadBalancers.get(id)
    if (change.id !== id || !holds(balancer)) return
    stop()
    then(balancer)
  })
}

/** Source: k8s.io/cloud-provider/cloud.go DefaultLoadBalancerName */
export function nameOf({ metadata }: Service): string {
  return `a${metadata.uid ?? ''}`.replaceAll('-', '').slice(0, 32)
}

/** An address of a network load balancer is taken a short cut to inside of the cluster; a name leads outside. */
function ingressesOf({ address, hostname }: LoadBalancer): Ingresses {
  return hostname === undefined ? [{ ip: address, ipMode: 'VIP' }] : [{ hostname }]
}

function specOf(cloud: Cloud, service: Service, nodes: readonly Node[]): BalancerSpec | ProviderError {
  const { spec = {} } = service
  const kind = kindOf(service)
  const scheme = schemeOf(service)
  if (typeof kind === 'object') return kind
  if (typeof scheme === 'object') return scheme
  const listeners = (spec.ports ?? []).map((port) => listenerOf(port, kind))
  const wrong = listeners.find((listener): listener is ProviderError => 'error' in listener)
  if (wrong !== undefined) return wrong
  const ranges = sourceRangesOf(service)
  const { loadBalancerIP } = spec
  return {
    name: nameOf(service),
    kind,
    scheme,
    listeners: listeners as readonly Listener[],
    backends: nodes.flatMap((node) => instanceIdOf(cloud, node.spec?.providerID ?? '') ?? []),
    healthCheck: healthCheckOf(service),
    ...(ranges.length > 0 && { sourceRanges: ranges }),
    ...(spec.sessionAffinity === 'ClientIP' && { sticky: true }),
    ...(loadBalancerIP && { address: loadBalancerIP }),
  }
}

function kindOf({ metadata }: Service): BalancerKind | ProviderError {
  const kind = metadata.annotations?.[TYPE] ?? 'network'
  if (kind === 'network' || kind === 'application') return kind
  return { error: `annotation ${TYPE}: "${kind}" is neither network nor application` }
}

function schemeOf({ metadata: { annotations = {} } }: Service): BalancerScheme | ProviderError {
  const scheme = annotations[SCHEME]
  if (scheme === 'internal' || scheme === 'internet-facing') return scheme
  if (scheme !== undefined)
    return { error: `annotation ${SCHEME}: "${scheme}" is neither internet-facing nor internal` }
  return INTERNAL.some(([key, value]) => value.test(annotations[key] ?? '')) ? 'internal' : 'internet-facing'
}

function listenerOf({ port, protocol = 'TCP', nodePort }: ServicePort, kind: BalancerKind): Listener | ProviderError {
  if (protocol !== 'TCP' && (protocol !== 'UDP' || kind === 'application'))
    return { error: `protocol ${protocol} of port ${port} is not supported by ${kind} load balancers` }
  return { port, protocol, ...(nodePort ? { targetPort: nodePort } : {}) }
}

/** Source: k8s.io/cloud-provider/service/helpers/helper.go GetServiceHealthCheckPathPort */
function healthCheckOf({ spec }: Service): HealthCheck {
  const port = spec?.externalTrafficPolicy === 'Local' ? spec.healthCheckNodePort : undefined
  return port ? { port, path: '/healthz' } : KUBE_PROXY
}

/** Source: helper.go GetLoadBalancerSourceRanges */
function sourceRangesOf({ metadata, spec }: Service): readonly string[] {
  if (spec?.loadBalancerSourceRanges?.length) return spec.loadBalancerSourceRanges
  const text = metadata.annotations?.['service.beta.kubernetes.io/load-balancer-source-ranges']?.trim() ?? ''
  return text === '' ? [] : text.split(',').map((range) => range.trim())
}
