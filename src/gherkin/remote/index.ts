import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiResponse } from '../../api/request.ts'
import { isStatus, type Node, type PersistentVolume } from '../../api/types.ts'
import type { RequestOutcome, RequestSource, Topology, TopologyNode } from '../../cluster/contract.ts'
import { DEFAULT_TOPOLOGY } from '../../cluster/topology.ts'
import { SpecError } from '../step.ts'
import {
  type Actor,
  type Capability,
  type CommandResult,
  NotReadable,
  type Reader,
  type Target,
  type TargetRequest,
} from '../target.ts'
import { type Change, castNodes, isControlPlane } from './cast.ts'
import { CleanUp } from './cleanup.ts'
import { Connection, said } from './connection.ts'
import { FromInside } from './from-inside.ts'
import { localNamespaces } from './local-names.ts'
import { namingNodes, nodesIn } from './local-nodes.ts'
import { Mirror } from './mirror.ts'
import { NodesBefore } from './nodes-before.ts'
import type { Reach } from './reach.ts'
import { RemoteKubectl, type RunKubectl } from './remote-kubectl.ts'
import { Turn } from './turns.ts'

/** What was just done is given this long (wall ms) to be seen. */
const SETTLE_MS = 100
/** Policies and webhooks hold once every API server has heard of them (wall ms). Source: apiserver/pkg/admission/plugin/policy/generic/policy_source.go policyRefreshInterval */
const HEARD_MS = 3000
/** Without any change, conditions are looked at again after this long (wall ms): some depend on time alone. */
const POLL_MS = 1000

export interface RemoteOptions {
  /** `kubeconfig` or `kubeconfig:CONTEXT`. */
  readonly target: string
  readonly kubectl: RunKubectl
  /** What the scenario lays hands on; default its own namespaces. */
  readonly reach?: Reach
  readonly readFile?: (path: string) => string | undefined
  /** Told before anything is made there: from here on it has to be closed. */
  readonly onBegin?: (remote: RemoteCluster) => void
}

/**
 * A cluster that a kubeconfig leads to, reached as any client reaches it: on the wall clock, with watches for history. Each
 * scenario works in namespaces of its own and leaves nothing behind.
 */
export class RemoteCluster implements Target {
  readonly name: string
  readonly reader: Reader
  readonly #connection: Connection
  readonly #mirror: Mirror
  readonly #cleanUp: CleanUp
  readonly #inside: FromInside
  readonly #options: RemoteOptions
  readonly #id = randomBytes(4).toString('hex')
  readonly #names = localNamespaces(this.#id)
  #kubectl: RemoteKubectl | undefined
  #turn: Turn | undefined
  #closing: Promise<void> | undefined
  #nodes: NodesBefore | undefined
  #naming = (told: unknown): unknown => told

  /** @throws {SpecError} where the kubeconfig leads nowhere */
  static async connect(options: RemoteOptions): Promise<RemoteCluster> {
    const connection = new Connection(options.target)
    const refusal = await connection.refusal()
    if (refusal !== undefined) throw new SpecError(refusal)
    const remote = new RemoteCluster(connection, options)
    options.onBegin?.(remote)
    try {
      await remote.#begin()
    } catch (error) {
      await remote.close()
      throw error
    }
    return remote
  }

  private constructor(connection: Connection, options: RemoteOptions) {
    this.name = `context "${connection.context}"`
    this.#options = options
    this.#connection = connection
    this.#mirror = new Mirror(connection)
    this.reader = this.#mirror
    this.#cleanUp = new CleanUp(connection, this.#id)
    this.#inside = new FromInside(connection, this.#mirror)
  }

