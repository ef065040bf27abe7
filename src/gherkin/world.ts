import type { ApiResponse } from '../api/request.ts'
import type { Kind, KubernetesObject } from '../api/types.ts'
import type { Cluster, ClusterOptions, DeclaredImage, Topology } from '../cluster/contract.ts'
import { createCluster } from '../cluster/index.ts'
import type { Input } from '../cluster/inputs.ts'
import { scenarioSigner } from './certificates.ts'
import { shortDuration } from './durations.ts'
import { explain } from './explain/index.ts'
import { usedExtensions } from './extensions.ts'
import { History } from './history.ts'
import { Simulator } from './simulator.ts'
import { NotCapable, SpecError } from './step.ts'
import { Story } from './story.ts'
import { CAPABILITIES, type Capability, type CommandResult, NotLoaded, type Reader, type Target } from './target.ts'
import { transitionsSeen } from './transitions-seen.ts'

/** How long a positive assertion without `within` waits, in ms. */
export const DEFAULT_WAIT_MS = 60_000

/** The moment that is remembered without being told: when a scenario's Givens are over. */
export const BEGINNING = 'the beginning'

export interface WorldOptions {
  readonly seed?: number
  /** Other orders of events, in simulated clusters. */
  readonly schedule?: ClusterOptions['schedule']
  /** ms after boot at which the scenario stops. */
  readonly stopAfterMs?: number | undefined
  /** Runs real kubectl against a simulated cluster. Without it `kubectl … is run` is skipped. */
  readonly kubectl?: (cluster: Cluster, args: readonly string[]) => Promise<CommandResult>
  /** Reads the file that `the manifests in "…"` names. */
  readonly readFile?: (path: string) => string
}

/** What an attempted request came to: the object, or the Status that refused it. */
export type Attempt = Pick<ApiResponse, 'code' | 'body'>

/** A look at the cluster: undefined when all is as it should be, else what is not. */
export type Problem = () => string | undefined | Promise<string | undefined>

/**
 * What the steps of one scenario share: its cluster (made by the first step that needs one), what was remembered, what
 * the last request and command came to.
 */
export class World {
  readonly options: WorldOptions
  /** Words for whoever reads the run. */
  readonly log: (text: string) => void = () => undefined
  /** Adds something to the reports of the run, at this step. */
  readonly attach: (data: string, mediaType?: string) => unknown = () => undefined
  startAt: number | undefined
  images: DeclaredImage[] = []
  attempt: Attempt | undefined
  command: CommandResult | undefined
  /** The token that was given last, and to whom. */
  token: { readonly user: string; readonly text: string } | undefined
  event: string | undefined
  /** What the steps did, and when. */
  readonly story = new Story(
    () => this.#target?.now(),
    () => this.#history?.order ?? 0,
  )
  /** What the last failed step was about. */
  failure: { readonly message: string; readonly about: KubernetesObject | undefined } | undefined
  readonly moments = new Map<string, number>()
  /** Namespaces the steps spoke of, the last of them last. */
  readonly namespaces: string[] = ['default']
  #target: Target | undefined
  #history: History | undefined
  #isMade = false
  #bootOrder = 0
  readonly #prepared: (() => Promise<void>)[] = []
  #closers: (() => void | Promise<void>)[] = []

  constructor(options: WorldOptions = {}, cluster?: Cluster) {
    this.options = options
    if (cluster) this.#simulate(cluster)
  }

