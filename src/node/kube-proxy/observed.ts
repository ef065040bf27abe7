import type { EndpointSlice, KubernetesObject, Service, WatchEvent } from '../../api/types.ts'
import type { ServiceRules } from '../../network/contract.ts'
import { rulesOf } from './endpoints.ts'

const SERVICE_NAME = 'kubernetes.io/service-name'
const NO_SLICES: readonly EndpointSlice[] = []

/**
 * What one kube-proxy has seen of the API. Two that have seen the same have the same fingerprint, so the rules of a
 * state are made once for all nodes.
 */
export class Observed {
  readonly #services = new Map<string, Service>()
  readonly #slices = new Map<string, readonly EndpointSlice[]>()
  readonly #seen = new Map<string, KubernetesObject>()
  /** XOR of the hashes of everything seen: independent of the order, and a change costs the same whatever there is. */
  #low = 0
  #high = 0

  get fingerprint(): string {
    return `${this.#low}:${this.#high}`
  }

  service({ type, object }: WatchEvent<Service>): void {
    const key = `${object.metadata.namespace}/${object.metadata.name}`
    this.#note(key, type === 'DELETED' ? undefined : object)
    if (type === 'DELETED') this.#services.delete(key)
    else this.#services.set(key, object)
  }

  slice({ type, object }: WatchEvent<EndpointSlice>): void {
    const { namespace, name, labels } = object.metadata
    const service = labels?.[SERVICE_NAME]
    if (service === undefined || object.addressType !== 'IPv4') return
    this.#note(`slice ${namespace}/${name}`, type === 'DELETED' ? undefined : object)
    const key = `${namespace}/${service}`
    const others = (this.#slices.get(key) ?? NO_SLICES).filter((slice) => slice.metadata.name !== name)
    if (type !== 'DELETED') others.push(object)
    others.sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1))
    if (others.length === 0) this.#slices.delete(key)
    else this.#slices.set(key, others)
  }

  /** The rules of what was seen, in the order of the Services' names. */
  rules(mode: ServiceRules['mode']): ServiceRules {
    const keys = [...this.#services.keys()].sort()
    return {
      mode,
      services: keys.flatMap((key) => rulesOf(this.#services.get(key)!, this.#slices.get(key) ?? NO_SLICES)),
    }
  }

  #note(key: string, object: KubernetesObject | undefined): void {
    const before = this.#seen.get(key)
    if (before !== undefined) this.#mix(before)
    if (object !== undefined) this.#mix(object)
    if (object === undefined) this.#seen.delete(key)
    else this.#seen.set(key, object)
  }

  #mix(object: KubernetesObject): void {
    let hash = hashes.get(object)
    if (hash === undefined) {
      const text = `${object.kind}/${object.metadata.uid}/${object.metadata.resourceVersion}`
      hash = { low: fnv(text, 0x811c9dc5), high: fnv(text, 0x01234567) }
      hashes.set(object, hash)
    }
    this.#low ^= hash.low
    this.#high ^= hash.high
  }
}

const hashes = new WeakMap<KubernetesObject, { readonly low: number; readonly high: number }>()

function fnv(text: string, seed: number): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 12)
}

/** Rules by fingerprint, of the last states of the cluster. */
export class SharedRules {
  readonly #byFingerprint = new Map<string, ServiceRules>()

  of(observed: Observed, mode: ServiceRules['mode']): ServiceRules {
    const key = `${mode} ${observed.fingerprint}`
    let rules = this.#byFingerprint.get(key)
    if (rules === undefined) {
      rules = observed.rules(mode)
      if (this.#byFingerprint.size >= KEPT_STATES) this.#byFingerprint.delete(this.#byFingerprint.keys().next().value!)
      this.#byFingerprint.set(key, rules)
    }
    return rules
  }
}

/** Nodes are at most about a sync period apart. */
const KEPT_STATES = 64
