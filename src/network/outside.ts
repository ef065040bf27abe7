import type { Balancer, Outside } from './contract.ts'

/** What there is of the world outside: load balancers, public addresses of machines, and names. */
export class WorldOutside implements Outside {
  readonly #balancers = new Map<string, Balancer>()
  readonly #aliases = new Map<string, string>()
  readonly #names = new Map<string, readonly string[]>()

  setBalancer(ip: string, balancer: Balancer | undefined): void {
    if (balancer === undefined) this.#balancers.delete(ip)
    else this.#balancers.set(ip, balancer)
  }

  setAlias(ip: string, machine: string | undefined): void {
    if (machine === undefined) this.#aliases.delete(ip)
    else this.#aliases.set(ip, machine)
  }

  setName(name: string, addresses: readonly string[]): void {
    if (addresses.length === 0) this.#names.delete(name)
    else this.#names.set(name, addresses)
  }

  balancer(ip: string): Balancer | undefined {
    return this.#balancers.get(ip)
  }

  /** The address of the machine that is meant. */
  machineAddress(ip: string): string {
    return this.#aliases.get(ip) ?? ip
  }

  /** Addresses of a name that somebody has set. */
  named(name: string): readonly string[] | undefined {
    return this.#names.get(name)
  }
}
