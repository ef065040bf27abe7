import { parseSelector } from '../../api/labels.ts'
import { apiVersionOf } from '../../api/meta.ts'
import { resources } from '../../api/resources.ts'
import { failure } from '../../api/status.ts'
import { rfc3339 } from '../../api/time.ts'
import type { Kind, KubernetesObject } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { NetworkAnswer, NetworkRequest } from '../../network/contract.ts'
import { metricOf, writtenMetric } from './values.ts'

const CUSTOM = 'custom.metrics.k8s.io'
const EXTERNAL = 'external.metrics.k8s.io'
const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  [CUSTOM]: ['v1beta2', 'v1beta1'],
  [EXTERNAL]: ['v1beta1'],
}
/** ConfigMaps whose data are metrics that have to do with no object. */
const EXTERNAL_LABEL = 'kubedrill.io/external-metrics'

const NOTHING: NetworkAnswer = { status: 404, body: '404 page not found\n' }

/** The paths of custom.metrics.k8s.io and external.metrics.k8s.io. Source: kubernetes-sigs/custom-metrics-apiserver */
export function answerAdapter(client: Client, { path = '/' }: NetworkRequest, now: number): NetworkAnswer {
  const [route = '', query = ''] = path.split('?')
  const [apis, group = '', version, ...rest] = route.split('/').filter((part) => part !== '')
  const versions = VERSIONS[group]
  if (apis !== 'apis' || versions === undefined) return NOTHING
  if (version === undefined) return json(200, groupOf(group, versions))
  if (!versions.includes(version)) return NOTHING
  if (rest.length === 0)
    return json(200, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources: [] })
  const labelSelector = parameter(query, 'labelSelector')
  if (group === EXTERNAL) return external(client, rest, labelSelector, now)
  return custom(client, { version, rest, labelSelector, now })
}

function groupOf(name: string, versions: readonly string[]): object {
  const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { kind: 'APIGroup', apiVersion: 'v1', name, versions: all, preferredVersion: all[0] }
}

interface CustomRequest {
  readonly version: string
  /** What follows the version, in parts: `namespaces`, its name, the resource, the object or `*`, the metric. */
  readonly rest: readonly string[]
  readonly labelSelector: string
  readonly now: number
}

function custom(client: Client, { version, rest, labelSelector, now }: CustomRequest): NetworkAnswer {
  const [, namespace = '', resource = '', name = '', metric] = rest
  if (rest[0] !== 'namespaces') return NOTHING
  if (resource === 'metrics') return ofObject(client.get('Namespace', namespace), 'namespaces', name)
  const kind = kindOf(resource)
  if (kind === undefined || metric === undefined) return NOTHING
  if (name !== '*') return ofObject(client.get(kind, name, namespace), resource, metric)
  const all = client.list(kind, {
    namespace,
    ...(labelSelector !== '' && { labelSelector }),
  }) as readonly KubernetesObject[]
  const items = all.flatMap((object) => itemOf(object, metric) ?? [])
  return items.length === 0 && all.length > 0
    ? notFound(`the server could not find the metric ${metric} for ${resource}`)
    : list(items)

  function ofObject(object: KubernetesObject | undefined, of: string, wanted: string): NetworkAnswer {
    const item = object && itemOf(object, wanted)
    const about = object?.metadata.name ?? name
    return item === undefined
      ? notFound(`the server could not find the metric ${wanted} for ${of} ${about}`)
      : list([item])
  }

  function itemOf(object: KubernetesObject, wanted: string): object | undefined {
    const value = metricOf(object, wanted, now)
    if (value === undefined) return undefined
    const { name: own, namespace: within } = object.metadata
    const describedObject = {
      kind: object.kind,
      ...(within && { namespace: within }),
      name: own,
      apiVersion: object.apiVersion,
    }
    const named = version === 'v1beta1' ? { metricName: wanted } : { metric: { name: wanted, selector: null } }
    return { describedObject, ...named, timestamp: rfc3339(now), value }
  }

  function list(items: readonly object[]): NetworkAnswer {
    return json(200, { kind: 'MetricValueList', apiVersion: `${CUSTOM}/${version}`, metadata: {}, items })
  }
}

/** `ingresses.networking.k8s.io` is an Ingress. */
function kindOf(qualified: string): Kind | undefined {
  const dot = qualified.indexOf('.')
  const [resource, group] = dot < 0 ? [qualified, ''] : [qualified.slice(0, dot), qualified.slice(dot + 1)]
  const found = Object.entries(resources).find(([, each]) => each.resource === resource && each.group === group)
  return found?.[0] as Kind | undefined
}

function external(client: Client, rest: readonly string[], labelSelector: string, now: number): NetworkAnswer {
  const [, namespace = '', metric = ''] = rest
  const selector = parseSelector(labelSelector)
  const items = client.list('ConfigMap', { namespace, labelSelector: EXTERNAL_LABEL }).flatMap((object) => {
    const { [EXTERNAL_LABEL]: _, ...metricLabels } = object.metadata.labels ?? {}
    const value = selector.matches(metricLabels) ? writtenMetric(object.data?.[metric], object, now) : undefined
    return value === undefined ? [] : [{ metricName: metric, metricLabels, timestamp: rfc3339(now), value }]
  })
  const apiVersion = apiVersionOf(EXTERNAL, 'v1beta1')
  return json(200, { kind: 'ExternalMetricValueList', apiVersion, metadata: {}, items })
}

function parameter(query: string, name: string): string {
  const found = query.split('&').find((pair) => pair.startsWith(`${name}=`))
  return found === undefined ? '' : decodeURIComponent(found.slice(name.length + 1).replaceAll('+', ' '))
}

function json(status: number, body: unknown): NetworkAnswer {
  return { status, body: `${JSON.stringify(body)}\n`, headers: { 'content-type': 'application/json' } }
}

/** Source: custom-metrics-apiserver/pkg/provider/errors.go */
const notFound = (message: string): NetworkAnswer => json(404, failure(404, 'NotFound', message))
