interface Host {
  readonly name: string
  readonly ip: string
  up: boolean
  /** Cut off from everybody. */
  isolated: boolean
  /** Hosts it is cut off from, one by one. */
  readonly cut: Set<string>
}

/** Machines, the addresses they carry and the links between them. A link is there until it is cut. */
export class Hosts {
  readonly #hosts = new Map<string, Host>()
  /** Address -> host, of machines and pods alike. */
  readonly #hostOf = new Map<string, string>()
  readonly #listeners = new Set<(host?: string) => void>()

  add(name: string, ip: string): void {
    this.#hosts.set(name, { name, ip, up: true, isolated: false, cut: new Set() })
    this.#hostOf.set(ip, name)
    this.#changed(name)
  }

  remove(name: string): void {
    const host = this.#hosts.get(name)
    if (host === undefined) return
    this.#hosts.delete(name)
    this.#hostOf.delete(host.ip)
    this.#changed(name)
  }

  setUp(name: string, up: boolean): void {
    const host = this.#hosts.get(name)
    if (host === undefined || host.up === up) return
    host.up = up
    this.#changed(name)
  }

  setLink(a: string, b: string, up: boolean): void {
    if (a === '*') this.#isolate(b, !up)
    else if (b === '*') this.#isolate(a, !up)
    else {
      this.#cut(a, b, !up)
      this.#cut(b, a, !up)
    }
    this.#changed()
  }

  isUp(name: string): boolean {
    return this.#hosts.get(name)?.up === true
  }

  /** Why packets of `a` do not reach `b`; undefined when they do. */
  obstacle(a: string, b: string): string | undefined {
    const source = this.#hosts.get(a)
    const target = this.#hosts.get(b)
    if (source === undefined) return `there is no host ${a}`
    if (target === undefined) return `there is no host ${b}`
    if (!source.up) return `${a} is powered off`
    if (!target.up) return `${b} is powered off`
    if (a === b) return undefined
    if (source.isolated) return `${a} is cut off from the network`
    if (target.isolated) return `${b} is cut off from the network`
    return source.cut.has(b) ? `the link between ${a} and ${b} is cut` : undefined
  }

  addAddress(ip: string, host: string): void {
    this.#hostOf.set(ip, host)
  }

  removeAddress(ip: string): void {
    this.#hostOf.delete(ip)
  }

  hostOf(ip: string): string | undefined {
    return this.#hostOf.get(ip)
  }

  /** A machine's own address. */
  addressOf(host: string): string | undefined {
    return this.#hosts.get(host)?.ip
  }

  /** Whether an address is a machine's own. */
  isMachine(ip: string, host: string): boolean {
    return this.#hosts.get(host)?.ip === ip
  }

  onChange(listener: (host?: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #isolate(name: string, isolated: boolean): void {
    const host = this.#hosts.get(name)
    if (host !== undefined) host.isolated = isolated
  }

  #cut(from: string, to: string, cut: boolean): void {
    const links = this.#hosts.get(from)?.cut
    if (cut) links?.add(to)
    else links?.delete(to)
  }

  #changed(host?: string): void {
    for (const listener of [...this.#listeners]) listener(host)
  }
}
