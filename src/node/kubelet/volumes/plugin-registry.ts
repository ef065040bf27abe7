import { type CSINodeDriver, isStatus, type Node } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { FileTree } from '../../contract.ts'
import { type CsiDriver, isCsiError } from '../../csi/contract.ts'
import { type CsiSockets, REGISTRATION_DIRECTORY, readPluginInfo } from '../../csi/sockets.ts'

export interface PluginRegistryParts {
  readonly nodeName: string
  readonly client: Client
  readonly files: FileTree
  readonly sockets: CsiSockets | undefined
  log(line: string): void
  /** A driver has come: volumes that wait for it are tried again. */
  onRegistered(): void
}

/**
 * The CSI drivers that have registered with the kubelet, and the CSINode that tells of them.
 * Source: pkg/kubelet/pluginmanager, pkg/volume/csi/csi_plugin.go RegistrationHandler, nodeinfomanager/nodeinfomanager.go
 */
export class PluginRegistry {
  readonly #parts: PluginRegistryParts
  /** Name -> path of the driver's socket on the host. */
  readonly #endpoints = new Map<string, string>()
  /** Registration socket -> driver. */
  readonly #registered = new Map<string, string>()
  #node: Node | undefined
  #stop: (() => void) | undefined

  constructor(parts: PluginRegistryParts) {
    this.#parts = parts
  }

  start(): void {
    this.#stop = this.#parts.files.onChange(REGISTRATION_DIRECTORY, () => this.#look())
  }

  stop(): void {
    this.#stop?.()
  }

  /** The node is known: its drivers can be told of. */
  nodeRegistered(node: Node): void {
    this.#node = node
    this.#look()
  }

  driver(name: string): CsiDriver | undefined {
    const { files, sockets } = this.#parts
    const endpoint = this.#endpoints.get(name)
    return endpoint === undefined ? undefined : sockets?.dial(files, endpoint)
  }

  #look(): void {
    if (this.#node === undefined) return
    const { files } = this.#parts
    const there = new Set<string>()
    for (const name of files.list(REGISTRATION_DIRECTORY)) {
      const path = `${REGISTRATION_DIRECTORY}/${name}`
      there.add(path)
      const info = readPluginInfo(files.read(path), 'CSIPlugin')
      if (info !== undefined && !this.#registered.has(path)) this.#register(path, info.name, info.endpoint)
    }
    for (const [path, name] of this.#registered) if (!there.has(path)) this.#unregister(path, name)
  }

  /** Source: RegisterPlugin */
  #register(path: string, name: string, endpoint: string): void {
    const { files, sockets, log, onRegistered } = this.#parts
    const info = sockets?.dial(files, endpoint)?.node?.info()
    if (info === undefined || isCsiError(info)) {
      const why = info === undefined ? `dial unix ${endpoint}: connect: no such file or directory` : info.error
      log(`E goroutinemap.go:150] "Operation for ${path} failed" err="RegisterPlugin error -- ${why}"`)
      return
    }
    this.#registered.set(path, name)
    this.#endpoints.set(name, endpoint)
    log(`I csi_plugin.go:119] kubernetes.io/csi: Register new plugin with name: ${name} at endpoint: ${endpoint}`)
    const { nodeId, maxVolumes, topology } = info
    this.#label(topology)
    this.#setDriver(name, {
      name,
      nodeID: nodeId,
      topologyKeys: Object.keys(topology).sort(),
      ...(maxVolumes > 0 && { allocatable: { count: maxVolumes } }),
    })
    onRegistered()
  }

  #unregister(path: string, name: string): void {
    this.#registered.delete(path)
    this.#endpoints.delete(name)
    this.#setDriver(name, undefined)
  }

  /** Source: nodeinfomanager.go updateTopologyLabels */
  #label(topology: Readonly<Record<string, string>>): void {
    this.#parts.client.update('Node', this.#parts.nodeName, undefined, (node) => {
      const { labels } = node.metadata
      if (Object.entries(topology).every(([key, value]) => labels?.[key] === value)) return undefined
      return { ...node, metadata: { ...node.metadata, labels: { ...labels, ...topology } } }
    })
  }

  /** Source: nodeinfomanager.go updateCSINode, installDriverToCSINode */
  #setDriver(name: string, driver: CSINodeDriver | undefined): void {
    const { client, nodeName } = this.#parts
    const change = (drivers: readonly CSINodeDriver[]) => [
      ...drivers.filter((each) => each.name !== name),
      ...(driver === undefined ? [] : [driver]),
    ]
    if (client.get('CSINode', nodeName) === undefined) this.#create(change([]))
    else
      client.update('CSINode', nodeName, undefined, (now) => ({
        ...now,
        spec: { drivers: change(now.spec.drivers ?? []) },
      }))
  }

  /** Source: nodeinfomanager.go CreateCSINode */
  #create(drivers: readonly CSINodeDriver[]): void {
    const { client, nodeName, log } = this.#parts
    const answer = client.create({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: {
        name: nodeName,
        annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': MIGRATED },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: this.#node!.metadata.uid! }],
      },
      spec: { drivers },
    })
    if (isStatus(answer)) log(`E csi_plugin.go:341] "Failed to initialize CSINode" err="${answer.message}"`)
  }
}

const MIGRATED =
  'kubernetes.io/aws-ebs,kubernetes.io/azure-disk,kubernetes.io/azure-file,kubernetes.io/cinder,kubernetes.io/gce-pd,kubernetes.io/portworx-volume,kubernetes.io/vsphere-volume'
