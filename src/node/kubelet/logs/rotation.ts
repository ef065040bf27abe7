import type { Timer } from '../../../sim/clock.ts'
import type { KubeletContext } from '../kubelet-context.ts'

/**
 * Starts a new file for containers that have written much: looked for every 10 s, here when one has.
 * Source: pkg/kubelet/logs/container_log_manager.go
 */
export class ContainerLogRotation {
  readonly #context: KubeletContext
  readonly #grown = new Set<string>()
  #timer: Timer | undefined
  #stopListening: (() => void) | undefined

  constructor(context: KubeletContext) {
    this.#context = context
  }

  start(): void {
    const { runtime } = this.#context
    for (const { id } of runtime.containers()) this.#consider(id)
    this.#stopListening = runtime.onEvent(({ type, container }) => {
      if (type === 'log') this.#consider(container.id)
    })
  }

  stop(): void {
    this.#stopListening?.()
    this.#context.world.clock.clearTimeout(this.#timer)
  }

  #consider(id: string): void {
    const { runtime, configuration, world, startedAt } = this.#context
    if ((runtime.log(id)?.fileBytes ?? 0) < configuration.containerLogMaxSize) return
    this.#grown.add(id)
    if (this.#timer?.callback !== undefined) return
    const period = configuration.containerLogMonitorInterval
    const passed = world.clock.now() - startedAt
    this.#timer = world.clock.setTimeout(() => this.#rotate(), period - (passed % period))
  }

  #rotate(): void {
    const { runtime, configuration } = this.#context
    for (const id of this.#grown)
      if (runtime.container(id)?.state === 'running') runtime.log(id)?.rotate(configuration.containerLogMaxFiles)
    this.#grown.clear()
  }
}
