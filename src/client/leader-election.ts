import { rfc3339Micro } from '../api/time.ts'
import { isStatus, type Lease, type LeaseSpec } from '../api/types.ts'
import { type ChartWorld, startChart } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import type { Client, EventRecorder } from './contract.ts'
import { type LeaderElectionTimes, leaderElectionMachine } from './leader-election-machine.ts'

export interface LeaderElectionOptions extends Partial<LeaderElectionTimes> {
  readonly client: Client
  readonly world: ChartWorld
  readonly random: Random
  /** As the trace names it: `kube-scheduler/cp-1`. */
  readonly component: string
  /** --leader-elect-resource-name and -namespace (default kube-system). */
  readonly lease: { readonly name: string; readonly namespace?: string }
  /** What the Lease names as its holder: on a real host its name, `_` and a UUID. */
  readonly identity: string
  readonly recorder?: EventRecorder
  readonly onStartedLeading: () => void
  /** It led and could not renew in time: `leaderelection lost`, and the process ends. Not called by `stop`. */
  readonly onStoppedLeading: () => void
}

export interface LeaderElection {
  readonly isLeader: boolean
  /** Ends the candidacy, as a process does that is killed: the Lease stays and runs out. `release`: it is given up at once. */
  stop(options?: { readonly release?: boolean }): void
}

/** Runs for a Lease with the defaults of kube-controller-manager and kube-scheduler: 15 s, 10 s, 2 s. */
export function startLeaderElection(options: LeaderElectionOptions): LeaderElection {
  return new LeaderElector(options)
}

/** Source: client-go/tools/leaderelection/leaderelection.go LeaderElector */
class LeaderElector implements LeaderElection {
  readonly #options: LeaderElectionOptions
  readonly #times: LeaderElectionTimes
  readonly #chart
  #stopKeeping: (() => void) | undefined
  #nextRenewal = 0
  /** The record of another holder, and since when it has been seen like that. */
  #observed: { readonly record: string; readonly at: number } | undefined

  constructor(options: LeaderElectionOptions) {
    const { world, random, component, leaseDuration = 15_000, renewDeadline = 10_000, retryPeriod = 2000 } = options
    this.#options = options
    this.#times = { leaseDuration, renewDeadline, retryPeriod }
    // Its first effects come before there is a chart to answer to.
    const early: (() => void)[] = []
    let perform = (effect: () => void): void => void early.push(effect)
    this.#chart = startChart(
      leaderElectionMachine,
      world,
      `${component}/leader-election`,
      { ...this.#times, random },
      ({ type }) => perform(() => this.#effects[type]()),
    )
    perform = (effect) => effect()
    for (const effect of early) effect()
  }

  get isLeader(): boolean {
    return this.#chart.matches('leading')
  }

  stop({ release = false }: { readonly release?: boolean } = {}): void {
    const led = this.isLeader
    this.#stopKeeping?.()
    this.#chart.stop()
    if (led && release) this.#release()
  }

  readonly #effects = {
    acquire: () => {
      if (this.#acquire()) this.#chart.send({ type: 'ACQUIRED' })
    },
    lead: () => {
      this.#nextRenewal = this.#now() + this.#times.retryPeriod
      this.#record('became leader')
      this.#options.onStartedLeading()
    },
    keep: () => this.#keep(),
    renew: () => this.#renew(),
    lose: () => {
      this.#record('stopped leading')
      this.#options.onStoppedLeading()
    },
  }

  /** Source: leaderelection.go tryAcquireOrRenew */
  #acquire(): boolean {
    const { client, lease, identity } = this.#options
    const { name, namespace = 'kube-system' } = lease
    const current = client.reachable() ? client.get('Lease', name, namespace) : undefined
    if (current === undefined) {
      const spec = this.#spec(undefined, this.#now())
      const created = client.create<Lease>({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace },
        spec,
      })
      return !isStatus(created)
    }
    if (this.#isHeldByAnother(current)) return false
    let mine = false
    const answer = client.update('Lease', name, namespace, (held) => {
      mine = held.metadata.resourceVersion === current.metadata.resourceVersion || held.spec.holderIdentity === identity
      return mine ? { ...held, spec: this.#spec(held, this.#now()) } : undefined
    })
    return mine && !isStatus(answer)
  }

  /** A holder is believed for a lease duration after its record was last seen to change, by the own clock. */
  #isHeldByAnother({ spec }: Lease): boolean {
    const { identity } = this.#options
    const now = this.#now()
    const record = JSON.stringify(spec)
    if (this.#observed?.record !== record) this.#observed = { record, at: now }
    if ((spec.holderIdentity ?? '') === '' || spec.holderIdentity === identity) return false
    return this.#observed!.at + this.#times.leaseDuration > now
  }

  #keep(): void {
    const { client, lease, identity } = this.#options
    const { name, namespace = 'kube-system' } = lease
    const schedule = { firstAt: this.#nextRenewal, everyMs: this.#times.retryPeriod }
    this.#stopKeeping = client.keepRenewed!(
      name,
      namespace,
      schedule,
      (held, at) => (held.spec.holderIdentity === identity ? { ...held, spec: this.#spec(held, at) } : undefined),
      () => this.#chart.send({ type: 'RENEWAL_FAILED' }),
    )
  }

  #renew(): void {
    const renewed = this.#acquire()
    this.#nextRenewal = this.#now() + this.#times.retryPeriod
    this.#chart.send({ type: renewed ? 'RENEWED' : 'RENEWAL_FAILED' })
  }

  /** Source: leaderelection.go release */
  #release(): void {
    const { client, lease, identity } = this.#options
    const { name, namespace = 'kube-system' } = lease
    const now = rfc3339Micro(this.#now())
    client.update('Lease', name, namespace, (held) => {
      if (held.spec.holderIdentity !== identity) return undefined
      const { leaseTransitions = 0 } = held.spec
      const spec = { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now, leaseTransitions }
      return { ...held, spec }
    })
  }

  /** Source: resourcelock/leaselock.go LeaderElectionRecordToLeaseSpec */
  #spec(held: Lease | undefined, at: number): LeaseSpec {
    const { identity } = this.#options
    const now = rfc3339Micro(at)
    const mine = held?.spec.holderIdentity === identity
    const transitions = held?.spec.leaseTransitions ?? 0
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.floor(this.#times.leaseDuration / 1000),
      acquireTime: mine ? (held.spec.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: held === undefined || mine ? transitions : transitions + 1,
    }
  }

  #record(what: string): void {
    const { recorder, identity, lease } = this.#options
    const { name, namespace = 'kube-system' } = lease
    const about = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace } }
    recorder?.event(about, 'Normal', 'LeaderElection', `${identity} ${what}`)
  }

  #now(): number {
    return this.#options.world.clock.now()
  }
}
