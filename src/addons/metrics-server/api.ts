import { notFound } from '../../api/status.ts'
import { rfc3339 } from '../../api/time.ts'
import type { Node, ObjectMeta, Pod } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { NetworkAnswer, NetworkRequest } from '../../network/contract.ts'
import type { Figures, Storage } from './storage.ts'

const GROUP = 'metrics.k8s.io'
const API_VERSION = `${GROUP}/v1beta1`
const VERSION = { groupVersion: API_VERSION, version: 'v1beta1' }
const READS = ['get', 'list']

/** The paths of metrics.k8s.io. Source: metrics-server/pkg/api */
export function answerMetrics(client: Client, storage: Storage, { method, path = '/' }: NetworkRequest): NetworkAnswer {
  const [route = '', query = ''] = path.split('?')
  const parts = route.split('/').filter((part) => part !== '')
  if (parts[0] !== 'apis') return { status: 404, body: '404 page not found\n' }
  if (parts.length === 1) return json(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: [apiGroup()] })
  if (parts[1] !== GROUP) return { status: 404, body: '404 page not found\n' }
  if (parts.length === 2) return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup() })
  if (parts.length === 3) return json(200, resources)
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'Method Not Allowed' }
  const namespace = parts[3] === 'namespaces' ? parts[4] : undefined
  const [resource, name] = namespace === undefined ? parts.slice(3) : parts.slice(5)
  const selector = parameter(query, 'labelSelector')
  if (resource === 'nodes') return nodes(client, storage, name, selector)
  return resource === 'pods'
    ? pods(client, storage, namespace, name, selector)
    : { status: 404, body: '404 page not found\n' }
}

const apiGroup = () => ({ name: GROUP, versions: [VERSION], preferredVersion: VERSION })

const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: API_VERSION,
  resources: [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: READS },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: READS },
  ],
}

function parameter(query: string, name: string): string | undefined {
  const found = query.split('&').find((pair) => pair.startsWith(`${name}=`))
  const value = found?.slice(name.length + 1).replaceAll('+', ' ')
  return value ? decodeURIComponent(value) : undefined
}

function json(status: number, body: unknown): NetworkAnswer {
  return { status, body: `${JSON.stringify(body)}\n`, headers: { 'content-type': 'application/json' } }
}

function nodes(
  client: Client,
  storage: Storage,
  name: string | undefined,
  labelSelector: string | undefined,
): NetworkAnswer {
  const missing = () => json(404, notFound({ group: GROUP, resource: 'nodes' }, name ?? ''))
  if (name !== undefined) {
    const node = client.get('Node', name)
    const metrics = node && nodeMetrics(node, storage)
    return metrics === undefined ? missing() : json(200, metrics)
  }
  const items = client.list('Node', selecting(labelSelector)).flatMap((node) => nodeMetrics(node, storage) ?? [])
  return json(200, { kind: 'NodeMetricsList', apiVersion: API_VERSION, metadata: {}, items })
}

function pods(
  client: Client,
  storage: Storage,
  namespace: string | undefined,
  name: string | undefined,
  labelSelector: string | undefined,
): NetworkAnswer {
  if (name !== undefined) {
    const pod = client.get('Pod', name, namespace)
    const metrics = pod && podMetrics(pod, storage)
    return metrics === undefined ? json(404, notFound({ group: GROUP, resource: 'pods' }, name)) : json(200, metrics)
  }
  const found = client.list('Pod', { ...(namespace !== undefined && { namespace }), ...selecting(labelSelector) })
  const items = found.flatMap((pod) => podMetrics(pod, storage) ?? [])
  return json(200, { kind: 'PodMetricsList', apiVersion: API_VERSION, metadata: {}, items })
}

function selecting(labelSelector: string | undefined): { readonly labelSelector?: string } {
  return labelSelector === undefined ? {} : { labelSelector }
}

function nodeMetrics({ metadata }: Node, storage: Storage): object | undefined {
  const figures = storage.node(metadata.name)
  return figures && { ...head('NodeMetrics', metadata, figures), usage: usage(figures) }
}

/** A pod is shown when all of its running containers have been measured. */
function podMetrics({ metadata, spec, status }: Pod, storage: Storage): object | undefined {
  if (status?.phase !== 'Running') return undefined
  const { name, namespace = '' } = metadata
  const measured = [...(spec.initContainers ?? []), ...spec.containers].map((container) => ({
    name: container.name,
    figures: storage.container(namespace, name, container.name),
  }))
  const present = measured.flatMap(({ name: container, figures }) => (figures ? [{ name: container, figures }] : []))
  if (present.length === 0 || spec.containers.some((each) => !present.some((one) => one.name === each.name)))
    return undefined
  const containers = present.map(({ name: container, figures }) => ({ name: container, usage: usage(figures) }))
  return { ...head('PodMetrics', metadata, present[0]!.figures), containers }
}

function head(kind: string, { name, namespace, labels }: ObjectMeta, { timestamp, windowMs }: Figures): object {
  const creationTimestamp = rfc3339(timestamp)
  return {
    kind,
    apiVersion: API_VERSION,
    metadata: { name, ...(namespace !== undefined && { namespace }), creationTimestamp, ...(labels && { labels }) },
    timestamp: rfc3339(timestamp),
    window: `${Number((windowMs / 1000).toFixed(3))}s`,
  }
}

function usage({ cpu, memory }: Figures): { readonly cpu: string; readonly memory: string } {
  const nano = Math.round(cpu * 1e9)
  return { cpu: nano === 0 ? '0' : `${nano}n`, memory: `${Math.round(memory / 1024)}Ki` }
}
