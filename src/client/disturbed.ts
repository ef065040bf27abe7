import type { ApiRequest } from '../api/request.ts'
import { failure } from '../api/status.ts'
import type { Status, WatchEvent } from '../api/types.ts'
import type { Clock } from '../sim/clock.ts'
import type { Schedule } from '../sim/schedule.ts'

/** How a client's messages are disturbed, where a cluster explores other orders of events. */
export interface Disturbed {
  readonly schedule: Schedule
  /** Whose client it is: `kubelet/worker-1`. */
  readonly who: string
  /** A program of somebody's own: reads of a kind that is followed are answered by the informer, however old: as client-go's listers answer. */
  readonly readsBehind?: boolean | undefined
}

/** The way of one watch's events to its informer: in order, whatever happens on other ways. */
export class Lag {
  readonly #disturbed: Disturbed
  readonly #kind: string
  readonly #waiting: (() => void)[] = []

  constructor(disturbed: Disturbed, kind: string) {
    this.#disturbed = disturbed
    this.#kind = kind
  }

  /** Events are on the way that the informer has not heard of. */
  get behind(): boolean {
    return this.#waiting.length > 0
  }

  /** @param broken called instead where the watch breaks before the event has come */
  carry({ type, object: { metadata } }: WatchEvent, deliver: () => void, broken: () => void): void {
    const { schedule, who, readsBehind } = this.#disturbed
    if (this.behind) {
      this.#waiting.push(deliver)
      return
    }
    const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
    const what = `${type} ${this.#kind} ${name}`
    const disturbance = schedule.decide('event', who, what, this.#kind, readsBehind)
    if (disturbance === undefined) {
      schedule.passed(who, what)
      deliver()
    } else if (disturbance.effect === 'lost') broken()
    else {
      this.#waiting.push(deliver)
      schedule.hold(disturbance, () => this.#arrive())
    }
  }

  /** What comes in one go is heard of one by one: whatever is done meanwhile, its events come after all of it. */
  #arrive(): void {
    for (; this.behind; this.#waiting.shift()) this.#waiting[0]!()
  }
}

/** What a component is told whose request etcd has not answered in time; undefined: the request goes its way. */
export function unanswered(disturbed: Disturbed, { verb, resource, namespace, name }: ApiRequest): Status | undefined {
  const { schedule, who, readsBehind } = disturbed
  // Events are told to people only.
  if (resource.resource === 'events') return undefined
  const what = `${verb} ${resource.resource} ${[namespace, name].filter(Boolean).join('/')}`.trimEnd()
  if (schedule.decide('request', who, what, '', readsBehind) === undefined) return undefined
  return timedOut()
}

/** Source: etcd api/v3/v3rpc/rpctypes/error.go ErrGRPCTimeout */
const timedOut = () => failure(500, '', 'etcdserver: request timed out')

/** Some renewal of a series, between the fifth and the fortieth, that may be lost. */
export function mayLose(
  { schedule, who }: Disturbed,
  what: string,
  { clock, firstAt, everyMs }: { readonly clock: Clock; readonly firstAt: number; readonly everyMs: number },
  lose: (status: Status) => void,
): void {
  const turn = 5 + Math.floor(schedule.chance(`renewal ${who} ${what}`) * 35)
  const at = firstAt + turn * everyMs - 1
  clock.setTimeout(() => {
    if (schedule.decide('renewal', who, what) !== undefined) lose(timedOut())
  }, at - clock.now())
}