  /** Builds the scenario's simulated cluster. @throws {SpecError} when there is one already */
  build(topology?: Topology, options: ClusterOptions = {}): Cluster {
    if (this.#target)
      throw new SpecError('this scenario has a cluster already: say what it is made of in its first step')
    const { startAt, images } = this
    const onInput = (input: Input) => this.story.tell(input)
    const given = {
      topology,
      startAt,
      seed: this.options.seed,
      schedule: this.options.schedule,
      images,
      extensions: usedExtensions(),
      certificates: scenarioSigner,
      onInput,
      ...options,
    }
    return this.#simulate(createCluster(given))
  }

  /** The cluster that the scenario's first step asks for: built, or a real one that has what is asked for. */
  async make(topology?: Topology): Promise<void> {
    if (this.#target === undefined || this.#target.cluster !== undefined) this.build(topology)
    else if (this.#isMade) throw new SpecError('this scenario has a cluster already')
    this.#isMade = true
    const lacks = await this.target.prepare?.(topology)
    if (lacks !== undefined) throw new NotCapable(`${this.target.name} ${lacks}`)
    for (const change of this.#prepared.splice(0)) await change()
  }

  /** Changes the cluster: now or, where there is none yet, as soon as there is. */
  async prepare(change: () => Promise<void>): Promise<void> {
    if (this.#target) await change()
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

  #simulate(cluster: Cluster): Cluster {
    this.use(new Simulator(cluster, this.options.kubectl, this.options.stopAfterMs))
    cluster.clock.settle()
    this.#bootOrder = this.history.order
    return cluster
  }

  /** Makes the scenario one about a cluster that is there already. */
  use(target: Target): void {
    this.#target = target
    this.#history = new History(target.reader, () => target.now(), target.recorded)
  }

  /** The cluster the steps are about; a default simulated one when no step asked for another. */
  get target(): Target {
    if (this.#target === undefined) this.build()
    return this.#target!
  }

  /** The simulated cluster. @throws {NotCapable} where the scenario runs against a real one */
  get cluster(): Cluster {
    const { cluster, name } = this.target
    if (cluster === undefined) throw new NotCapable(`${name} is no simulated cluster: it cannot be looked into`)
    return cluster
  }

  get hasCluster(): boolean {
    return this.#target !== undefined
  }

  /** Reads, as the administrator. Changes go through {@link Target.send}. */
  get client(): Reader {
    return this.target.reader
  }

  /** Nothing asked or answered so far, no namespace in force: for another scenario about the same cluster. */
  beginAnew(): void {
    this.attempt = this.command = this.token = this.event = this.failure = undefined
    this.namespaces.splice(1)
  }

  /** How many changes were recorded of what the cluster had when the scenario got it. */
  get bootOrder(): number {
    return this.#bootOrder
  }

  get history(): History {
    void this.target
    return this.#history!
  }

  /** Where a name without a namespace belongs: as the current context of a kubeconfig. */
  get namespace(): string {
    return this.target.namespace(this.namespaces.at(-1)!)
  }

  now(): number {
    return this.target.now()
  }

  get(kind: string, name: string, namespace?: string): KubernetesObject | undefined {
    return this.client.get(kind as Kind, name, namespace)
  }

  /** Lets time pass: virtual time, or on a real cluster the wall clock's. */
  async advance(ms: number): Promise<void> {
    await this.target.advance(ms)
  }

  /** Until what was asked for has been done, as far as that takes no time. */
  async settle(): Promise<void> {
    await this.target.settle()
  }

  /** Reads; where the target has to look something up first, it does, and the whole read is made again. */
  async look<T>(read: () => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await read()
      } catch (error) {
        if (!(error instanceof NotLoaded)) throw error
        await error.loaded
      }
    }
  }

  /**
   * Waits until `problem` answers undefined.
   *
   * @param withinMs how long at the most; undefined: the default wait
   * @throws with the last problem, when it is still there
   */
  async eventually(problem: Problem, withinMs: number | undefined, about?: KubernetesObject): Promise<void> {
    await this.advance(0)
    const deadline = this.now() + (withinMs ?? DEFAULT_WAIT_MS)
    let last = await this.look(problem)
    while (last !== undefined && this.now() < deadline) {
      await this.target.nextInstant(deadline)
      last = await this.look(problem)
    }
    if (last === undefined) return
    await this.#mustAnswer(last)
    const message = withNote(last, `waited ${shortDuration(withinMs ?? DEFAULT_WAIT_MS)}`)
    // A real cluster is asked for what explains it; meanwhile nothing is waited for anew.
    if (this.target.cluster === undefined) await this.look(() => void explain(this, message, about))
    this.fail(message, about)
  }

  /** Waits until the condition holds, at most `withinMs`; says whether it does. */
  async until(holds: () => boolean, withinMs: number): Promise<boolean> {
    await this.advance(0)
    const deadline = this.now() + withinMs
    while (!(await this.look(holds)) && this.now() < deadline) await this.target.nextInstant(deadline)
    return this.look(holds)
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
    for (await instantIsOver(); !done && this.now() < deadline; await instantIsOver())
      await this.target.nextInstant(deadline)
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
    this.#target?.cluster?.declareImage(image)
  }

  /** Lets `forMs` pass and looks at every instant in between. */
  async always(problem: Problem, forMs: number): Promise<void> {
    await this.advance(0)
    const start = this.now()
    const end = start + forMs
    for (;;) {
      const found = await this.look(problem)
      if (found !== undefined) this.fail(withNote(found, `after ${shortDuration(this.now() - start)}`))
      if (this.now() >= end) return this.#mustAnswer()
      await this.target.nextInstant(end)
    }
  }

  /** @throws where a real cluster answers no more: nothing that happens there would be seen */
  async #mustAnswer(last?: string): Promise<void> {
    const silence = await this.target.silence?.()
    if (silence === undefined) return
    this.fail(`${this.target.name} answers no more: ${silence}${last === undefined ? '' : `; before that: ${last}`}`)
  }

  /** Fails the step, with what a reader needs to see why: nearest object, last events, timeline. */
  fail(message: string, about?: KubernetesObject): never {
    this.failure = { message, about }
    throw new Error(this.#target ? explain(this, message, about, true) : message)
  }

  moment(name: string): number {
    const at = this.moments.get(name)
    if (at !== undefined) return at
    const others = [...this.moments.keys()].map((other) => `"${other}"`).join(', ')
    throw new SpecError(
      `no moment is remembered as "${name}"${others && `, only ${others}`}: a step before has to say \`this moment is remembered as "${name}"\``,
    )
  }

  /** Skips the scenario, saying what this target lacks. */
  incapable(what: string): never {
    throw new NotCapable(`this target cannot ${what}`)
  }

  /** Skips the scenario where its target lacks what a step needs. */
  require(what: Capability): void {
    if (this.#target?.can(what) === false) throw new NotCapable(`${this.#target.name} cannot ${CAPABILITIES[what]}`)
  }

  /** Remembers this moment: what happens next comes after it, not in it. */
  async remember(name: string): Promise<void> {
    await this.advance(0)
    this.moments.set(name, this.now())
    await this.advance(1)
  }

  /** All is there that was given: this is "the beginning", unless a step has said so already. */
  async begin(): Promise<void> {
    if (this.hasCluster && !this.moments.has(BEGINNING)) await this.remember(BEGINNING)
  }

  onClose(close: () => void | Promise<void>): void {
    this.#closers.push(close)
  }

  async close(): Promise<void> {
    const { trace } = this.#target?.cluster ?? {}
    if (trace?.transitions) transitionsSeen.add(trace.transitions)
    for (const close of this.#closers.reverse()) await close()
    await this.#target?.close()
  }
}

/** A remark at the end of a message; under one of several lines. */
const withNote = (message: string, note: string) => `${message}${message.includes('\n') ? '\n' : ' '}(${note})`
