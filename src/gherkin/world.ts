import type { ApiResponse } from '../api/request.ts'
import { type Answer, isStatus, type Kind, type KubernetesObject, type Status } from '../api/types.ts'
import type { Client } from '../client/contract.ts'
import type { Cluster, ClusterOptions, DeclaredImage, Topology } from '../cluster/contract.ts'
import { createCluster } from '../cluster/index.ts'
import { advance } from '../sim/barrier.ts'
import { shortDuration } from './durations.ts'
import { explain } from './explain.ts'
import { usedExtensions } from './extensions.ts'
import { History } from './history.ts'
import { NotCapable, SpecError } from './step.ts'
import { transitionsSeen } from './transitions-seen.ts'

/** How long a positive assertion without `within` waits, in virtual ms. */
export const DEFAULT_WAIT_MS = 60_000

/** What a `kubectl` step ran and got. */
export interface CommandResult {
  readonly command: string
  readonly exitCode: number
  readonly output: string
}

export interface WorldOptions {
  readonly seed?: number
  /** Runs real kubectl against the cluster. Without it `kubectl … is run` is skipped. */
  readonly kubectl?: (cluster: Cluster, args: readonly string[]) => Promise<CommandResult>
  /** Directory that `the manifests in "…"` is relative to. */
  readonly readFile?: (path: string) => string
}

/** What an attempted request came to: the object, or the Status that refused it. */
export type Attempt = Pick<ApiResponse, 'code' | 'body'>

/**
 * What the steps of one scenario share: its cluster (made by the first step that needs one), what was remembered, what
 * the last request and command came to.
 */
export class World {
  readonly options: WorldOptions
  startAt: number | undefined
  images: DeclaredImage[] = []
  attempt: Attempt | undefined
  command: CommandResult | undefined
  /** The token that was given last, and to whom. */
  token: { readonly user: string; readonly text: string } | undefined
  event: string | undefined
  readonly moments = new Map<string, number>()
  /** Namespaces the steps spoke of, the last of them last. */
  readonly namespaces: string[] = ['default']
  #cluster: Cluster | undefined
  #client: Client | undefined
  #history: History | undefined
  readonly #prepared: (() => Promise<void>)[] = []
  #closers: (() => void | Promise<void>)[] = []

  constructor(options: WorldOptions = {}, cluster?: Cluster) {
    this.options = options
    if (cluster) this.#use(cluster)
  }

