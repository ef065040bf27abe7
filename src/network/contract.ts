/**
 * The simulated network: which addresses exist, who listens where, which links are cut, and what each node's
 * kube-proxy rules say. Pure data; a connection is a walk over it that names every hop, and the hop that said no.
 */
export interface Network {
  /** A machine joins with its address; its link can be cut and restored. */
  addHost(host: string, ip: string): void
  removeHost(host: string): void
  /** `down`: powered off, nothing answers. */
  setHostUp(host: string, up: boolean): void
  /** Cuts or heals the link between two hosts, or of one host to everybody (`*`). */
  setLink(a: string, b: string, up: boolean): void
  /** Whether packets of host `a` reach host `b` now. */
  reaches(a: string, b: string): boolean
  /** Called (synchronously) after hosts or links have changed: with the host where nothing but that one did. */
  onChange(listener: (host?: string) => void): () => void
  /** A pod's address on a host. */
  addAddress(ip: string, host: string): void
  removeAddress(ip: string): void
  /** Somebody serves ip:port. @param by the program, where a process does @returns how to close it */
  listen<S>(ip: string, port: number, protocol: 'TCP' | 'UDP', serve: S, by?: string): () => void
  /** Which ports of an address processes serve, by port. */
  listening(ip: string): readonly Listening[]
  /** Called (synchronously) after somebody has begun or ceased to serve ip:port. */
  onListen(ip: string, port: number, protocol: 'TCP' | 'UDP', listener: () => void): () => void
  /** What a cloud has between the machines and everybody else. */
  readonly outside: Outside
  /** The Service rules in force on a host, put there by its kube-proxy; they stay when kube-proxy stops. */
  setRules(host: string, rules: ServiceRules): void
  rules(host: string): ServiceRules
  /** Walks from an address on a host to ip:port. `choose(n)` picks one of n endpoints. */
  connect<S>(
    from: { readonly host: string; readonly ip: string },
    to: { readonly ip: string; readonly port: number; readonly protocol?: 'TCP' | 'UDP' },
    choose: (n: number) => number,
  ): Connection<S>
}

export interface Listening {
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly by: string
}

export interface Outside {
  /** A load balancer has an address; `undefined`: nobody has it any more. */
  setBalancer(ip: string, balancer: Balancer | undefined): void
  /** An address under which the world outside finds a machine. */
  setAlias(ip: string, machine: string | undefined): void
  /** What name servers of the world outside answer for a name. */
  setName(name: string, addresses: readonly string[]): void
}

/** A load balancer, as packets meet it. */
export interface Balancer {
  /** `load balancer a1b2…` */
  readonly name: string
  /** Where it sends a packet; it may also answer itself, or refuse. */
  forward(packet: {
    readonly from: string
    readonly port: number
    readonly protocol: 'TCP' | 'UDP'
    choose(n: number): number
  }): Forwarded
}

export type Forwarded =
  /** @property direct the packet keeps its destination: the machine's rules have to know the balancer's address */
  /** @property proxied the machine meets the balancer, not who asked it */
  | { readonly machine: string; readonly port: number; readonly direct?: boolean; readonly proxied?: boolean }
  | { readonly serve: unknown }
  | { readonly outcome: 'refused' | 'timeout'; readonly because: string }

export type Connection<S> =
  | {
      readonly outcome: 'connected'
      readonly ip: string
      readonly port: number
      readonly host: string
      readonly hops: readonly string[]
      readonly serve: S
      /** The address the server takes for the client's, where it is not the client's own. */
      readonly seenAs?: string
    }
  /** refused: RST at once; timeout: no answer at all (a lost packet, a dead host); unreachable: no route. */
  | {
      readonly outcome: 'refused' | 'timeout' | 'unreachable'
      readonly hops: readonly string[]
      readonly because: string
    }

/** What kube-proxy programs into a node: virtual ip:port (or node port) -> endpoints. */
export interface ServiceRules {
  readonly mode: 'iptables' | 'ipvs' | 'nftables'
  readonly services: readonly ServiceRule[]
  /** Ports at which a node tells load balancers how many endpoints of a Service it has. */
  readonly healthChecks?: readonly HealthCheckPort[]
  /** Packets from elsewhere are masqueraded. */
  readonly clusterCIDR?: string
}

export interface Endpoint {
  readonly ip: string
  readonly port: number
  readonly node?: string
}

/** Source: pkg/proxy/healthcheck/service_health.go */
export interface HealthCheckPort {
  readonly namespace: string
  readonly name: string
  readonly port: number
  /** Node -> how many of the Service's Pods are ready there. */
  readonly ready: ReadonlyMap<string, number>
}

export interface ServiceRule {
  /** `default/web:http` */
  readonly name: string
  readonly clusterIP: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly nodePort?: number
  /** Ready ones; where there are none, those still serving while they terminate. */
  readonly endpoints: readonly Endpoint[]
  /** Serving while terminating: what a node without ready endpoints of its own falls back to where the policy is Local. */
  readonly terminating?: readonly Endpoint[]
  /** Further addresses (externalIPs, load balancers): traffic from outside, under the external policy. */
  readonly externalIPs?: readonly string[]
  /** Of them, those of load balancers. */
  readonly balancerIPs?: readonly string[]
  /** From where load balancers' addresses may be asked for; default from everywhere. */
  readonly sourceRanges?: readonly string[]
  /** Default Cluster. Local: only endpoints of the node where the packet is looked at. */
  readonly internalTrafficPolicy?: 'Cluster' | 'Local'
  readonly externalTrafficPolicy?: 'Cluster' | 'Local'
  readonly sessionAffinity?: 'None' | 'ClientIP'
}

/** A request over the simulated network, and its answer. HTTP is one payload among others (DNS, plain TCP). */
export interface NetworkRequest {
  readonly protocol: 'HTTP' | 'GRPC' | 'DNS' | 'TCP'
  /** Source address as the server sees it. */
  readonly from: string
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** DNS: the name asked for. GRPC: the service whose health is asked for. */
  readonly question?: string
}

export interface NetworkAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** DNS: addresses; undefined with `rcode` NXDOMAIN or SERVFAIL. */
  readonly addresses?: readonly string[]
  readonly rcode?: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL'
  /** GRPC: the health service's answer, or why there is none. Absent: nobody here speaks gRPC. */
  readonly grpc?: GrpcHealth
  /** Virtual time until the answer is there. */
  readonly afterMs?: number
  /**
   * Tells once when the same question might be answered differently while the process runs and serves the same ports;
   * returns how to stop listening. Absent: that may be at any time. Who asks again and again (a probe) need not until then.
   */
  readonly onStale?: (listener: () => void) => () => void
}

/** Source: google.golang.org/grpc/health/grpc_health_v1 HealthCheckResponse, codes */
export type GrpcHealth =
  | { readonly serving: 'SERVING' | 'NOT_SERVING' | 'UNKNOWN' }
  | { readonly code: 'NotFound' | 'Unimplemented'; readonly message: string }

export type Serve = (request: NetworkRequest) => NetworkAnswer
