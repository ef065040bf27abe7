/**
 * A cloud as its customers see it: machines, disks, load balancers and routes of one account in one region, behind an
 * API whose calls return at once while what they began goes on. Plain data and callbacks; it knows no Kubernetes.
 */
export interface Cloud {
  /** As provider ids and `--cloud-provider` name it. */
  readonly provider: string
  readonly region: string
  readonly zones: readonly string[]
  readonly instances: Instances
  readonly disks: Disks
  readonly loadBalancers: LoadBalancers
  readonly routes: Routes
  /** What may be had at most. */
  readonly quotas: Quotas
  setQuota(name: QuotaName, limit: number): void
  /** Makes calls fail from now on. Answers how to end it. */
  inject(fault: CloudFault): () => void
  /** Called after something has changed, with its id. */
  onChange(listener: (change: CloudChange) => void): () => void
}

export interface CloudChange {
  readonly resource: 'instance' | 'disk' | 'snapshot' | 'load-balancer' | 'route'
  readonly id: string
}

export type QuotaName =
  | 'instances'
  | 'disks'
  | 'diskGiB'
  | 'disksPerInstance'
  | 'snapshots'
  | 'loadBalancers'
  | 'routes'
export type Quotas = Readonly<Record<QuotaName, number>>

export type Operation =
  | `${'Create' | 'Start' | 'Stop' | 'Terminate' | 'Describe'}Instance`
  | `${'Create' | 'Delete' | 'Attach' | 'Detach' | 'Resize' | 'Describe'}Disk`
  | `${'Create' | 'Delete' | 'Describe'}Snapshot`
  | `${'Create' | 'Update' | 'Delete' | 'Describe'}LoadBalancer`
  | `${'Create' | 'Delete' | 'Describe'}Route`

/** A call that is to fail. */
export interface CloudFault {
  /** Default: every call. */
  readonly operation?: Operation
  /** Only where this is what the call is about: an id or a name. */
  readonly about?: string
  /** Default Unavailable. */
  readonly code?: CloudErrorCode
  readonly message?: string
  /** How many calls fail; default all, until it is ended. */
  readonly times?: number
}

export type CloudErrorCode =
  | 'NotFound'
  | 'AlreadyExists'
  | 'QuotaExceeded'
  | 'LimitExceeded'
  | 'ZoneMismatch'
  | 'InUse'
  | 'IncorrectState'
  | 'InvalidParameter'
  | 'Unavailable'

/** Why a call was refused. */
export interface CloudError {
  readonly code: CloudErrorCode
  /** `QuotaExceeded: …`: code and reason, as clients print it. */
  readonly error: string
}

export type CloudAnswer<T> = T | CloudError

export function isCloudError(answer: unknown): answer is CloudError {
  return typeof answer === 'object' && answer !== null && 'error' in answer
}

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'terminating' | 'terminated'

export interface Instance {
  /** `i-0a1b…` */
  readonly id: string
  /** Its private DNS name: the name of the machine. */
  readonly name: string
  /** `standard-4` */
  readonly type: string
  readonly zone: string
  readonly privateIP: string
  readonly publicIP?: string
  readonly state: InstanceState
}

export interface NewInstance {
  readonly name: string
  readonly type: string
  readonly zone: string
  readonly privateIP: string
  readonly publicIP?: string
}

/** Machines. Terminated ones are remembered until they are asked for no more: {@link Instances.get} finds them, list does not. */
export interface Instances {
  list(): readonly Instance[]
  get(id: string): Instance | undefined
  byName(name: string): Instance | undefined
  /** As `DescribeInstances`: can fail where the others only look. */
  describe(idOrName: string): CloudAnswer<Instance | undefined>
  create(instance: NewInstance): CloudAnswer<Instance>
  start(id: string): CloudAnswer<Instance>
  stop(id: string): CloudAnswer<Instance>
  /** Gone for good; its disks are detached. */
  terminate(id: string): CloudAnswer<Instance>
}

export type DiskState = 'creating' | 'available' | 'in-use' | 'deleting'
export type AttachmentState = 'attaching' | 'attached' | 'detaching'

export interface Attachment {
  readonly instance: string
  /** `/dev/xvdba` */
  readonly device: string
  readonly state: AttachmentState
}

export interface Disk {
  /** `vol-0a1b…` */
  readonly id: string
  readonly name: string
  readonly zone: string
  /** `standard`, `ssd`. */
  readonly type: string
  readonly sizeGiB: number
  readonly state: DiskState
  /** More than one only where the disk is shareable. */
  readonly attachments: readonly Attachment[]
  readonly shareable: boolean
  /** A size it is growing to. */
  readonly growingToGiB?: number
  /** The snapshot it was made from. */
  readonly snapshot?: string
  readonly tags: Readonly<Record<string, string>>
}

export interface NewDisk {
  /** Unique: a second disk of the name is refused with AlreadyExists unless it asks for the same, which answers the first. */
  readonly name: string
  readonly zone: string
  readonly sizeGiB: number
  readonly type?: string
  readonly snapshot?: string
  readonly shareable?: boolean
  readonly tags?: Readonly<Record<string, string>>
}

