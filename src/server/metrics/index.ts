import type { Insights } from '../../api/request.ts'
import type { VersionInfo } from '../../api/version.ts'
import { Histogram, type Labels, Values } from './instruments.ts'
import { buildInfo, healthSamples, objectSamples, processSamples } from './looked-up.ts'

/** Source: apiserver/pkg/endpoints/metrics/metrics.go */
const DURATION_BOUNDS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
]
const SIZE_BOUNDS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

/** What a request counts as. */
export interface Counted {
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  readonly scope: '' | 'cluster' | 'namespace' | 'resource'
  readonly component: string
  readonly dryRun: string
}

const MUTATING = /^(POST|PUT|PATCH|APPLY|DELETE|DELETECOLLECTION)$/
const LONG_RUNNING = /^(WATCH|CONNECT)$/

/** What the API server measures of itself: the stable metrics of kube-apiserver that mean something here, and a few besides. */
export class Metrics {
  readonly #requests = new Values('counter', {
    name: 'apiserver_request_total',
    help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    stability: 'STABLE',
  })
  readonly #durations = new Histogram(DURATION_BOUNDS, {
    name: 'apiserver_request_duration_seconds',
    help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    stability: 'STABLE',
  })
  readonly #sizes = new Histogram(SIZE_BOUNDS, {
    name: 'apiserver_response_sizes',
    help: 'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
    stability: 'STABLE',
  })
  readonly #inflight = new Values('gauge', {
    name: 'apiserver_current_inflight_requests',
    help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
    stability: 'STABLE',
  })
  readonly #longRunning = new Values('gauge', {
    name: 'apiserver_longrunning_requests',
    help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
    stability: 'STABLE',
  })
  readonly #users = new Values('counter', {
    name: 'authenticated_user_requests',
    help: 'Counter of authenticated requests broken out by username.',
    stability: 'ALPHA',
  })
  readonly #attempts = new Values('counter', {
    name: 'authentication_attempts',
    help: 'Counter of authenticated attempts.',
    stability: 'ALPHA',
  })
  readonly #auditEvents = new Values('counter', {
    name: 'apiserver_audit_event_total',
    help: 'Counter of audit events generated and sent to the audit backend.',
    stability: 'ALPHA',
  })
  readonly #auditLevels = new Values('counter', {
    name: 'apiserver_audit_level_total',
    help: 'Counter of policy levels for audit events (1 per request).',
    stability: 'ALPHA',
  })

  constructor() {
    for (const request_kind of ['mutating', 'readOnly']) this.#inflight.add({ request_kind }, 0)
    this.#auditEvents.add({}, 0)
  }

  /** A request is under way. @returns to be called when it has been answered */
  begin(counted: Counted): (code: number, bytes: number) => void {
    const { dryRun, ...what } = counted
    const started = performance.now()
    const isLong = LONG_RUNNING.test(counted.verb)
    const kind = { request_kind: MUTATING.test(counted.verb) ? 'mutating' : 'readOnly' }
    const add = (by: number) => (isLong ? this.#longRunning.add(what, by) : this.#inflight.add(kind, by))
    add(1)
    return (code, bytes) => {
      add(-1)
      const labels: Labels = { ...what, dry_run: dryRun }
      this.#requests.add({ ...labels, code: String(code) })
      this.#durations.observe(labels, (performance.now() - started) / 1000)
      if (!isLong && /^(GET|LIST)$/.test(counted.verb)) this.#sizes.observe(what, bytes)
    }
  }

  /** @param username undefined: nobody let in */
  authenticated(username: string | undefined): void {
    this.#attempts.add({ result: username === undefined ? 'failure' : 'success' })
    // Source: endpoints/filters/metrics.go compressUsername
    if (username !== undefined)
      this.#users.add({
        username: /^(admin|system:apiserver|system:kube-\w+|system:anonymous)$/.test(username) ? username : 'other',
      })
  }

  /** @param events that were written now; none: a request begins whose events are to be written */
  audited(level: string, events: number): void {
    if (events === 0) this.#auditLevels.add({ level })
    else this.#auditEvents.add({}, events)
  }

  /** /metrics */
  text(version: VersionInfo, insights: Insights | undefined): string {
    const measured = [
      this.#auditEvents,
      this.#auditLevels,
      this.#inflight,
      this.#longRunning,
      this.#durations,
      this.#requests,
      this.#sizes,
      this.#users,
      this.#attempts,
    ].map((family) => family.text())
    return [...measured, ...objectSamples(insights), buildInfo(version), ...processSamples()].sort(byName).join('')
  }
}

function byName(a: string, b: string): number {
  return a < b ? -1 : 1
}

export { healthSamples }
