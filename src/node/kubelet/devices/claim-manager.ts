import { quantityValue } from '../../../api/quantity.ts'
import { claimNameOf, isReservedFor, notForPod } from '../../../api/resource-claims.ts'
import type {
  Container,
  DeviceRequestAllocationResult,
  Pod,
  ResourceClaim,
  ResourceHealth,
} from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import { REGISTRATION_DIRECTORY, readPluginInfo } from '../../csi/sockets.ts'
import { type DraDriverOffer, readDraOffer } from '../../plugin-socket.ts'
import type { KubeletContext } from '../kubelet-context.ts'

/** Source: pkg/kubelet/cm/dra/plugin/dra_plugin_manager.go wipingDelay */
const WIPING_DELAY = 30_000
/** Source: pkg/kubelet/cm/container_manager_linux.go, state/checkpoint */
const CHECKPOINT = '/var/lib/kubelet/dra_manager_state'

/** A claim whose devices are ready to be used. Source: pkg/kubelet/cm/dra/claiminfo.go ClaimInfo */
interface PreparedClaim {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly pods: readonly string[]
  readonly devices: readonly PreparedDevice[]
}

interface PreparedDevice extends Pick<DeviceRequestAllocationResult, 'driver' | 'pool' | 'device'> {
  /** Without the alternative that was taken. */
  readonly request: string
  readonly cdi: string
  readonly env: Readonly<Record<string, string>>
}

/** DRA drivers that have registered, and the claims they have prepared. Source: pkg/kubelet/cm/dra/manager.go */
export class ClaimManager {
  readonly #context: KubeletContext
  readonly #onChange: () => void
  /** Name -> path of the driver's socket on the host. */
  #endpoints: ReadonlyMap<string, string> = new Map()
  readonly #wiping = new Map<string, Timer>()
  #prepared: readonly PreparedClaim[] = []
  readonly #stops: (() => void)[] = []

  constructor(context: KubeletContext, onChange: () => void) {
    this.#context = context
    this.#onChange = onChange
  }

  start(): void {
    const { files } = this.#context
    this.#prepared = JSON.parse(files.read(CHECKPOINT) ?? '[]') as readonly PreparedClaim[]
    this.#stops.push(files.onChange(REGISTRATION_DIRECTORY, () => this.#look()))
    this.#look()
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    for (const timer of this.#wiping.values()) this.#context.world.clock.clearTimeout(timer)
  }

  /** Has drivers make devices of the pod's claims ready. @returns why that cannot be. Source: prepareResources */
  prepare(pod: Pod): string | undefined {
    const prepared: PreparedClaim[] = []
    for (const { name, isOwn } of claimsOf(pod)) {
      if (name === undefined)
        return `pod "${pod.metadata.namespace}/${pod.metadata.name}": ResourceClaim not created yet`
      const claim = this.#fetch(pod, name, isOwn)
      const info = typeof claim === 'string' ? claim : this.#prepareClaim(pod, claim)
      if (typeof info === 'string') return info
      prepared.push(info)
    }
    if (prepared.length > 0)
      this.#save([...this.#prepared.filter(({ uid }) => prepared.every((each) => each.uid !== uid)), ...prepared])
    return undefined
  }

  #fetch(pod: Pod, name: string, isOwn: boolean): ResourceClaim | string {
    const claim = this.#context.client.get('ResourceClaim', name, pod.metadata.namespace)
    if (claim === undefined) return `fetch ResourceClaim ${name}: resourceclaims.resource.k8s.io "${name}" not found`
    const foreign = isOwn ? notForPod(pod, claim) : undefined
    if (foreign !== undefined) return foreign
    if (isReservedFor(pod, claim)) return claim
    return `pod ${pod.metadata.name} (${pod.metadata.uid}) is not allowed to use ResourceClaim ${name} (${claim.metadata.uid})`
  }