  /** The namespace that the scenario knows as `default`. */
  async #begin(): Promise<void> {
    const resource = { group: '', version: 'v1', resource: 'namespaces' }
    const name = this.#names.adopt('default')
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    const answer = await this.send({ verb: 'create', resource, body })
    if (isStatus(answer.body))
      throw new SpecError(`${this.name} gives the scenario no namespace: ${answer.body.message}`)
    const { reach, kubectl, readFile = () => undefined } = this.#options
    this.#kubectl = new RemoteKubectl(this.#connection, name, kubectl, readFile)
    this.#turn = await Turn.take(this.#connection, name, reach?.alone ?? false)
    if (reach?.alone) this.#nodes = await NodesBefore.look(this.#connection)
  }

  /** Pods of a namespace are refused until its ServiceAccount is there. */
  async #defaultServiceAccount(namespace: string): Promise<void> {
    const resource = { group: '', version: 'v1', resource: 'serviceaccounts' }
    for (let tries = 0; tries < 100; tries++) {
      const { code } = await this.#connection.send({ verb: 'get', resource, namespace, name: 'default' })
      if (code === 200) return
      await sleep(SETTLE_MS)
    }
  }

  can(_what: Capability): boolean {
    return false
  }

  /** A real cluster is as it is: it either has the machines that were asked for, or not. */
  async prepare(topology: Topology | undefined): Promise<string | undefined> {
    await this.#mirror.ready()
    const { reach } = this.#options
    const all = await this.#nodesThere()
    if (typeof all === 'string')
      return reach?.countsNodes || topology !== undefined ? `does not show its nodes: ${all}` : undefined
    const nodes = all.filter(isReady)
    if (nodes.length === 0) return reach?.needsNodes === false ? undefined : 'has no Ready node'
    const lacks = lacking(topology, nodes, reach)
    if (lacks !== undefined) return lacks
    const cast = castNodes(topology, nodes)
    if (typeof cast === 'string') return cast
    const unplayed = (topology ?? DEFAULT_TOPOLOGY).nodes
      .map(({ name }) => name)
      .filter((name) => !cast.names.has(name))
    const [missed] = unplayed.length === 0 ? [] : (nodesIn(unplayed).exec(reach?.says ?? '') ?? [])
    if (missed !== undefined) return `has no node for "${missed}"`
    this.#naming = namingNodes(cast.names)
    for (const change of cast.changes) await this.#tell(change)
    return undefined
  }

  /** Says of a node what its part asks for. */
  async #tell({ node, labels, taints }: Change): Promise<void> {
    const { spec } = this.#mirror.get('Node', node)!
    const body = { metadata: { labels }, spec: { taints: [...(spec?.taints ?? []), ...taints] } }
    const patchType = 'application/merge-patch+json'
    const { body: answer } = await this.send({ verb: 'patch', resource: NODES, name: node, body, patchType })
    if (isStatus(answer))
      throw new SpecError(`${this.name} does not let node "${node}" be what it has to be: ${answer.message}`)
  }

  namingNodes(told: unknown): unknown {
    return this.#naming(told)
  }

  /** @returns why they cannot be seen, where that is so */
  async #nodesThere(): Promise<readonly Node[] | string> {
    void this.#mirror.watch('Node', {}, () => {})
    await this.#mirror.ready()
    try {
      return this.#mirror.list('Node')
    } catch (error) {
      if (error instanceof NotReadable) return error.because
      throw error
    }
  }

  now(): number {
    return Date.now()
  }

  async advance(ms: number): Promise<void> {
    await this.#mirror.ready()
    await sleep(Math.max(ms, SETTLE_MS))
  }

  async nextInstant(until: number): Promise<void> {
    await this.#mirror.change(Math.max(0, Math.min(POLL_MS, until - Date.now())))
  }

  async settle(): Promise<void> {
    await this.advance(0)
  }

  async send(request: TargetRequest, as?: Actor): Promise<ApiResponse> {
    this.#mustBeOpen()
    await this.#cleanUp.before(request)
    const answer = await this.#connection.send(this.#cleanUp.marked(request), as)
    this.#cleanUp.after(request, answer)
    if (request.resource.group === 'admissionregistration.k8s.io' && answer.code < 300) await sleep(HEARD_MS)
    if (request.resource.resource === 'namespaces' && answer.code === 201)
      await this.#defaultServiceAccount((answer.body as { metadata: { name: string } }).metadata.name)
    return answer
  }

  async silence(): Promise<string | undefined> {
    const { code, text } = await this.#connection.raw('GET', '/version')
    return code === 503 ? said(code, text) : undefined
  }

  request(from: RequestSource, url: string): Promise<RequestOutcome> {
    return this.#inside.request(from, url)
  }

  resolve(from: RequestSource, name: string): Promise<readonly string[]> {
    return this.#inside.resolve(from, name)
  }

  async logs(namespace: string, pod: string, container: string): Promise<readonly string[]> {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${encodeURIComponent(container)}`
    const { code, text } = await this.#connection.raw('GET', path)
    return code === 200 ? text.split('\n') : []
  }

  async kubectl(args: readonly string[]): Promise<CommandResult> {
    this.#mustBeOpen()
    return this.#kubectl!.run(this.#names.inCommand(args))
  }

  /** A step that goes on after the scenario was interrupted makes nothing any more. */
  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw new SpecError('the scenario was interrupted')
  }

  namespace(name: string): string {
    return this.#names.of(name)
  }

  adoptNamespace(name: string): void {
    this.#names.adopt(name)
  }

  owns(namespace: string | undefined): boolean {
    return namespace === undefined || this.#names.owns(namespace)
  }

  translate(text: string): string {
    return this.#names.inText(text)
  }

  /** @throws where something could not be undone: the next scenario would find it */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Until the claims of the scenario's namespaces are gone, and the volumes that go with them. */
  async #volumesGone(): Promise<void> {
    for (const deadline = Date.now() + VOLUMES_GO_MS; Date.now() < deadline; await sleep(POLL_MS)) {
      const { body } = await this.#connection.send({ verb: 'list', resource: VOLUMES })
      const { items = [] } = (isStatus(body) ? {} : body) as { readonly items?: readonly PersistentVolume[] }
      const isOurs = ({ spec }: PersistentVolume) =>
        spec.persistentVolumeReclaimPolicy === 'Delete' && this.#names.owns(spec.claimRef?.namespace ?? '')
      if (!items.some(isOurs)) return
    }
  }

  async #close(): Promise<void> {
    const undone = await this.#cleanUp.run()
    // What kubectl put there may be what takes volumes away again.
    if (this.#kubectl?.hasMade) await this.#volumesGone()
    const left = [...undone, ...((await this.#kubectl?.cleanUp()) ?? [])]
    await this.#nodes?.restore()
    await this.#turn?.end()
    this.#kubectl?.close()
    await this.#mirror.close()
    if (left.length > 0) throw new Error(`${this.name} still has what the scenario left: ${left.join(', ')}`)
  }
}

const NODES = { group: '', version: 'v1', resource: 'nodes' }
const VOLUMES = { group: '', version: 'v1', resource: 'persistentvolumes' }
/** How long (wall ms) provisioners may take for it. */
const VOLUMES_GO_MS = 60_000

const isReady = ({ status }: Node) =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true

/** What of the nodes that a scenario asks for there is too few, or too many. */
function lacking(topology: Topology | undefined, nodes: readonly Node[], reach: Reach | undefined): string | undefined {
  const { nodes: parts } = topology ?? DEFAULT_TOPOLOGY
  const ofRole = (wanted: TopologyNode['role']) => parts.filter(({ role }) => role === wanted).length
  const workers = nodes.filter((node) => !isControlPlane(node)).length
  if (topology !== undefined && workers < ofRole('worker'))
    return `has ${workers} Ready worker nodes, not ${ofRole('worker')}`
  if (reach?.countsNodes && workers !== ofRole('worker'))
    return `has ${workers} Ready worker nodes, and the scenario counts on ${ofRole('worker')}`
  const found = nodes.filter(isControlPlane).length
  // A managed cluster does not show its control plane; several are only asked for where they matter.
  if (ofRole('control-plane') > 1 && found < ofRole('control-plane'))
    return `shows ${found} control plane nodes, not ${ofRole('control-plane')}`
  return undefined
}
