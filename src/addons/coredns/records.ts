import type { EndpointSlice, Pod, Service } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'

const SERVICE_NAME = 'kubernetes.io/service-name'

/** What an address behind a headless Service is called. */
interface HeadlessAddress {
  readonly ip: string
  readonly hostname: string | undefined
}

/** What the kubernetes plugin knows of the cluster: kept current by watches, never asked from the API for a query. */
export class Records {
  readonly #services = new Map<string, Service>()
  /** Service -> slice name -> slice. */
  readonly #slices = new Map<string, Map<string, EndpointSlice>>()
  readonly #namespaces = new Set<string>()
  readonly #podIPs = new Map<string, string>()

  /** Starts watching. `pods`: also by address (`pods verified`). `onEvent`: something has arrived. @returns how to stop */
  watch(client: Client, pods: boolean, onEvent: () => void): () => void {
    const stops = [
      client.watch('Namespace', {}, ({ type, object }) => {
        if (type === 'DELETED') this.#namespaces.delete(object.metadata.name!)
        else this.#namespaces.add(object.metadata.name!)
        onEvent()
      }),
      client.watch('Service', {}, ({ type, object }) => {
        const key = `${object.metadata.name}.${object.metadata.namespace}`
        if (type === 'DELETED') this.#services.delete(key)
        else this.#services.set(key, object)
        onEvent()
      }),
      client.watch('EndpointSlice', {}, ({ type, object }) => this.#slice(object, type === 'DELETED')),
    ]
    if (pods) stops.push(client.watch('Pod', {}, ({ type, object }) => this.#pod(object, type === 'DELETED')))
    return () => {
      for (const stop of stops) stop()
    }
  }

  hasNamespace(name: string): boolean {
    return this.#namespaces.has(name)
  }

  service(name: string, namespace: string): Service | undefined {
    return this.#services.get(`${name}.${namespace}`)
  }

  isPod(ip: string, namespace: string): boolean {
    return this.#podIPs.get(ip) === namespace
  }

  /** Ready addresses behind a Service, in a fixed order. */
  addresses(name: string, namespace: string): readonly HeadlessAddress[] {
    const slices = this.#slices.get(`${name}.${namespace}`)
    if (slices === undefined) return []
    const seen = new Map<string, HeadlessAddress>()
    for (const slice of slices.values())
      for (const { addresses, conditions, hostname } of slice.endpoints ?? [])
        if (conditions?.ready !== false) for (const ip of addresses) seen.set(ip, { ip, hostname })
    return [...seen.values()]
  }

  #slice(slice: EndpointSlice, gone: boolean): void {
    const service = slice.metadata.labels?.[SERVICE_NAME]
    if (service === undefined || slice.addressType !== 'IPv4') return
    const key = `${service}.${slice.metadata.namespace}`
    let slices = this.#slices.get(key)
    if (slices === undefined) {
      slices = new Map()
      this.#slices.set(key, slices)
    }
    if (gone) slices.delete(slice.metadata.name!)
    else slices.set(slice.metadata.name!, slice)
  }

  #pod(pod: Pod, gone: boolean): void {
    const ip = pod.status?.podIP
    if (ip === undefined) return
    if (gone) this.#podIPs.delete(ip)
    else this.#podIPs.set(ip, pod.metadata.namespace!)
  }
}
