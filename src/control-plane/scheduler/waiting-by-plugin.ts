import { hearsOf, mayHelp } from './cluster-events.ts'
import type { ClusterEvent, EventName, Plugin } from './framework.ts'
import type { Framework } from './profile.ts'
import type { QueuedPod } from './queued-pod-info.ts'

/** The waiting pods by the plugins that refused them: an event asks only those that it can interest. */
export class WaitingByPlugin {
  readonly #pods = new Map<Plugin, Set<QueuedPod>>()
  readonly #all = new Set<QueuedPod>()
  readonly #frameworks: readonly Framework[]
  readonly #listeners = new Map<EventName, readonly Plugin[]>()
  #waiting = 0

  constructor(frameworks: readonly Framework[]) {
    this.#frameworks = frameworks
  }

  /** Whether there is one that is not gated. */
  get someoneWaits(): boolean {
    return this.#waiting > 0
  }

  all(): readonly QueuedPod[] {
    return [...this.#all]
  }

  add(queued: QueuedPod): void {
    if (this.#all.has(queued)) return
    this.#all.add(queued)
    if (queued.place === 'waiting') this.#waiting++
    for (const plugin of refusing(queued)) {
      let pods = this.#pods.get(plugin)
      if (pods === undefined) {
        pods = new Set()
        this.#pods.set(plugin, pods)
      }
      pods.add(queued)
    }
  }

  delete(queued: QueuedPod): void {
    if (!this.#all.delete(queued)) return
    if (queued.place === 'waiting') this.#waiting--
    for (const plugin of refusing(queued)) this.#pods.get(plugin)?.delete(queued)
  }

  /** Source: isPodWorthRequeuing */
  interestedIn(event: ClusterEvent): readonly QueuedPod[] {
    if (this.#all.size === 0) return NOBODY
    const name = `${event.resource}/${event.action}` as EventName
    const found = new Set<QueuedPod>()
    for (const plugin of this.#listening(name)) {
      for (const queued of this.#pods.get(plugin) ?? NOBODY) {
        if (found.has(queued) || queued.gatingPlugin?.events?.has(name) === false) continue
        if (queued.gatingPlugin !== undefined && queued.gatingPlugin.events === undefined) continue
        if (mayHelp(plugin, name, event, queued.info.pod)) found.add(queued)
      }
    }
    return [...found]
  }

  #listening(name: EventName): readonly Plugin[] {
    let plugins = this.#listeners.get(name)
    if (plugins === undefined) {
      plugins = this.#frameworks.flatMap(({ all }) => all.filter((plugin) => hearsOf(plugin, name)))
      this.#listeners.set(name, plugins)
    }
    return plugins
  }
}

const NOBODY: readonly QueuedPod[] = []

const refusing = ({ framework, unschedulablePlugins }: QueuedPod): readonly Plugin[] =>
  framework.all.filter(({ name }) => unschedulablePlugins.has(name))
