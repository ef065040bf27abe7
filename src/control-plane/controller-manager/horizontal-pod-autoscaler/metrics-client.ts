import { parseGoDuration } from '../../../api/duration.ts'
import type { Selector } from '../../../api/labels.ts'
import { groupOf } from '../../../api/meta.ts'
import { quantityMilliValue } from '../../../api/quantity.ts'
import { parseTime } from '../../../api/time.ts'
import { type CrossVersionObjectReference, isStatus, type Status } from '../../../api/types.ts'
import { compareVersions } from '../../../api/version-order.ts'
import type { Client, Read } from '../../../client/contract.ts'

/** One pod's reading; the value in thousandths. */
export interface PodMetric {
  readonly value: number
  /** Virtual ms. */
  readonly timestamp: number
  readonly windowMs: number
}

/** By pod name. */
export type PodMetrics = Map<string, PodMetric>

/** Why there is no value, in upstream's words. */
export interface Failed {
  readonly error: string
}

export const failed = (error: string): Failed => ({ error })

export function isFailed(outcome: unknown): outcome is Failed {
  return typeof outcome === 'object' && outcome !== null && 'error' in outcome
}

interface Usage {
  readonly name: string
  readonly usage: Readonly<Record<string, string>>
}

interface PodMetricsItem {
  readonly metadata: { readonly name: string }
  readonly timestamp: string
  readonly window: string
  readonly containers: readonly Usage[]
}

interface MetricValue {
  readonly describedObject: { readonly name: string }
  readonly timestamp: string
  readonly windowSeconds?: number
  readonly value: string
}

/** Of the custom metrics API. Source: pkg/controller/podautoscaler/metrics/client.go metricServerDefaultMetricWindow */
const DEFAULT_WINDOW_MS = 60_000

const CUSTOM_GROUP = 'custom.metrics.k8s.io'
const CUSTOM_VERSIONS = new Set(['v1beta1', 'v1beta2'])

/** Names the resource a kind is served as: `ingresses.networking.k8s.io`; undefined for a kind that is not served. */
export type ResourceFor = (group: string, kind: string) => string | undefined

/**
 * The three metrics APIs, as the autoscaler asks them.
 * Source: pkg/controller/podautoscaler/metrics/client.go, k8s.io/metrics/pkg/client
 */
export class MetricsClient {
  readonly #client: Client
  readonly #resourceFor: ResourceFor

  constructor(client: Client, resourceFor: ResourceFor) {
    this.#client = client
    this.#resourceFor = resourceFor
  }

