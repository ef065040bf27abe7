import type { Client } from '../client/contract.ts'
import type { Network, NetworkAnswer, NetworkRequest, Serve } from '../network/contract.ts'
import { byteString } from '../node/bytes.ts'
import type { StreamListener, StreamSession } from '../node/container-runtime/contract.ts'
import type { Refusal } from '../node/kubelet/contract.ts'
import type { TerminalSize } from '../node/terminal.ts'
import type { Input } from './inputs.ts'
import type { Machine } from './machines.ts'

/** What `kubectl exec` or `kubectl attach` asks of a kubelet. Plain data. */
export type StreamRequest = {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly stdin: boolean
} & (
  | { readonly type: 'exec'; readonly command: readonly string[]; readonly tty: boolean }
  | { readonly type: 'attach' }
)

/** Who holds the streams outside; bytes as byte strings. */
export type OutputListener = StreamListener

/** The user's end of a stream. */
export interface UserSession {
  /** Undefined is the end of the input. */
  input(bytes: Uint8Array | undefined): void
  resize(size: TerminalSize): void
  /** The user has gone. */
  hangUp(): void
}

/** Nobody answered at the kubelet's port: worded as the dial's error. `tookMs`: virtual time until that was known. */
export interface Unreached {
  readonly unreached: string
  readonly tookMs: number
}

/** A connection of the network, as data: who asks whom. */
export interface Dial {
  readonly from: { readonly host: string; readonly ip: string }
  readonly to: { readonly ip: string; readonly port: number }
  readonly request: NetworkRequest
}

/** The cluster's streams as a door uses them; what changes something is recorded first. */
export interface Streams {
  /** `error`: the stream stands, but what was asked for could not be started. */
  open(request: StreamRequest, listener: OutputListener): UserSession | Refusal | Unreached | { readonly error: string }
  /** Where a pod's ports are, seen from inside the pod. */
  pod(namespace: string, pod: string): Dial['from'] | Refusal | Unreached
  /** The API server's own place in the network: where proxied requests come from. */
  apiServer(): Dial['from'] | undefined
  /** Why nobody answers there, worded as a dial's error; undefined when somebody does. */
  obstacle(from: Dial['from'], to: Dial['to']): Unreached | undefined
  /** Asks. Undefined when nobody answers any more. */
  dial(dial: Dial): NetworkAnswer | undefined
}

interface Parts {
  readonly network: Network
  readonly machines: ReadonlyMap<string, Machine>
  readonly admin: Client
  /** Name of the host whose API server answers. */
  apiServerHost(): string | undefined
  record(input: Input): void
  choose(n: number): number
}

/** TCP's patience as Go's dialer has it. Source: net.Dialer{Timeout: 30 * time.Second} in apimachinery/pkg/util/net */
const DIAL_TIMEOUT = 30_000
const KUBELET_PORT = 10_250

