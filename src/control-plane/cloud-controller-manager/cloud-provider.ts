import type { LoadBalancerIngress, Node, NodeAddress, Service } from '../../api/types.ts'

/**
 * What a cloud does for a cluster: the interface that every provider fills in. Calls that take time answer through a
 * callback, at once where there is nothing to wait for.
 * Source: k8s.io/cloud-provider/cloud.go Interface
 */
export interface CloudProvider {
  readonly name: string
  readonly instances: InstancesV2
  readonly loadBalancer: LoadBalancers
  readonly routes: Routes
  /** Called after something has changed that {@link InstancesV2} or {@link Routes} tell, so that nobody has to ask again and again. */
  onChange(listener: () => void): () => void
}

/** Why the cloud did not do it. */
export interface ProviderError {
  readonly error: string
  /** Another controller does it: that is no error. Source: cloud.go ImplementedElsewhere */
  readonly elsewhere?: boolean
  /** To be tried again after so long, not with a growing delay. Source: k8s.io/cloud-provider/api/retry_error.go */
  readonly retryAfterMs?: number
}

export type ProviderAnswer<T> = T | ProviderError

export function isProviderError(answer: unknown): answer is ProviderError {
  return typeof answer === 'object' && answer !== null && 'error' in answer
}

/** Source: cloud.go InstancesV2 */
export interface InstancesV2 {
  exists(node: Node): ProviderAnswer<boolean>
  isShutdown(node: Node): ProviderAnswer<boolean>
  /** Undefined: the cloud has nothing to say of this node. */
  metadata(node: Node): ProviderAnswer<InstanceMetadata | undefined>
}

/** Source: cloud.go InstanceMetadata */
export interface InstanceMetadata {
  readonly providerID: string
  readonly instanceType: string
  readonly nodeAddresses: readonly NodeAddress[]
  readonly zone: string
  readonly region: string
  readonly additionalLabels?: Readonly<Record<string, string>>
}

export type Ingresses = readonly LoadBalancerIngress[]

/** Source: cloud.go LoadBalancer */
export interface LoadBalancers {
  /** Undefined: there is none. */
  get(clusterName: string, service: Service): ProviderAnswer<Ingresses | undefined>
  ensure(
    clusterName: string,
    service: Service,
    nodes: readonly Node[],
    done: (answer: ProviderAnswer<Ingresses>) => void,
  ): void
  update(
    clusterName: string,
    service: Service,
    nodes: readonly Node[],
    done: (answer: ProviderAnswer<undefined>) => void,
  ): void
  ensureDeleted(clusterName: string, service: Service, done: (answer: ProviderAnswer<undefined>) => void): void
}

/** Source: cloud.go Route */
export interface Route {
  readonly name: string
  readonly targetNode: string
  readonly destinationCIDR: string
  /** Whether the cloud's routes lead to addresses, so that they change with those of a node. */
  readonly enableNodeAddresses?: boolean
  readonly targetNodeAddresses?: readonly NodeAddress[]
  readonly blackhole?: boolean
}

/** Source: cloud.go Routes */
export interface Routes {
  list(clusterName: string): ProviderAnswer<readonly Route[]>
  create(clusterName: string, nameHint: string, route: Omit<Route, 'name'>): ProviderAnswer<undefined>
  delete(clusterName: string, route: Route): ProviderAnswer<undefined>
}