  #prepareClaim(pod: Pod, { metadata, status }: ResourceClaim): PreparedClaim | string {
    const { uid = '', name, namespace = '' } = metadata
    const results = status?.allocation?.devices?.results
    if (results === undefined) return `ResourceClaim ${name}: not allocated`
    const known = this.#prepared.find((each) => each.namespace === namespace && each.name === name)
    if (known !== undefined && known.uid !== uid)
      return `old ResourceClaim with same name ${name} and different UID ${known.uid} still exists (previous pod force-deleted?!)`
    const offers = new Map<string, DraDriverOffer>()
    for (const { driver } of results) {
      const offer = this.#offerOf(driver)
      if (offer === undefined) return `DRA driver ${driver} is not registered`
      offers.set(driver, offer)
    }
    const pods = [...new Set([...(known?.pods ?? []), pod.metadata.uid ?? ''])]
    if (known !== undefined) return { ...known, pods }
    const missing = results.find(({ driver, device }) => offers.get(driver)!.devices[device] === undefined)
    if (missing !== undefined)
      return `NodePrepareResources failed for ResourceClaim ${name}: requested device is not allocatable: ${missing.device}`
    return { uid, namespace, name, pods, devices: results.map((each) => preparedDevice(each, uid, offers)) }
  }

  #offerOf(driver: string): DraDriverOffer | undefined {
    const endpoint = this.#endpoints.get(driver)
    return endpoint === undefined ? undefined : readDraOffer(this.#context.files.read(endpoint))
  }

  /** What CDI sets in a container for the devices it has. Source: GetResources */
  environment(pod: Pod, container: Container): Readonly<Record<string, string>> {
    if (this.#prepared.length === 0) return {}
    const env: Record<string, string> = {}
    for (const { name, request } of requestsOf(pod, container))
      for (const device of this.#devices(pod, name, request)) Object.assign(env, device.env)
    return env
  }

  /** Source: UpdateAllocatedResourcesStatus, buildResourceHealth */
  health(pod: Pod, container: Container | undefined) {
    const claims = container?.resources?.claims ?? []
    if (claims.length === 0 || this.#prepared.length === 0) return undefined
    const statuses = claims.flatMap(({ name, request }) => {
      const entry = pod.spec.resourceClaims?.find((each) => each.name === name)
      const claim = entry && claimNameOf(pod, entry)
      const devices = claim ? this.#devices(pod, claim, request) : []
      const resources = devices.map(
        ({ driver, device, cdi }): ResourceHealth => ({
          resourceID: cdi,
          health: this.#offerOf(driver)?.devices[device]?.health ?? 'Unknown',
        }),
      )
      return resources.length === 0 ? [] : [{ name: `claim:${name}${request ? `/${request}` : ''}`, resources }]
    })
    return statuses.length === 0 ? undefined : statuses
  }

  #devices(pod: Pod, claim: string, request: string | undefined): readonly PreparedDevice[] {
    const { namespace } = pod.metadata
    const prepared = this.#prepared.find((each) => each.namespace === namespace && each.name === claim)
    const base = request?.split('/')[0]
    return (prepared?.devices ?? []).filter((each) => !base || each.request === base)
  }

  /** Nothing of the pod runs any more. Source: UnprepareResources */
  release(podUid: string): void {
    if (!this.#prepared.some(({ pods }) => pods.includes(podUid))) return
    const left = this.#prepared.map((claim) => ({ ...claim, pods: claim.pods.filter((each) => each !== podUid) }))
    this.#save(left.filter(({ pods }) => pods.length > 0))
  }

  #save(prepared: readonly PreparedClaim[]): void {
    this.#prepared = prepared
    this.#context.files.write(CHECKPOINT, JSON.stringify(prepared))
  }

  /** A driver has come or gone, or says something else. Source: pkg/kubelet/pluginmanager, dra_plugin_manager.go */
  #look(): void {
    const { files, world, log } = this.#context
    const before = this.#endpoints
    const now = new Map<string, string>()
    for (const file of files.list(REGISTRATION_DIRECTORY)) {
      const info = readPluginInfo(files.read(`${REGISTRATION_DIRECTORY}/${file}`), 'DRAPlugin')
      if (info !== undefined) now.set(info.name, info.endpoint)
    }
    this.#endpoints = now
    for (const [driver, endpoint] of now) {
      if (before.get(driver) === endpoint) continue
      world.clock.clearTimeout(this.#wiping.get(driver))
      this.#wiping.delete(driver)
      this.#stops.push(files.onChange(endpoint, () => this.#onChange()))
      log(`I dra_plugin_manager.go:371] "Registered DRA plugin" driverName="${driver}" endpoint="${endpoint}"`)
    }
    for (const driver of before.keys())
      if (!now.has(driver))
        this.#wiping.set(
          driver,
          world.clock.setTimeout(() => this.#wipe(driver), WIPING_DELAY),
        )
    if (now.size !== before.size) this.#onChange()
  }

  /** Nobody speaks for the driver's devices any more. Source: wipeResourceSlices */
  #wipe(driver: string): void {
    const { client, nodeName } = this.#context
    this.#wiping.delete(driver)
    for (const { metadata, spec } of client.list('ResourceSlice', { fieldSelector: `spec.nodeName=${nodeName}` }))
      if (spec.driver === driver) client.delete('ResourceSlice', metadata.name)
  }
}

function preparedDevice(
  { driver, pool, device, request }: DeviceRequestAllocationResult,
  uid: string,
  offers: ReadonlyMap<string, DraDriverOffer>,
): PreparedDevice {
  const variables = Object.entries(offers.get(driver)!.devices[device]!.env ?? {})
  const env = Object.fromEntries(variables.map(([name, value]) => [name, value.replaceAll('$CLAIM', uid)]))
  const cdi = `k8s.${driver}/claim=${uid}-${device}`
  return { driver, pool, device, request: request.split('/')[0]!, cdi, env }
}

/** The claims of a pod, and the one that was made for its extended resources; undefined names: not made yet. */
function claimsOf(pod: Pod): readonly { readonly name: string | undefined; readonly isOwn: boolean }[] {
  const extended = pod.status?.extendedResourceClaimStatus?.resourceClaimName
  const claims = (pod.spec.resourceClaims ?? []).map((entry) => ({
    name: claimNameOf(pod, entry),
    isOwn: entry.resourceClaimTemplateName !== undefined,
  }))
  return [...claims.filter(({ name }) => name !== ''), ...(extended ? [{ name: extended, isOwn: false }] : [])]
}

/** What a container may use of which claim; without a request: all of it. */
function requestsOf(pod: Pod, { name: containerName, resources }: Container) {
  const named = (resources?.claims ?? []).flatMap(({ name, request }) => {
    const entry = pod.spec.resourceClaims?.find((each) => each.name === name)
    const claim = entry && claimNameOf(pod, entry)
    return claim ? [{ name: claim, request }] : []
  })
  const { resourceClaimName, requestMappings = [] } = pod.status?.extendedResourceClaimStatus ?? {}
  const extended = requestMappings.filter(
    (each) => each.containerName === containerName && quantityValue(resources?.requests?.[each.resourceName]) > 0,
  )
  return [...named, ...extended.map(({ requestName }) => ({ name: resourceClaimName!, request: requestName }))]
}