  /** @param container `''`: the whole pod */
  resource(resource: string, namespace: string, selector: Selector, container: string): PodMetrics | Failed {
    const answer = this.#ask({
      verb: 'list',
      resource: { group: 'metrics.k8s.io', version: 'v1beta1', resource: 'pods' },
      namespace,
      labelSelector: selector.text,
    })
    if (isFailed(answer)) return failed(`unable to fetch metrics from resource metrics API: ${answer.error}`)
    const items = itemsOf<PodMetricsItem>(answer)
    if (items.length === 0) return failed('no metrics returned from resource metrics API')
    const found: PodMetrics = new Map()
    for (const item of items) {
      const value = container === '' ? sumOf(item.containers, resource) : usageOf(item.containers, resource, container)
      const windowMs = parseGoDuration(item.window) ?? 0
      if (value !== undefined) found.set(item.metadata.name, { value, timestamp: parseTime(item.timestamp), windowMs })
    }
    return found
  }

  pods(metric: string, namespace: string, selector: Selector, metricSelector: Selector): PodMetrics | Failed {
    const answer = this.#askCustom({
      resource: 'pods',
      subresource: metric,
      namespace,
      name: '*',
      labelSelector: selector.text,
      metricLabelSelector: metricSelector.text,
    })
    if (isFailed(answer)) return answer
    const items = itemsOf<MetricValue>(answer)
    if (items.length === 0) return failed('no metrics returned from custom metrics API')
    return new Map(
      items.map(({ describedObject, value, timestamp, windowSeconds }) => [
        describedObject.name,
        {
          value: quantityMilliValue(value),
          timestamp: parseTime(timestamp),
          windowMs: windowSeconds === undefined ? DEFAULT_WINDOW_MS : windowSeconds * 1000,
        },
      ]),
    )
  }

  /** The value in thousandths. */
  object(
    metric: string,
    namespace: string,
    { apiVersion = '', kind, name }: CrossVersionObjectReference,
    metricSelector: Selector,
  ): number | Failed {
    const metricLabelSelector = metricSelector.text
    const answer =
      kind === 'Namespace' && groupOf(apiVersion) === ''
        ? this.#askCustom({ resource: 'metrics', namespace, name: metric, metricLabelSelector })
        : this.#askOf(groupOf(apiVersion), kind, { subresource: metric, namespace, name, metricLabelSelector })
    if (isFailed(answer)) return answer
    const items = itemsOf<MetricValue>(answer)
    const [only] = items
    return only !== undefined && items.length === 1
      ? quantityMilliValue(only.value)
      : custom(`the custom metrics API server returned ${items.length} results when we asked for exactly one`)
  }

  /** The values in thousandths. */
  external(metric: string, namespace: string, metricSelector: Selector): readonly number[] | Failed {
    const answer = this.#ask({
      verb: 'list',
      resource: { group: 'external.metrics.k8s.io', version: 'v1beta1', resource: metric },
      namespace,
      labelSelector: metricSelector.text,
    })
    if (isFailed(answer)) return failed(`unable to fetch metrics from external metrics API: ${answer.error}`)
    const items = itemsOf<MetricValue>(answer)
    if (items.length === 0) return failed('no metrics returned from external metrics API')
    return items.map(({ value }) => quantityMilliValue(value))
  }

  #askOf(group: string, kind: string, request: Omit<CustomRead, 'resource'>): object | Failed {
    const version = this.#customVersion()
    if (isFailed(version)) return custom(version.error)
    const resource = this.#resourceFor(group, kind)
    if (resource !== undefined) return this.#askCustom({ ...request, resource })
    const name = group === '' ? kind : `${kind}.${group}`
    return custom(`unable to map kind ${name} to resource: ${noMatches(group, kind)}`)
  }

  #askCustom({ resource, subresource, ...rest }: CustomRead): object | Failed {
    const version = this.#customVersion()
    if (isFailed(version)) return custom(version.error)
    const ref = { group: CUSTOM_GROUP, version, resource, ...(subresource !== undefined && { subresource }) }
    const answer = this.#ask({ verb: 'get', resource: ref, ...rest })
    return isFailed(answer) ? custom(answer.error) : answer
  }

  /** Source: k8s.io/metrics/pkg/client/custom_metrics/discovery.go */
  #customVersion(): string | Failed {
    const services = this.#client.list('APIService').filter(({ spec }) => spec?.group === CUSTOM_GROUP)
    if (services.length === 0) return failed(`no custom metrics API (${CUSTOM_GROUP}) registered`)
    const [first] = services
      .filter(({ spec }) => CUSTOM_VERSIONS.has(spec?.version ?? ''))
      .sort(
        (a, b) =>
          b.spec!.versionPriority - a.spec!.versionPriority || compareVersions(a.spec!.version!, b.spec!.version!),
      )
    return first?.spec?.version ?? failed('no known available metric versions found')
  }

  #ask(request: Read): object | Failed {
    const answer = this.#client.read?.(request) ?? {}
    return isStatus(answer) ? failed(messageOf(answer, request)) : answer
  }
}

type CustomRead = Omit<Read, 'verb' | 'resource'> & { readonly resource: string; readonly subresource?: string }

const custom = (why: string): Failed => failed(`unable to fetch metrics from custom metrics API: ${why}`)

/** Source: apimachinery/pkg/api/meta/errors.go NoKindMatchError */
export const noMatches = (group: string, kind: string): string =>
  `no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`

const itemsOf = <T>(answer: object): readonly T[] => (answer as { readonly items?: readonly T[] }).items ?? []

/** What no Status of an API explains, the client puts into its own words. Source: apimachinery/pkg/api/errors/errors.go NewGenericServerResponse */
function messageOf({ message = '', details }: Status, { resource, name }: Read): string {
  if (details?.name || details?.group || details?.kind) return message
  if (!message.startsWith('the server could not find the requested') && !message.startsWith('the server is currently'))
    return message
  return `${message} (get ${resource.resource}.${resource.group}${name === undefined ? '' : ` ${name}`})`
}

function sumOf(containers: readonly Usage[], resource: string): number | undefined {
  if (containers.length === 0 || containers.some(({ usage }) => usage[resource] === undefined)) return undefined
  return containers.reduce((sum, { usage }) => sum + quantityMilliValue(usage[resource]), 0)
}

function usageOf(containers: readonly Usage[], resource: string, name: string): number | undefined {
  const usage = containers.find((container) => container.name === name)?.usage[resource]
  return usage === undefined ? undefined : quantityMilliValue(usage)
}
