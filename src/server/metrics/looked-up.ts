import { readFileSync } from 'node:fs'
import type { HealthCheck, Insights } from '../../api/request.ts'
import type { VersionInfo } from '../../api/version.ts'
import { gaugeText } from './instruments.ts'

/** What is not counted but looked at when somebody asks. */

/** Source: apiserver/pkg/storage/etcd3/metrics/metrics.go */
export function objectSamples(insights: Insights | undefined): readonly string[] {
  const counts = insights?.objectCounts() ?? []
  const stored = counts.map(({ group, resource, count }) => ({
    labels: { resource: group === '' ? resource : `${resource}.${group}` },
    value: count,
  }))
  return [
    gaugeText(
      {
        name: 'apiserver_resource_objects',
        help: 'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
        stability: 'ALPHA',
      },
      counts.map(({ group, resource, count }) => ({ labels: { group, resource }, value: count })),
    ),
    gaugeText(
      {
        name: 'apiserver_storage_objects',
        help: '(Deprecated since 1.34.0) [DEPRECATED, consider using apiserver_resource_objects instead] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
        stability: 'STABLE',
      },
      stored,
    ),
  ]
}

/** Source: component-base/metrics/version.go */
export function buildInfo(version: VersionInfo): string {
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } = version
  const labels = {
    major,
    minor,
    git_version: gitVersion,
    git_commit: gitCommit,
    git_tree_state: gitTreeState,
    build_date: buildDate,
    go_version: goVersion,
    compiler,
    platform,
  }
  const help =
    "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running."
  return gaugeText({ name: 'kubernetes_build_info', help, stability: 'ALPHA' }, [{ labels, value: 1 }])
}

const started = Date.now() / 1000 - process.uptime()

/** Source: prometheus/client_golang process_collector.go; of this process, as nothing else serves the API */
export function processSamples(): readonly string[] {
  const { user, system } = process.cpuUsage()
  const one = (name: string, help: string, value: number, type: 'counter' | 'gauge' = 'gauge') =>
    gaugeText({ name, help }, [{ labels: {}, value }], type)
  const cpu = 'Total user and system CPU time spent in seconds.'
  const resident = process.memoryUsage.rss()
  const virtual = virtualBytes()
  return [
    one('process_cpu_seconds_total', cpu, (user + system) / 1e6, 'counter'),
    one('process_resident_memory_bytes', 'Resident memory size in bytes.', resident),
    one('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', started),
    ...(virtual === undefined ? [] : [one('process_virtual_memory_bytes', 'Virtual memory size in bytes.', virtual)]),
  ]
}

/** Where the system tells. */
function virtualBytes(): number | undefined {
  try {
    return Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[0]) * 4096
  } catch {
    return undefined
  }
}

/** /metrics/slis. Source: component-base/metrics/prometheus/slis/metrics.go */
export function healthSamples(checks: readonly HealthCheck[]): string {
  const samples = checks.flatMap(({ name, ok, in: lists }) =>
    lists.map((list) => ({ labels: { name, type: list === 'livez' ? 'livez' : 'readyz' }, value: ok ? 1 : 0 })),
  )
  const withHealthz = samples.flatMap((sample) =>
    sample.labels.type === 'livez' ? [sample, { ...sample, labels: { ...sample.labels, type: 'healthz' } }] : [sample],
  )
  const help = 'This metric records the result of a single healthcheck.'
  return gaugeText({ name: 'kubernetes_healthcheck', help, stability: 'STABLE' }, withHealthz)
}
