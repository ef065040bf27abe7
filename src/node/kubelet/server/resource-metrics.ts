import type { ContainerRuntime, RuntimeContainer } from '../../container-runtime/contract.ts'
import type { Usage } from '../../container-runtime/usage/amounts.ts'
import { SYSTEM_USAGE, usageOf } from '../../container-runtime/usage/idle.ts'

interface Measured {
  readonly container: RuntimeContainer
  readonly labels: string
  readonly podLabels: string
  readonly usage: Usage
}

/** What running containers take now. */
function measure(runtime: ContainerRuntime, now: number): readonly Measured[] {
  const measured: Measured[] = []
  for (const container of runtime.containers()) {
    const pod = runtime.sandbox(container.sandboxId)?.config.pod.metadata
    if (container.state !== 'running' || pod === undefined) continue
    const podLabels = `namespace="${pod.namespace}",pod="${pod.name}"`
    const labels = `container="${container.config.container.name}",${podLabels}`
    measured.push({ container, labels, podLabels, usage: usageOf(container, now) })
  }
  return measured.sort((a, b) => (a.labels < b.labels ? -1 : 1))
}

/** The working set and the core-seconds of the whole machine. */
export function nodeUsage(
  runtime: ContainerRuntime,
  bootedAt: number,
  now: number,
): Pick<Usage, 'cpu' | 'memory' | 'cpuSeconds'> {
  let { cpu } = SYSTEM_USAGE
  let memory = runtime.resources.systemMemory
  let cpuSeconds = (cpu * (now - bootedAt)) / 1000
  for (const { usage } of measure(runtime, now)) {
    cpu += usage.cpu
    memory += usage.memory
    cpuSeconds += usage.cpuSeconds
  }
  return { cpu: Math.min(cpu, runtime.resources.size.cpus), memory, cpuSeconds }
}

/** /metrics/resource. Source: pkg/kubelet/metrics/collectors/resource_metrics.go */
export function resourceMetrics(runtime: ContainerRuntime, bootedAt: number, now: number): string {
  const measured = measure(runtime, now)
  const node = nodeUsage(runtime, bootedAt, now)
  const pods = new Map<string, { cpuSeconds: number; memory: number }>()
  for (const { podLabels, usage } of measured) {
    const sum = pods.get(podLabels) ?? { cpuSeconds: 0, memory: 0 }
    pods.set(podLabels, { cpuSeconds: sum.cpuSeconds + usage.cpuSeconds, memory: sum.memory + usage.memory })
  }
  const metric = (
    name: string,
    type: string,
    help: string,
    samples: readonly (readonly [string, number, boolean?])[],
  ) =>
    `# HELP ${name} [STABLE] ${help}\n# TYPE ${name} ${type}\n${samples
      .map(
        ([labels, value, timeless]) =>
          `${name}${labels && `{${labels}}`} ${goFloat(value)}${timeless ? '' : ` ${now}`}\n`,
      )
      .join('')}`
  const of = (pick: (each: Measured) => number) => measured.map((each) => [each.labels, pick(each)] as const)
  return [
    metric(
      'container_cpu_usage_seconds_total',
      'counter',
      'Cumulative cpu time consumed by the container in core-seconds',
      of(({ usage }) => usage.cpuSeconds),
    ),
    metric(
      'container_memory_working_set_bytes',
      'gauge',
      'Current working set of the container in bytes',
      of(({ usage }) => usage.memory),
    ),
    metric(
      'container_start_time_seconds',
      'gauge',
      'Start time of the container since unix epoch in seconds',
      of(({ container }) => (container.startedAt ?? 0) / 1000),
    ),
    metric('node_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the node in core-seconds', [
      ['', node.cpuSeconds],
    ]),
    metric('node_memory_working_set_bytes', 'gauge', 'Current working set of the node in bytes', [['', node.memory]]),
    metric(
      'pod_cpu_usage_seconds_total',
      'counter',
      'Cumulative cpu time consumed by the pod in core-seconds',
      [...pods].map(([labels, { cpuSeconds }]) => [labels, cpuSeconds] as const),
    ),
    metric(
      'pod_memory_working_set_bytes',
      'gauge',
      'Current working set of the pod in bytes',
      [...pods].map(([labels, { memory }]) => [labels, memory] as const),
    ),
    metric('resource_scrape_error', 'gauge', '1 if there was an error while getting container metrics, 0 otherwise', [
      ['', 0, true],
    ]),
  ].join('')
}

/** As Go prints a float64 with %g's shortest form. */
function goFloat(value: number): string {
  const text = String(value)
  if (Math.abs(value) < 1e6 || value === 0) return text
  const [digits, exponent] = value.toExponential().split('e')
  return `${digits}e${exponent!.replace(/([+-])(\d)$/, '$10$2')}`
}