export class ClusterStreams implements Streams {
  readonly #parts: Parts
  readonly #sessions = new Map<number, StreamSession>()
  #next = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  open(
    request: StreamRequest,
    listener: OutputListener,
  ): UserSession | Refusal | Unreached | { readonly error: string } {
    const machine = this.#kubeletOf(request.namespace, request.pod)
    if ('unreached' in machine) return machine
    const refused = machine.kubelet!.streamable(request, request.type)
    if (refused !== undefined) return refused
    // Who only looks on leaves no mark on the world.
    if (request.type === 'attach' && !request.stdin) return onlooker(this.#start(machine, request, listener))
    const number = this.#next
    this.#parts.record({ type: 'stream', session: number, request })
    const session = this.#keep(number, machine, request, listener)
    return 'error' in session ? session : this.#user(number, session, request)
  }

  pod(namespace: string, pod: string): Dial['from'] | Refusal | Unreached {
    const machine = this.#kubeletOf(namespace, pod)
    if ('unreached' in machine) return machine
    const address = machine.kubelet!.podAddress(namespace, pod)
    return 'refused' in address ? address : { host: machine.host.name, ip: address.ip }
  }

  apiServer(): Dial['from'] | undefined {
    const host = this.#parts.apiServerHost()
    const machine = host === undefined ? undefined : this.#parts.machines.get(host)
    return machine && { host: machine.host.name, ip: machine.host.ip }
  }

  obstacle(from: Dial['from'], to: Dial['to']): Unreached | undefined {
    const { outcome } = this.#parts.network.connect(from, to, () => 0)
    if (outcome === 'connected') return undefined
    const why = {
      refused: 'connect: connection refused',
      timeout: 'i/o timeout',
      unreachable: 'connect: no route to host',
    }
    const tookMs = outcome === 'timeout' ? DIAL_TIMEOUT : 0
    return { unreached: `dial tcp ${to.ip}:${to.port}: ${why[outcome]}`, tookMs }
  }

  dial(dial: Dial): NetworkAnswer | undefined {
    this.#parts.record({ type: 'dial', dial })
    return this.#dial(dial)
  }

  /** @see Cluster.apply */
  apply(input: Extract<Input, { type: 'stream' | 'stdin' | 'dial' }>): void {
    if (input.type === 'dial') this.#dial(input.dial)
    else if (input.type === 'stdin') this.#input(input.session, input.data)
    else {
      const machine = this.#kubeletOf(input.request.namespace, input.request.pod)
      if (!('unreached' in machine)) this.#keep(input.session, machine, input.request, NOBODY)
    }
  }

  #dial({ from, to, request }: Dial): NetworkAnswer | undefined {
    const connection = this.#parts.network.connect<Serve>(from, to, (n) => this.#parts.choose(n))
    return connection.outcome === 'connected' ? connection.serve(request) : undefined
  }

  #keep(number: number, machine: Machine, request: StreamRequest, listener: OutputListener) {
    this.#next = number + 1
    const session = this.#start(machine, request, {
      onOutput: (stream, bytes) => listener.onOutput(stream, bytes),
      onExit: (code) => {
        this.#sessions.delete(number)
        listener.onExit(code)
      },
    })
    if (!('error' in session)) this.#sessions.set(number, session)
    return session
  }

  #start(machine: Machine, request: StreamRequest, listener: StreamListener) {
    const kubelet = machine.kubelet!
    return request.type === 'attach'
      ? kubelet.attach(request, listener)
      : kubelet.exec(request, request.command, request, listener)
  }

  #user(number: number, session: StreamSession, request: StreamRequest): UserSession {
    const send = (data: string | null) => {
      if (!this.#sessions.has(number)) return
      this.#parts.record({ type: 'stdin', session: number, data })
      this.#input(number, data)
    }
    return {
      input: (bytes) => send(bytes === undefined ? null : btoa(byteString(bytes))),
      resize: (size) => session.resize(size),
      hangUp: () => {
        session.leave()
        if (request.stdin && this.#endsWithUser(request)) send(null)
      },
    }
  }

  /** What a command reads ends when its user goes; what a container reads only with `stdinOnce`. */
  #endsWithUser({ type, namespace, pod, container }: StreamRequest): boolean {
    if (type === 'exec') return true
    const { spec } = this.#parts.admin.get('Pod', pod, namespace) ?? {}
    const all = [...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])]
    return all.find(({ name }) => name === container)?.stdinOnce === true
  }

  #input(number: number, data: string | null): void {
    this.#sessions.get(number)?.input(data === null ? undefined : atob(data))
  }

  /** The kubelet of a pod's node, when the API server can reach it. */
  #kubeletOf(namespace: string, pod: string): Machine | Unreached {
    const { machines, admin, network } = this.#parts
    const node = admin.get('Pod', pod, namespace)?.spec.nodeName ?? ''
    const machine = machines.get(node)
    if (machine === undefined) return { unreached: `dial tcp: lookup ${node}: no such host`, tookMs: 0 }
    const { host, kubelet } = machine
    const at = `dial tcp ${host.ip}:${KUBELET_PORT}`
    const from = this.#parts.apiServerHost() ?? host.name
    if (!host.up || !network.reaches(from, host.name)) return { unreached: `${at}: i/o timeout`, tookMs: DIAL_TIMEOUT }
    return kubelet === undefined ? { unreached: `${at}: connect: connection refused`, tookMs: 0 } : machine
  }
}

const NOBODY: OutputListener = { onOutput: () => undefined, onExit: () => undefined }

function onlooker(session: StreamSession | { readonly error: string }): UserSession | { readonly error: string } {
  if ('error' in session) return session
  return { input: () => undefined, resize: () => undefined, hangUp: () => session.leave() }
}
