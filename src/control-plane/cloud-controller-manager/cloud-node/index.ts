import { unknownError } from '../../../api/status.ts'
import { isStatus, type Node, type Status } from '../../../api/types.ts'
import { startLoop } from '../../../client/work-loop.ts'
import type { Timer } from '../../../sim/clock.ts'
import { type InstanceMetadata, isProviderError, type ProviderAnswer } from '../cloud-provider.ts'
import type { CloudController, CloudControllerContext, CloudControllerDescriptor } from '../controller.ts'
import { withTaints } from '../taints.ts'
import { addressesDiffer, PROVIDED_NODE_IP, preferringNodeIP, withHostname } from './addresses.ts'
import { labelsToReconcile, withCloudLabels } from './labels.ts'

export const UNINITIALIZED = 'node.cloudprovider.kubernetes.io/uninitialized'

/**
 * Says of new nodes what and where they are in the cloud, and lets Pods onto them; keeps their addresses.
 * Source: k8s.io/cloud-provider/controllers/node/node_controller.go
 */
export const cloudNodeController: CloudControllerDescriptor = {
  name: 'cloud-node-controller',
  account: 'node-controller',
  component: 'cloud-node-controller',
  start: (context) => new CloudNodeController(context),
}

class CloudNodeController implements CloudController {
  readonly #c: CloudControllerContext
  readonly #loop
  readonly #startedAt: number
  readonly #stops: readonly (() => void)[]
  #update: Timer | undefined

  constructor(context: CloudControllerContext) {
    const { world, informers, provider } = context
    this.#c = context
    this.#startedAt = world.clock.now()
    this.#loop = startLoop({
      component: 'cloud-controller-manager/cloud-node-controller',
      world,
      reconcile: (name) => this.#sync(name),
    })
    this.#stops = [
      informers.on('Node', ({ type, object }, old) => {
        if (type === 'DELETED') return
        if (!isInitialized(object) || Object.keys(labelsToReconcile(object)).length > 0)
          this.#loop.queue.add(object.metadata.name)
        if (old?.status?.addresses !== object.status?.addresses) this.#addressesMayDiffer()
      }),
      provider.onChange(() => this.#addressesMayDiffer()),
    ]
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#c.world.clock.clearTimeout(this.#update)
    this.#loop.stop()
  }

  /** Source: node_controller.go syncNode */
  #sync(name: string): Status | undefined {
    const { client, recorder } = this.#c
    const node = client.get('Node', name)
    if (node === undefined) return undefined
    if (isInitialized(node)) return this.#reconcileLabels(node)
    const metadata = this.#metadataOf(node)
    if (metadata === undefined) return undefined
    if (isProviderError(metadata)) return this.#failed(name, metadata.error)
    const updated = client.update('Node', name, undefined, (current) => initialized(current, metadata))
    if (isStatus(updated)) return updated.reason === 'NotFound' ? undefined : this.#failed(name, updated.message ?? '')
    this.#updateAddresses(updated, metadata)
    recorder.event(node, 'Normal', 'Synced', 'Node synced successfully')
    return undefined
  }

  /** What the cloud says of a node that is new to it. Source: node_controller.go getInstanceMetadata */
  #metadataOf(node: Node): ProviderAnswer<InstanceMetadata | undefined> {
    const { name } = node.metadata
    const metadata = this.#c.provider.instances.metadata(node)
    if (metadata === undefined) return undefined
    if (isProviderError(metadata))
      return { error: `failed to get instance metadata for node ${name}: ${metadata.error}` }
    const providerID = metadata.providerID || (node.spec?.providerID ?? '')
    if (providerID === '')
      return {
        error: `failed to get instance metadata for node ${name}: cloud provider does not set node provider ID for node ${name}`,
      }
    const usable = preferringNodeIP(node.metadata.annotations?.[PROVIDED_NODE_IP], metadata.nodeAddresses)
    if (isProviderError(usable))
      return {
        error: `failed to get node modifiers from cloud provider: provided node ip for node "${name}" is not valid: ${usable.error}`,
      }
    return { ...metadata, providerID }
  }

  #failed(name: string, error: string): Status {
    this.#c.log(`E node_controller.go:253] "Unhandled Error" err="error syncing '${name}': ${error}, requeuing"`)
    return unknownError(error)
  }

  #reconcileLabels(node: Node): Status | undefined {
    if (Object.keys(labelsToReconcile(node)).length === 0) return undefined
    const answer = this.#c.client.update('Node', node.metadata.name, undefined, (current) => {
      const labels = { ...current.metadata.labels, ...labelsToReconcile(current) }
      return { ...current, metadata: { ...current.metadata, labels } }
    })
    return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
  }

  /** Source: node_controller.go updateNodeAddress */
  #updateAddresses(node: Node, { nodeAddresses }: InstanceMetadata): void {
    if (!isInitialized(node) || nodeAddresses.length === 0) return
    const { name, annotations } = node.metadata
    const current = node.status?.addresses ?? []
    const addresses = preferringNodeIP(annotations?.[PROVIDED_NODE_IP], withHostname(nodeAddresses, current))
    if (isProviderError(addresses)) {
      this.#c.log(`E node_controller.go:413] Failed to update node addresses for node "${name}": ${addresses.error}`)
      return
    }
    if (!addressesDiffer(current, addresses)) return
    this.#c.client.updateStatus('Node', name, undefined, (now) => ({ ...now, status: { ...now.status, addresses } }))
  }

  /** The next of the looks that are taken every --node-status-update-frequency has something to see. */
  #addressesMayDiffer(): void {
    if (this.#update?.callback !== undefined) return
    const { world, flags } = this.#c
    const every = flags.nodeStatusUpdateFrequency
    const now = world.clock.now()
    const at = this.#startedAt + (Math.floor((now - this.#startedAt) / every) + 1) * every
    this.#update = world.clock.setTimeout(() => this.#updateAll(), at - now)
  }

  /** Source: node_controller.go UpdateNodeStatus */
  #updateAll(): void {
    const { client, provider, log } = this.#c
    let failed = false
    for (const node of client.list('Node')) {
      if (!isInitialized(node)) continue
      const metadata = provider.instances.metadata(node)
      if (isProviderError(metadata)) {
        log(`E node_controller.go:298] Error getting instance metadata for node addresses: ${metadata.error}`)
        failed = true
      } else if (metadata !== undefined) this.#updateAddresses(node, metadata)
    }
    if (failed) this.#addressesMayDiffer()
  }
}

export function isInitialized({ spec }: Node): boolean {
  return !(spec?.taints ?? []).some(({ key }) => key === UNINITIALIZED)
}

function initialized(node: Node, metadata: InstanceMetadata): Node {
  const labels = withCloudLabels(node.metadata.labels ?? {}, metadata)
  const providerID = node.spec?.providerID || metadata.providerID
  const named = { ...node, metadata: { ...node.metadata, labels }, spec: { ...node.spec, providerID } }
  return withTaints(
    named,
    (node.spec?.taints ?? []).filter(({ key }) => key !== UNINITIALIZED),
  )
}
