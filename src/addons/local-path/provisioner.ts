import type { PersistentVolume, Pod } from '../../api/types.ts'
import { isStatus } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { Process } from '../../node/contract.ts'
import type {
  Provisioner,
  ProvisionFailure,
  ProvisionOptions,
  ProvisionOutcome,
} from '../external-provisioner/contract.ts'
import { type ClassConfig, configOfClass, isShared, type LocalPathConfig, pathOnNode } from './config.ts'
import { type HelperTask, helperPod } from './helper-pod.ts'
import { fillPattern, folderOf } from './patterns.ts'

export interface LocalPathDeps {
  readonly process: Process
  readonly client: Client
  readonly namespace: string
  readonly serviceAccountName: string
  readonly configMap: string
  /** As they are now in the files. */
  readonly config: () => LocalPathConfig
  readonly template: () => Pod
  readonly log: (level: 'info' | 'error', message: string) => void
}

const HOSTNAME = 'kubernetes.io/hostname'
const POLL_MS = 1000

/** Directories of nodes as volumes. Source: rancher/local-path-provisioner provisioner.go LocalPathProvisioner */
export class LocalPathProvisioner implements Provisioner {
  readonly supportsBlock = false
  readonly #deps: LocalPathDeps

  constructor(deps: LocalPathDeps) {
    this.#deps = deps
  }

  provision(options: ProvisionOptions, done: (outcome: ProvisionOutcome) => void): void {
    const plan = this.#plan(options)
    if ('error' in plan) {
      done(plan)
      return
    }
    const { task, shared } = plan
    this.#runHelper(task, (error) => {
      done(error === undefined ? this.#volume(options, task.path, shared ? undefined : task.node) : { error })
    })
  }

  #plan(options: ProvisionOptions): { readonly task: HelperTask; readonly shared: boolean } | ProvisionFailure {
    try {
      return this.#planned(options)
    } catch (error) {
      return { error: (error as Error).message }
    }
  }

  /** Source: provisionFor */
  #planned(options: ProvisionOptions): { readonly task: HelperTask; readonly shared: boolean } | ProvisionFailure {
    const { claim, selectedNode, storageClass, volumeName: name } = options
    const { log, config } = this.#deps
    const found = configOfClass(config(), storageClass.metadata.name)
    if (typeof found === 'string') return { error: found }
    const shared = isShared(found)
    if (typeof shared === 'string') return { error: shared }
    const refused = shared ? undefined : refusal(options)
    if (refused !== undefined) return { error: refused }
    const node = selectedNode ?? ''
    const base = this.#base(found, shared, node, storageClass.parameters?.nodePath ?? '')
    if ('error' in base) return base
    const path = `${base.path.replace(/\/+$/, '')}/${folderOf(options)}`
    log('info', `Creating volume ${name} at ${placeText(node, path)}`)
    const task: HelperTask = {
      action: 'create',
      name,
      path,
      mode: claim.spec.volumeMode ?? 'Filesystem',
      size: claim.spec.resources?.requests?.storage ?? '0',
      node,
      command: config().setupCommand,
      owner: ownerOf(options),
    }
    return { task, shared }
  }

  #base(config: ClassConfig, shared: boolean, node: string, asked: string) {
    if (shared) return { path: config.sharedPath }
    return pathOnNode(config, node, asked, (count) => this.#deps.process.random.int(count))
  }

  #volume(options: ProvisionOptions, path: string, node: string | undefined): ProvisionOutcome {
    const { claim, storageClass, volumeName } = options
    const { annotations = {} } = storageClass.metadata
    const type = claim.metadata.annotations?.volumeType ?? annotations.defaultVolumeType ?? 'hostPath'
    const source = sourceOf(type.toLowerCase(), path)
    if (source === undefined)
      return { error: `failed to create persistent volume source: "${type}" is not a recognised volume type` }
    const key = storageClass.parameters?.nodeAffinityKey || HOSTNAME
    const { accessModes, resources } = claim.spec
    const volume: PersistentVolume = {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: volumeName,
        annotations: { 'local.path.provisioner/selected-node': options.selectedNode ?? '' },
      },
      spec: {
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
        ...(accessModes && { accessModes }),
        volumeMode: 'Filesystem',
        capacity: { storage: resources?.requests?.storage ?? '0' },
        ...source,
        ...(node !== undefined && { nodeAffinity: this.#affinity(key, node) }),
      },
    }
    return volume
  }

  #affinity(key: string, node: string) {
    const value = this.#deps.client.get('Node', node)?.metadata.labels?.[key] ?? node
    return { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [value] }] }] } }
  }

  /** Source: deleteFor */
  delete(volume: PersistentVolume, done: (error?: string) => void): void {
    const { client, config, log } = this.#deps
    const { name } = volume.metadata
    const place = this.#placeOf(volume)
    if (typeof place === 'string') {
      done(`failed to delete volume ${name}: ${place}`)
      return
    }
    const { path, node } = place
    if (node !== '' && client.get('Node', node) === undefined) {
      log('info', `Node ${node} does not exist, skipping cleanup of volume ${name}`)
      done()
      return
    }
    log('info', `Deleting volume ${name} at ${placeText(node, path)}`)
    const task: HelperTask = {
      action: 'delete',
      name,
      path,
      mode: volume.spec.volumeMode ?? 'Filesystem',
      size: volume.spec.capacity?.storage ?? '0',
      node,
      command: config().teardownCommand,
    }
    this.#runHelper(task, (error) => {
      if (error !== undefined) log('info', `clean up volume ${name} failed: ${error}`)
      done(error === undefined ? undefined : `failed to delete volume ${name}: ${error}`)
    })
  }

  #placeOf(volume: PersistentVolume): { readonly path: string; readonly node: string } | string {
    const found = configOfClass(this.#deps.config(), volume.spec.storageClassName ?? '')
    if (typeof found === 'string') return found
    const place = placeOf(volume, isShared(found) === true)
    return typeof place === 'string' ? `failed to delete volume ${volume.metadata.name}: ${place}` : place
  }

  /** Source: createHelperPod */
  #runHelper(task: HelperTask, done: (error?: string) => void): void {
    const { client, log, namespace, template } = this.#deps
    const failed = (why = '') => done(`failed to ${task.action} volume ${task.name}: ${why}`)
    const pod = helperPod(template(), task, this.#deps)
    if (typeof pod === 'string') {
      failed(pod)
      return
    }
    const { name } = pod.metadata
    log('info', `create the helper pod ${name} into ${namespace}`)
    const made = client.create(pod)
    if (isStatus(made) && made.reason !== 'AlreadyExists') {
      failed(made.message)
      return
    }
    this.#followHelper(name, (error) => {
      client.delete('Pod', name, namespace)
      if (error === undefined) {
        log('info', `Volume ${task.name} has been ${task.action}d on ${placeText(task.node, task.path)}`)
        done()
      } else failed(error)
    })
  }

  /** Looks at the pod every second until it has succeeded, or too long has passed. */
  #followHelper(name: string, over: (error?: string) => void): void {
    const { client, process, namespace, config } = this.#deps
    const { timeoutSeconds } = config()
    const { clock } = process.world
    let timer: ReturnType<typeof clock.setTimeout> | undefined
    process.onEnd(() => clock.clearTimeout(timer))
    const look = (left: number): void => {
      const now = client.get('Pod', name, namespace)
      if (now === undefined) over(`pods "${name}" not found`)
      else if (now.status?.phase === 'Succeeded') over()
      else if (left === 0) over(`create process timeout after ${timeoutSeconds} seconds`)
      else timer = clock.setTimeout(() => look(left - 1), POLL_MS)
    }
    look(timeoutSeconds)
  }
}

