/** One reading: core-seconds so far, and the working set. */
export interface Sample {
  readonly at: number
  readonly cpuSeconds: number
  readonly memory: number
  /** Virtual ms; of containers. */
  readonly startedAt?: number
}

/** What was used between two readings. */
export interface Figures {
  readonly timestamp: number
  readonly windowMs: number
  /** Cores. */
  readonly cpu: number
  readonly memory: number
}

/** By `` for the node itself and `namespace/pod/container` for containers. */
export type Samples = ReadonlyMap<string, Sample>

/** Reads /metrics/resource. Source: metrics-server/pkg/scraper/client/resource/decode.go */
export function parseSamples(text: string): Samples {
  const found = new Map<string, { at: number; cpuSeconds?: number; memory?: number; startedAt?: number }>()
  for (const line of text.split('\n')) {
    const match =
      /^(node|container)_(cpu_usage_seconds_total|memory_working_set_bytes|start_time_seconds)(\{[^}]*\})? (\S+) (\d+)$/.exec(
        line,
      )
    if (match === null) continue
    const [, , what, labels = '', value, at] = match
    const label = (name: string) => new RegExp(`[{,]${name}="([^"]*)"`).exec(labels)?.[1] ?? ''
    const key = labels === '' ? '' : `${label('namespace')}/${label('pod')}/${label('container')}`
    const sample = found.get(key) ?? { at: Number(at) }
    if (what!.startsWith('cpu')) sample.cpuSeconds = Number(value)
    else if (what!.startsWith('memory')) sample.memory = Number(value)
    else sample.startedAt = Number(value) * 1000
    found.set(key, sample)
  }
  const whole = [...found].filter((entry): entry is [string, Sample] => {
    const [, { cpuSeconds, memory }] = entry
    return cpuSeconds !== undefined && memory !== undefined
  })
  return new Map(whole)
}

/** A container younger than this is measured from its start. Source: metrics-server/pkg/storage/pod.go freshContainerMinMetricsResolution */
const FRESH_MS = 10_000

/** The last two readings of everything. Source: metrics-server/pkg/storage */
export class Storage {
  readonly #nodes = new Map<string, { last: Sample; before: Sample | undefined }>()
  readonly #containers = new Map<string, { last: Sample; before: Sample | undefined }>()

  store(node: string, samples: Samples, now: number): void {
    for (const [key, sample] of samples) {
      const [all, name] = key === '' ? [this.#nodes, node] : [this.#containers, key]
      const known = all.get(name)
      const isNewLife = known !== undefined && sample.startedAt !== known.last.startedAt
      all.set(name, { last: { ...sample, at: now }, before: isNewLife ? undefined : known?.last })
    }
  }

  /** What has not been read since is gone. */
  forget(since: number): void {
    for (const all of [this.#nodes, this.#containers])
      for (const [key, { last }] of all) if (last.at < since) all.delete(key)
  }

  node(name: string): Figures | undefined {
    return figures(this.#nodes.get(name))
  }

  container(namespace: string, pod: string, container: string): Figures | undefined {
    return figures(this.#containers.get(`${namespace}/${pod}/${container}`))
  }
}

function figures(known: { last: Sample; before: Sample | undefined } | undefined): Figures | undefined {
  if (known === undefined) return undefined
  const { last } = known
  const { startedAt } = last
  const isFresh = startedAt !== undefined && last.at - startedAt >= FRESH_MS
  const before = known.before ?? (isFresh ? { at: startedAt, cpuSeconds: 0, memory: 0 } : undefined)
  if (before === undefined || last.at <= before.at) return undefined
  const windowMs = last.at - before.at
  const cpu = Math.max(0, last.cpuSeconds - before.cpuSeconds) / (windowMs / 1000)
  return { timestamp: last.at, windowMs, cpu, memory: last.memory }
}
