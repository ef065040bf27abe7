import type { LifecycleHandler } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { ContainerSlot, PodRecord } from '../pod-worker/pod-record.ts'
import { resolvePort, type Serve } from '../probe/target.ts'

/** Runs postStart and preStop handlers. Source: pkg/kubelet/lifecycle/handlers.go */
export class LifecycleHooks {
  readonly #context: KubeletContext

  constructor(context: KubeletContext) {
    this.#context = context
  }

  /** @param onDone called on the clock, with what went wrong; at the latest after `timeoutMs` */
  run(
    record: PodRecord,
    slot: ContainerSlot,
    handler: LifecycleHandler,
    timeoutMs: number,
    onDone: (error: string | undefined) => void,
  ): void {
    const { world, runtime } = this.#context
    let over = false
    const finish = (error: string | undefined) => {
      if (over) return
      over = true
      world.clock.clearTimeout(timer)
      onDone(error)
    }
    const timer = world.clock.setTimeout(() => finish('timed out'), timeoutMs)
    if (handler.sleep !== undefined) {
      world.clock.setTimeout(() => finish(undefined), handler.sleep.seconds * 1000)
    } else if (handler.exec !== undefined && slot.current !== undefined) {
      runtime.exec(slot.current.id, handler.exec.command ?? [], ({ exitCode, error }) =>
        finish(error ?? (exitCode === 0 ? undefined : `exited with ${exitCode}`)),
      )
    } else if (handler.httpGet !== undefined) {
      const error = this.#get(record, slot, handler.httpGet)
      world.clock.defer(() => finish(error))
    } else world.clock.defer(() => finish(undefined))
  }

  #get(record: PodRecord, { spec }: ContainerSlot, get: NonNullable<LifecycleHandler['httpGet']>): string | undefined {
    const { network, nodeName, ip } = { ...this.#context, network: this.#context.deps.network }
    const port = resolvePort(get.port, spec)
    if (port === undefined) return `couldn't find port: ${get.port}`
    const to = { ip: get.host ?? record.sandbox?.ip ?? '', port }
    const connection = network.connect<Serve>({ host: nodeName, ip }, to, () => 0)
    if (connection.outcome !== 'connected') return connection.because
    const { status = 200 } = connection.serve({ protocol: 'HTTP', from: ip, method: 'GET', path: get.path ?? '/' })
    return status >= 200 && status < 400 ? undefined : `HTTP status ${status}`
  }
}
