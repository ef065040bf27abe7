import type { Network } from '../../network/contract.ts'
import type { FileTree } from '../contract.ts'
import { AddressPool } from './address-pool.ts'

const CNI_CONFIGURATION = '/etc/cni/net.d'

export interface PodNetworkOptions {
  readonly host: string
  readonly network: Network
  /** The host's files. */
  readonly files: FileTree
  /** Where its pods' addresses come from, asked when the first of them needs one. */
  readonly podCIDR?: () => string | undefined
}

/** What the CNI plugin does for pods of this node: it gives them addresses, once it is configured. */
export class PodNetwork {
  readonly #options: PodNetworkOptions
  #pool: AddressPool | undefined
  #configured: boolean | undefined

  constructor(options: PodNetworkOptions, onChange: () => void) {
    this.#options = options
    options.files.onChange(CNI_CONFIGURATION, () => {
      this.#configured = undefined
      onChange()
    })
  }

  /** Source: containerd internal/cri/server/status.go; the CNI library looks for *.conflist, *.conf and *.json. */
  error(): string | undefined {
    this.#configured ??= this.#configurations().length > 0
    return this.#configured
      ? undefined
      : 'NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'
  }

  /** An address that belongs to this host from now on. */
  take(): string | { readonly error: string } {
    const prefix = 'rpc error: code = Unknown desc = failed to setup network for sandbox: '
    if (this.error() !== undefined) return { error: `${prefix}cni plugin not initialized` }
    if (this.#pool === undefined) {
      const cidr = this.#options.podCIDR === undefined ? this.#subnet() : this.#options.podCIDR()
      if (cidr === undefined) return { error: `${prefix}no IP ranges specified` }
      this.#pool = new AddressPool(cidr)
    }
    const ip = this.#pool.take()
    if (ip === undefined) return { error: `${prefix}no IP addresses available in range set` }
    this.#options.network.addAddress(ip, this.#options.host)
    return ip
  }

  release(ip: string): void {
    this.#options.network.removeAddress(ip)
    this.#pool?.release(ip)
  }

  #subnet(): string | undefined {
    for (const file of this.#configurations()) {
      const text = this.#options.files.read(`${CNI_CONFIGURATION}/${file}`) ?? ''
      const subnet = /"subnet"\s*:\s*"([^"]+)"/.exec(text)?.[1]
      if (subnet !== undefined) return subnet
    }
    return undefined
  }

  #configurations(): readonly string[] {
    return this.#options.files.list(CNI_CONFIGURATION).filter((name) => /\.(conflist|conf|json)$/.test(name))
  }
}
