import type { LifecycleHandler } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { type ContainerSlot, formatPod, type PodRecord } from '../pod-worker/pod-record.ts'
import { dial } from '../probe/dial.ts'
import { portOf } from '../probe/target.ts'

/** Runs postStart and preStop handlers. Source: pkg/kubelet/lifecycle/handlers.go */
export class LifecycleHooks {
  readonly #context: KubeletContext

  constructor(context: KubeletContext) {
    this.#context = context
  }

  /**
   * @param timeoutMs undefined: it takes as long as it takes
   * @param onDone called on the clock, with what went wrong as upstream words it
   * @returns how to give it up: `onDone` is not called then
   */
  run(
    record: PodRecord,
    slot: ContainerSlot,
    handler: LifecycleHandler,
    timeoutMs: number | undefined,
    onDone: (error: string | undefined) => void,
  ): () => void {
    const { clock } = this.#context.world
    let over = false
    const abandon = () => {
      over = true
      clock.clearTimeout(timer)
    }
    const finish = (error?: string) => {
      if (over) return
      abandon()
      onDone(error)
    }
    const timer = timeoutMs === undefined ? undefined : clock.setTimeout(() => finish(), timeoutMs)
    const where = `for Container "${slot.name}" in Pod "${formatPod(record.pod)}" failed - error:`
    if (handler.sleep !== undefined) clock.setTimeout(finish, handler.sleep.seconds * 1000)
    else if (handler.exec !== undefined && slot.current !== undefined)
      this.#command(slot.current.id, handler.exec.command ?? [], where, finish)
    else if (handler.httpGet !== undefined) {
      const error = this.#get(record, slot, handler.httpGet)
      const text = error && `HTTP lifecycle hook (${handler.httpGet.path ?? ''}) ${where} ${error}`
      clock.defer(() => finish(text))
    } else clock.defer(finish)
    return abandon
  }

  #command(id: string, command: readonly string[], where: string, finish: (error?: string) => void): void {
    this.#context.runtime.exec(id, command, ({ exitCode, output, stderr, error }) => {
      if (error === undefined && exitCode === 0) return finish()
      const why =
        error === undefined
          ? `command '${command.join(' ')}' exited with ${exitCode}: ${stderr}`
          : `rpc error: code = Unknown desc = ${error}`
      finish(`Exec lifecycle hook ([${command.join(' ')}]) ${where} ${why}, message: ${JSON.stringify(output)}`)
    })
  }

  /** Whatever the server answers is fine, as long as it answers. Source: runHTTPHandler */
  #get(record: PodRecord, { spec }: ContainerSlot, get: NonNullable<LifecycleHandler['httpGet']>): string | undefined {
    const port = portOf(get.port, spec)
    if (typeof port === 'string') return port
    const host = get.host || record.sandbox?.ip || ''
    const path = get.path ?? ''
    const dialed = dial(this.#context, host, port, 0)
    if (dialed.serve === undefined) {
      const url = `${(get.scheme ?? 'HTTP').toLowerCase()}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`
      return `Get "${url}": ${dialed.error}`
    }
    const headers: Record<string, string> = { 'User-Agent': 'kube-lifecycle/1.36', Accept: '*/*' }
    for (const { name, value } of get.httpHeaders ?? []) headers[name] = value
    dialed.serve({ protocol: 'HTTP', from: this.#context.ip, method: 'GET', path: path || '/', headers })
    return undefined
  }
}