function placeText(node: string, path: string): string {
  return node === '' ? path : `${node}:${path}`
}

function refusal({ claim, selectedNode }: ProvisionOptions): string | undefined {
  if (claim.spec.selector !== undefined) return 'claim.Spec.Selector is not supported'
  if (claim.spec.accessModes?.some((mode) => mode !== 'ReadWriteOnce' && mode !== 'ReadWriteOncePod'))
    return 'NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes'
  return selectedNode === undefined ? 'configuration error, no node was specified' : undefined
}

function ownerOf(options: ProvisionOptions) {
  const { parameters, metadata } = options.storageClass
  const fill = (name: string) => fillPattern(parameters?.[name] ?? metadata.annotations?.[name] ?? '', options).trim()
  return { user: fill('userPattern'), group: fill('groupPattern'), permissions: fill('permPattern') }
}

function sourceOf(type: string, path: string) {
  if (type === 'local') return { local: { path } }
  return type === 'hostpath' ? { hostPath: { path, type: 'DirectoryOrCreate' } } : undefined
}

/** Source: getPathAndNodeForPV */
function placeOf({ spec }: PersistentVolume, shared: boolean): { path: string; node: string } | string {
  const path = spec.hostPath?.path ?? spec.local?.path
  if (path === undefined) return 'no path set'
  if (shared) return { path, node: '' }
  const { nodeAffinity } = spec
  if (nodeAffinity === undefined) return 'no NodeAffinity set'
  if (nodeAffinity.required === undefined) return 'no NodeAffinity.Required set'
  for (const { matchExpressions = [] } of nodeAffinity.required.nodeSelectorTerms)
    for (const { operator, values = [] } of matchExpressions)
      if (operator === 'In')
        return values.length === 1 ? { path, node: values[0]! } : 'multiple values for the node affinity'
  return 'cannot find affinited node'
}
