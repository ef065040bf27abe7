import type { ApiResponse } from '../api/request.ts'
import { serviceUnavailable } from '../api/status.ts'
import type { Kind } from '../api/types.ts'
import type { Client } from '../client/contract.ts'
import type { Cluster, RequestOutcome, RequestSource } from '../cluster/contract.ts'
import { storedKinds } from '../cluster/stored-kinds.ts'
import { advance } from '../sim/barrier.ts'
import { scenarioCredentials } from './certificates.ts'
import { Stopped } from './hand-over.ts'
import { UNRECORDED } from './history.ts'
import type { Actor, CommandResult, Target, TargetRequest } from './target.ts'

const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

const RECORDED = storedKinds.map(({ kind }) => kind as Kind).filter((kind) => !UNRECORDED.includes(kind))

/** A simulated cluster in this process, on its virtual clock: it can do everything. */
export class Simulator implements Target {
  readonly name = 'the simulator'
  readonly recorded = RECORDED
  readonly cluster: Cluster
  readonly reader: Client
  readonly kubectl?: (args: readonly string[]) => Promise<CommandResult>

  readonly #stopAt: number

  /** @param stopAfterMs where somebody wants to look around: time goes no further than this after boot */
  constructor(
    cluster: Cluster,
    kubectl?: (cluster: Cluster, args: readonly string[]) => Promise<CommandResult>,
    stopAfterMs = Number.POSITIVE_INFINITY,
  ) {
    this.cluster = cluster
    this.#stopAt = cluster.bootedAt + stopAfterMs
    this.reader = cluster.client()
    if (kubectl !== undefined) this.kubectl = (args) => kubectl(cluster, args)
  }

  can(): boolean {
    return true
  }

  now(): number {
    return this.cluster.clock.now()
  }

  async advance(ms: number): Promise<void> {
    const left = this.#stopAt - this.now()
    await advance(this.cluster.clock, this.cluster.barrier, Math.max(0, Math.min(ms, left)))
    if (ms > left) throw new Stopped()
  }

  async nextInstant(until: number): Promise<void> {
    const next = Math.min(this.cluster.clock.nextDue() ?? until, until)
    await this.advance(Math.max(0, next - this.now()))
  }

  async settle(): Promise<void> {
    this.cluster.clock.settle()
  }

  async send(request: TargetRequest, as?: Actor): Promise<ApiResponse> {
    if (request.resource.resource === 'certificatesigningrequests') await scenarioCredentials()
    const server = this.cluster.apiServer()
    if (server === undefined) return { code: 503, body: serviceUnavailable('connect: connection refused') }
    const credentials =
      as !== undefined && 'token' in as
        ? ({ type: 'bearer', token: as.token } as const)
        : ({ type: 'user', user: as ?? ADMIN } as const)
    return server.handle({ ...request, credentials })
  }

  async request(from: RequestSource, url: string): Promise<RequestOutcome> {
    return this.cluster.request(from, url)
  }

  async resolve(from: RequestSource, name: string): Promise<readonly string[]> {
    return this.cluster.resolve(from, name)
  }

  async logs(namespace: string, pod: string, container: string): Promise<readonly string[]> {
    return this.cluster.logs(namespace, pod, container)
  }

  namespace(name: string): string {
    return name
  }

  adoptNamespace(): void {}

  owns(): boolean {
    return true
  }

  translate(text: string): string {
    return text
  }

  async close(): Promise<void> {}
}