export interface Snapshot {
  /** `snap-0a1b…` */
  readonly id: string
  readonly name: string
  readonly disk: string
  readonly sizeGiB: number
  readonly state: 'pending' | 'completed'
  /** Virtual ms. */
  readonly createdAt: number
}

/** Disks of one zone each, and snapshots of them that belong to the region. */
export interface Disks {
  list(): readonly Disk[]
  get(id: string): Disk | undefined
  byName(name: string): Disk | undefined
  /** As `DescribeDisks`: can fail where the others only look. */
  describe(idOrName: string): CloudAnswer<Disk | undefined>
  create(disk: NewDisk): CloudAnswer<Disk>
  delete(id: string): CloudAnswer<undefined>
  /** Begins; `attached` follows. Asked again for the same instance it answers what is under way. */
  attach(id: string, instance: string): CloudAnswer<Attachment>
  /** Begins; the attachment disappears. Answers nothing to do as done. */
  detach(id: string, instance: string): CloudAnswer<undefined>
  /** Begins; a disk only grows. */
  resize(id: string, sizeGiB: number): CloudAnswer<Disk>
  createSnapshot(snapshot: { readonly name: string; readonly disk: string }): CloudAnswer<Snapshot>
  deleteSnapshot(id: string): CloudAnswer<undefined>
  snapshots(): readonly Snapshot[]
  snapshot(idOrName: string): Snapshot | undefined
  /** How many disks an instance may have. */
  readonly limitPerInstance: number
  /** What is written on it: a value of the driver's that nobody changes; snapshots and disks made of them share it. */
  content(id: string): unknown
  setContent(id: string, content: unknown): void
}

/** `network`: passes packets on, found by its address. `application`: answers HTTP itself, found by a name. */
export type BalancerKind = 'network' | 'application'
export type BalancerScheme = 'internet-facing' | 'internal'
export type BalancerState = 'provisioning' | 'active' | 'updating' | 'deleting'
export type BackendHealth = 'initial' | 'healthy' | 'unhealthy'

export interface Listener {
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  /** The port of the machines; none: packets arrive there as they are, at the balancer's own address and port. */
  readonly targetPort?: number
}

/** A GET of the path that has to answer 200, or without a path a connection. */
export interface HealthCheck {
  readonly port: number
  readonly path?: string
}

/** What a load balancer is to be. */
export interface BalancerSpec {
  /** Unique. */
  readonly name: string
  readonly kind: BalancerKind
  readonly scheme: BalancerScheme
  readonly listeners: readonly Listener[]
  /** Ids of instances, in any zone. */
  readonly backends: readonly string[]
  readonly healthCheck: HealthCheck
  /** Who may come. Default everybody. */
  readonly sourceRanges?: readonly string[]
  /** A client stays with a machine. */
  readonly sticky?: boolean
  /** One of the account's addresses that is free. Default: any. */
  readonly address?: string
}

export interface LoadBalancer {
  readonly id: string
  readonly state: BalancerState
  readonly spec: BalancerSpec
  readonly address: string
  /** Of an application load balancer. */
  readonly hostname?: string
}

/** Load balancers of the account. */
export interface LoadBalancers {
  list(): readonly LoadBalancer[]
  get(id: string): LoadBalancer | undefined
  byName(name: string): LoadBalancer | undefined
  /** As `DescribeLoadBalancers`: can fail where the others only look. */
  describe(idOrName: string): CloudAnswer<LoadBalancer | undefined>
  /** Begins; `active` follows. */
  create(spec: BalancerSpec): CloudAnswer<LoadBalancer>
  /** Begins; kind, scheme, name and address stay what they are. Answers what is there already where it is as asked. */
  update(id: string, spec: BalancerSpec): CloudAnswer<LoadBalancer>
  /** Begins; its address is free at once. */
  delete(id: string): CloudAnswer<undefined>
  /** How the machines behind it do, by their ids. */
  health(id: string): ReadonlyMap<string, BackendHealth>
}

export interface Route {
  readonly name: string
  /** `10.244.1.0/24` */
  readonly destination: string
  /** The instance that packets to it are handed to. */
  readonly instance: string
}

/** The route table of the account's network. */
export interface Routes {
  list(): readonly Route[]
  describe(): CloudAnswer<readonly Route[]>
  create(route: Route): CloudAnswer<Route>
  delete(name: string): CloudAnswer<undefined>
}

/** How long things take, ms. */
export interface Latencies {
  readonly startInstance: number
  readonly stopInstance: number
  readonly terminateInstance: number
  readonly createDisk: number
  readonly deleteDisk: number
  readonly attachDisk: number
  readonly detachDisk: number
  readonly resizeDisk: number
  readonly createSnapshot: number
  readonly createLoadBalancer: number
  readonly updateLoadBalancer: number
  readonly deleteLoadBalancer: number
}
