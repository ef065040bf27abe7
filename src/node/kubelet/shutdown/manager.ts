import { type Chart, startChart } from '../../../sim/chart.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { Ending, PodRecord } from '../pod-worker/pod-record.ts'
import { nodeShutdownMachine } from './machine.ts'

/** Seconds that pods of at least this priority get. */
export interface ShutdownPeriod {
  readonly priority: number
  readonly shutdownGracePeriodSeconds: number
}

export interface ShutdownDeps {
  readonly context: KubeletContext
  active(): readonly PodRecord[]
  terminate(record: PodRecord, gracePeriodSeconds: number, ending: Ending): void
  /** The node goes down: no more pods, and its status says so. */
  onShutdown(): void
}

const MESSAGE = 'Pod was terminated in response to imminent node shutdown.'
const ENDING: Ending = { reason: 'Terminated', message: MESSAGE, disruption: MESSAGE }

/** Ends pods in order before the machine goes down. Source: pkg/kubelet/nodeshutdown */
export class NodeShutdownManager {
  readonly #deps: ShutdownDeps
  readonly #periods: readonly ShutdownPeriod[]
  #actor: Chart<typeof nodeShutdownMachine> | undefined
  #groups: readonly (readonly PodRecord[])[] = []
  #current: readonly PodRecord[] = []
  #release: (() => void) | undefined
  #stopInhibiting: (() => void) | undefined

  constructor(deps: ShutdownDeps) {
    this.#deps = deps
    this.#periods = [...deps.context.configuration.shutdownGracePeriods].sort((a, b) => a.priority - b.priority)
  }

  start(): void {
    const { deps, world, component } = this.#deps.context
    const groupsMs = this.#periods.map(({ shutdownGracePeriodSeconds }) => shutdownGracePeriodSeconds * 1000)
    const totalMs = groupsMs.reduce((sum, ms) => sum + ms, 0)
    if (totalMs === 0 || deps.inhibitShutdown === undefined) return
    this.#actor = startChart(nodeShutdownMachine, world, `${component}/shutdown`, { groupsMs }, (effect) => {
      if (effect.type === 'announce') this.#announce()
      else if (effect.type === 'killGroup') this.#kill(effect.group)
      else this.#release?.()
    })
    this.#stopInhibiting = deps.inhibitShutdown(totalMs, (release) => {
      this.#release = release
      this.#actor?.send({ type: 'shutdown' })
    })
  }

  stop(): void {
    this.#stopInhibiting?.()
    this.#actor?.stop()
  }

  /** A pod of the node has ended. */
  ended(): void {
    if (this.#current.length > 0) this.#check()
  }

  #announce(): void {
    const { client, nodeName, events, log } = this.#deps.context
    log('I nodeshutdown_manager_linux.go:265] "Shutdown manager detected new shutdown event" event="shutdown"')
    const node = client.get('Node', nodeName)
    if (node !== undefined) events.node(node, 'Normal', 'NodeShutdown', 'Shutdown manager detected shutdown event')
    this.#deps.onShutdown()
    this.#groups = grouped(this.#periods, this.#deps.active())
  }

  #kill(group: number): void {
    const most = this.#periods[group]!.shutdownGracePeriodSeconds
    this.#current = this.#groups[group] ?? []
    for (const record of this.#current) {
      const { terminationGracePeriodSeconds: own = most } = record.pod.spec
      this.#deps.terminate(record, Math.min(own, most), ENDING)
    }
    this.#check()
  }

  #check(): void {
    this.#deps.context.world.clock.defer(() => {
      if (!this.#current.every(({ terminated }) => terminated)) return
      this.#current = []
      this.#actor?.send({ type: 'gone' })
    })
  }
}

/** Source: nodeshutdown_manager.go groupByPriority */
function grouped(periods: readonly ShutdownPeriod[], records: readonly PodRecord[]): readonly (readonly PodRecord[])[] {
  const groups = periods.map((): PodRecord[] => [])
  for (const record of records) {
    const priority = record.pod.spec.priority ?? 0
    const above = periods.findIndex((period) => period.priority > priority)
    groups[above < 0 ? periods.length - 1 : Math.max(0, above - 1)]!.push(record)
  }
  return groups
}
