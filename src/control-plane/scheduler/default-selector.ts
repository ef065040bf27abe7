import {
  type Labels,
  parseSelector,
  type Selector,
  selectorFromLabelSelector,
  selectorFromSet,
} from '../../api/labels.ts'
import { controllerOf, keyOf } from '../../api/meta.ts'
import type { LabelSelector, Pod, Service, WatchEvent } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'

interface Known {
  readonly services: number
  readonly owner: string | undefined
  readonly selector: Selector
}

const NO_LABELS: Labels = {}

/**
 * The labels that the Services and the controller of a pod select by: pods that share them are spread by default.
 * Source: plugins/helper/spread.go DefaultSelector
 */
export class DefaultSelectors {
  readonly #client: Client
  readonly #services = new Map<string, Map<string, Selector>>()
  #version = 0
  // The selector of a controller cannot change, so it is read once for each.
  readonly #owners = new Map<string, Selector | undefined>()
  readonly #known = new WeakMap<Labels, Known>()

  constructor(client: Client) {
    this.#client = client
  }

  onService({ type, object }: WatchEvent<Service>): void {
    const namespace = object.metadata.namespace ?? ''
    const key = keyOf(object)
    const services = this.#services.get(namespace) ?? new Map<string, Selector>()
    this.#services.set(namespace, services)
    const selector = type === 'DELETED' ? undefined : object.spec.selector
    const before = services.get(key)?.text
    if (selector === undefined) services.delete(key)
    else services.set(key, selectorFromSet(selector))
    if (services.get(key)?.text !== before) this.#version++
  }

  of(pod: Pod): Selector {
    const labels = pod.metadata.labels ?? NO_LABELS
    const owner = controllerOf(pod)?.uid
    const known = this.#known.get(labels)
    if (known !== undefined && known.services === this.#version && known.owner === owner) return known.selector
    const selector = this.#compute(pod)
    if (labels !== NO_LABELS) this.#known.set(labels, { services: this.#version, owner, selector })
    return selector
  }

  #compute(pod: Pod): Selector {
    const parts: string[] = []
    for (const selector of this.#services.get(pod.metadata.namespace ?? '')?.values() ?? [])
      if (selector.requirements.length > 0 && selector.matches(pod.metadata.labels)) parts.push(selector.text)
    const own = this.#ownerSelector(pod)
    if (own !== undefined && own.requirements.length > 0) parts.push(own.text)
    return parseSelector([...new Set(parts.flatMap((text) => splitRequirements(text)))].sort().join(','))
  }

  #ownerSelector(pod: Pod): Selector | undefined {
    const owner = controllerOf(pod)
    if (owner === undefined) return undefined
    if (!this.#owners.has(owner.uid)) {
      const selector = this.#read(owner.apiVersion, owner.kind, owner.name, pod.metadata.namespace)
      this.#owners.set(owner.uid, selector === undefined ? undefined : selectorFromLabelSelector(selector))
    }
    return this.#owners.get(owner.uid)
  }

  #read(apiVersion: string, kind: string, name: string, namespace: string | undefined): LabelSelector | undefined {
    if (apiVersion === 'apps/v1' && kind === 'ReplicaSet')
      return this.#client.get('ReplicaSet', name, namespace)?.spec.selector
    if (apiVersion === 'apps/v1' && kind === 'StatefulSet')
      return this.#client.get('StatefulSet', name, namespace)?.spec.selector
    if (apiVersion === 'v1' && kind === 'ReplicationController') {
      const matchLabels = this.#client.get('ReplicationController', name, namespace)?.spec?.selector
      return matchLabels && { matchLabels }
    }
    return undefined
  }
}

/** At the commas outside of parentheses. */
const splitRequirements = (text: string): string[] => text.split(/,(?![^(]*\))/)