  /** Builds the scenario's cluster. @throws {SpecError} when there is one already */
  build(topology?: Topology, options: ClusterOptions = {}): Cluster {
    if (this.#cluster)
      throw new SpecError('this scenario has a cluster already: say what it is made of in its first step')
    const { startAt, images } = this
    const given = { topology, startAt, seed: this.options.seed, images, extensions: usedExtensions(), ...options }
    return this.#use(createCluster(given))
  }

  /** Builds the scenario's cluster and lets it become what earlier steps prepared. */
  async make(topology?: Topology): Promise<void> {
    this.build(topology)
    for (const change of this.#prepared.splice(0)) await change()
  }

  /** Changes the cluster: now or, where there is none yet, as soon as there is. */
  async prepare(change: () => Promise<void>): Promise<void> {
    if (this.#cluster) await change()
    else this.#prepared.push(change)
  }

  /** Whether the cluster is as `a cluster` leaves it: every node Ready, the control plane's Pods and CoreDNS ready. */
  ready(): boolean {
    const isTrue = (type: string) => (condition: { readonly type: string; readonly status: string }) =>
      condition.type === type && condition.status === 'True'
    const nodes = this.client.list('Node')
    return (
      nodes.length > 0 &&
      nodes.every(({ status }) => status?.conditions?.some(isTrue('Ready'))) &&
      this.client
        .list('Pod', { namespace: 'kube-system' })
        .every(({ status }) => status?.conditions?.some(isTrue('Ready')))
    )
  }

  #use(cluster: Cluster): Cluster {
    this.#cluster = cluster
    this.#client = cluster.client()
    this.#history = new History(this.#client, cluster.clock)
    cluster.clock.settle()
    return cluster
  }

  /** The scenario's cluster; a default one when no step asked for another. */
  get cluster(): Cluster {
    return this.#cluster ?? this.build()
  }

  get hasCluster(): boolean {
    return this.#cluster !== undefined
  }

  /** The administrator's client. */
  get client(): Client {
    void this.cluster
    return this.#client!
  }

  get history(): History {
    void this.cluster
    return this.#history!
  }

  /** Where a name without a namespace belongs: as the current context of a kubeconfig. */
  get namespace(): string {
    return this.namespaces.at(-1)!
  }

  now(): number {
    return this.cluster.clock.now()
  }

  get(kind: string, name: string, namespace?: string): KubernetesObject | undefined {
    return this.client.get(kind as Kind, name, namespace)
  }

  /** Lets virtual time pass. */
  async advance(ms: number): Promise<void> {
    await advance(this.cluster.clock, this.cluster.barrier, ms)
  }

  /** Passes to the next instant at which something is due, at most to `until`. */
  async #nextInstant(until: number): Promise<void> {
    const next = Math.min(this.cluster.clock.nextDue() ?? until, until)
    await this.advance(Math.max(0, next - this.now()))
  }

  /**
   * Waits in virtual time until `problem` answers undefined.
   *
   * @param withinMs how long at the most; undefined: the default wait
   * @throws with the last problem, when it is still there
   */
  async eventually(
    problem: () => string | undefined,
    withinMs: number | undefined,
    about?: KubernetesObject,
  ): Promise<void> {
    await this.advance(0)
    const deadline = this.now() + (withinMs ?? DEFAULT_WAIT_MS)
    let last = problem()
    while (last !== undefined && this.now() < deadline) {
      await this.#nextInstant(deadline)
      last = problem()
    }
    if (last !== undefined) this.fail(`${last} (waited ${shortDuration(withinMs ?? DEFAULT_WAIT_MS)})`, about)
  }

  /** Waits until the condition holds, at most `withinMs`; says whether it does. */
  async until(holds: () => boolean, withinMs: number): Promise<boolean> {
    await this.advance(0)
    const deadline = this.now() + withinMs
    while (!holds() && this.now() < deadline) await this.#nextInstant(deadline)
    return holds()
  }

  /** Lets virtual time pass, instant by instant, until something asynchronous (a command on a host) is done. */
  async whileTimePasses<T>(running: Promise<T>): Promise<T> {
    let done = false
    const finished = running.finally(() => {
      done = true
    })
    const deadline = this.now() + 3_600_000
    // Whatever can still happen at this instant happens before time goes on, so the same command always takes as long.
    const instantIsOver = async () => {
      await this.advance(0)
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (await instantIsOver(); !done && this.now() < deadline; await instantIsOver()) await this.#nextInstant(deadline)
    if (!done) this.fail('the command did not end within an hour')
    return finished
  }

  /** Waits until no object has changed for ten seconds, heartbeats aside; at most ten minutes. */
  async quiet(): Promise<void> {
    const start = this.now()
    for (let before = -1; before !== this.history.version && this.now() - start < 600_000; ) {
      before = this.history.version
      await this.advance(10_000)
    }
  }

  /** Makes an image known, also to a cluster that runs already. */
  declareImage(image: DeclaredImage): void {
    this.images.push(image)
    this.#cluster?.declareImage(image)
  }

  /** Lets `forMs` pass and looks at every instant in between. */
  async always(problem: () => string | undefined, forMs: number): Promise<void> {
    await this.advance(0)
    const start = this.now()
    const end = start + forMs
    for (;;) {
      const found = problem()
      if (found !== undefined) this.fail(`${found} (after ${shortDuration(this.now() - start)})`)
      if (this.now() >= end) return
      await this.#nextInstant(end)
    }
  }

  /** Fails the step, with what a reader needs to see why: nearest object, last events, timeline. */
  fail(message: string, about?: KubernetesObject): never {
    throw new Error(this.#cluster ? explain(this, message, about) : message)
  }

  moment(name: string): number {
    const at = this.moments.get(name)
    if (at === undefined) throw new SpecError(`no moment is remembered as "${name}"`)
    return at
  }

  /** Skips the scenario, saying what this target lacks. */
  incapable(what: string): never {
    throw new NotCapable(`this target cannot ${what}`)
  }

  onClose(close: () => void | Promise<void>): void {
    this.#closers.push(close)
  }

  async close(): Promise<void> {
    if (this.#cluster?.trace.transitions) transitionsSeen.add(this.#cluster.trace.transitions)
    for (const close of this.#closers.reverse()) await close()
  }
}

/** The object, or an error that says why there is none. */
export function expectDone<T extends KubernetesObject>(world: World, answer: Answer<T>): T {
  if (isStatus(answer) && answer.status !== 'Success')
    world.fail(`the API server refused: ${(answer as Status).message ?? answer.reason}`)
  return answer as T
}
