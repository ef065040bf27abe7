import type {
  ContainerRuntime,
  RuntimeContainer,
  StreamListener,
  StreamOptions,
} from '../container-runtime/contract.ts'
import type { Refusal, StreamTarget } from './contract.ts'
import type { PodRecord } from './pod-worker/pod-record.ts'

/** The streaming endpoints of a kubelet. Source: pkg/kubelet/server/server.go, kubelet_pods.go GetExec, GetAttach, GetPortForward */
export class Streaming {
  readonly #runtime: ContainerRuntime
  readonly #find: (namespace: string, pod: string) => PodRecord | undefined

  constructor(runtime: ContainerRuntime, find: (namespace: string, pod: string) => PodRecord | undefined) {
    this.#runtime = runtime
    this.#find = find
  }

  streamable({ namespace, pod, container }: StreamTarget, what: 'exec' | 'attach'): Refusal | undefined {
    const record = this.#find(namespace, pod)
    if (record === undefined) return refusal(404, 'pod does not exist')
    const error = this.#runtime.error()
    if (error !== undefined) return refusal(500, error)
    if (this.#running(record, container) !== undefined) return undefined
    const full = `${pod}_${namespace}`
    return refusal(
      500,
      what === 'exec' ? `container not found ("${container}")` : `container ${container} not found in pod ${full}`,
    )
  }

  exec(target: StreamTarget, command: readonly string[], options: StreamOptions, listener: StreamListener) {
    const container = this.#containerOf(target)
    if (container === undefined) return { error: `container not found ("${target.container}")` }
    return this.#runtime.execStreams(container.id, command, options, listener)
  }

  attach(target: StreamTarget, listener: StreamListener) {
    const container = this.#containerOf(target)
    if (container === undefined) return { error: `container not found ("${target.container}")` }
    return this.#runtime.attach(container.id, listener)
  }

  podAddress(namespace: string, pod: string): { readonly ip: string } | Refusal {
    const record = this.#find(namespace, pod)
    if (record === undefined) return refusal(404, 'pod does not exist')
    const error = this.#runtime.error()
    if (error !== undefined) return refusal(500, error)
    const { sandbox } = record
    if (sandbox?.ready !== true) return refusal(500, `pod not found ("${pod}_${namespace}")`)
    return { ip: sandbox.ip }
  }

  #containerOf({ namespace, pod, container }: StreamTarget): RuntimeContainer | undefined {
    const record = this.#find(namespace, pod)
    return record && this.#running(record, container)
  }

  #running(record: PodRecord, name: string): RuntimeContainer | undefined {
    const current = record.slot(name)?.current
    return current?.state === 'running' ? current : undefined
  }
}

function refusal(code: number, text: string): Refusal {
  return { refused: { code, text } }
}
