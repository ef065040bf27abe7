import type { EndpointSlice, KubernetesObject, Service, WatchEvent } from '../../api/types.ts'
import type { ServiceRules } from '../../network/contract.ts'
import { healthCheckOf, rulesOf } from './endpoints.ts'

const SERVICE_NAME = 'kubernetes.io/service-name'
const NO_SLICES: readonly EndpointSlice[] = []

/**
 * What one kube-proxy has seen of the API. Two that have seen the same have the same fingerprint, so the rules of a
 * state are made once for all nodes.
 */
export class Observed {
  readonly #services = new Map<string, Service>()
  readonly #slices = new Map<string, EndpointSlice>()
  /** XOR of the hashes of everything seen: independent of the order, and a change costs the same whatever there is. */
  #low = 0
  #high = 0

  get fingerprint(): string {
    return `${this.#low}:${this.#high}`
  }

  service(event: WatchEvent<Service>): void {
    this.#note(this.#services, event)
  }

  slice(event: WatchEvent<EndpointSlice>): void {
    if (event.object.addressType === 'IPv4') this.#note(this.#slices, event)
  }

  /** The rules of what was seen, in the order of the Services' names. Not cheap: ask {@link SharedRules}. */
  rules(mode: ServiceRules['mode'], clusterCIDR?: string): ServiceRules {
    const byService = new Map<string, EndpointSlice[]>()
    for (const key of [...this.#slices.keys()].sort()) {
      const slice = this.#slices.get(key)!
      const service = `${slice.metadata.namespace}/${slice.metadata.labels?.[SERVICE_NAME]}`
      const slices = byService.get(service)
      if (slices === undefined) byService.set(service, [slice])
      else slices.push(slice)
    }
    const keys = [...this.#services.keys()].sort()
    const services = keys.flatMap((key) => rulesOf(this.#services.get(key)!, byService.get(key) ?? NO_SLICES))
    const healthChecks = keys.flatMap(
      (key) => healthCheckOf(this.#services.get(key)!, byService.get(key) ?? NO_SLICES) ?? [],
    )
    return {
      mode,
      services,
      ...(healthChecks.length > 0 && { healthChecks }),
      ...(clusterCIDR !== undefined && { clusterCIDR }),
    }
  }

  #note<T extends KubernetesObject>(objects: Map<string, T>, { type, object }: WatchEvent<T>): void {
    const { key, low, high } = traitsOf(object)
    const before = objects.get(key)
    if (before !== undefined) {
      const old = traitsOf(before)
      this.#low ^= old.low
      this.#high ^= old.high
    }
    if (type === 'DELETED') objects.delete(key)
    else {
      objects.set(key, object)
      this.#low ^= low
      this.#high ^= high
    }
  }
}

interface Traits {
  readonly key: string
  readonly low: number
  readonly high: number
}

const traits = new WeakMap<KubernetesObject, Traits>()

/** Every node looks at the same objects: what is needed of one is worked out once. */
function traitsOf(object: KubernetesObject): Traits {
  let known = traits.get(object)
  if (known === undefined) {
    const { namespace, name, uid, resourceVersion } = object.metadata
    const text = `${object.kind}/${uid}/${resourceVersion}`
    known = { key: `${namespace}/${name}`, low: fnv(text, 0x811c9dc5), high: fnv(text, 0x01234567) }
    traits.set(object, known)
  }
  return known
}

function fnv(text: string, seed: number): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 12)
}

/** Rules by fingerprint, of the last states of the cluster. */
export class SharedRules {
  readonly #byFingerprint = new Map<string, ServiceRules>()

  of(observed: Observed, mode: ServiceRules['mode'], clusterCIDR?: string): ServiceRules {
    const key = `${mode} ${clusterCIDR} ${observed.fingerprint}`
    let rules = this.#byFingerprint.get(key)
    if (rules === undefined) {
      rules = observed.rules(mode, clusterCIDR)
      if (this.#byFingerprint.size >= KEPT_STATES) this.#byFingerprint.delete(this.#byFingerprint.keys().next().value!)
      this.#byFingerprint.set(key, rules)
    }
    return rules
  }
}

/** Nodes are at most about a sync period apart. */
const KEPT_STATES = 64
