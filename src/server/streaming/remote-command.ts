import { truth } from '../../api/request-info.ts'
import { failure, internalError } from '../../api/status.ts'
import { isStatus, type Pod, type Status } from '../../api/types.ts'
import type { StreamRequest, Unreached, UserSession } from '../../cluster/index.ts'
import type { Door } from '../door.ts'
import type { Exchange, Upgrade } from '../exchange.ts'
import type { StreamChoice, StreamClient } from './client.ts'
import { chooseContainer } from './pod.ts'
import { SPDY_PROTOCOLS, SpdyClient } from './spdy-client.ts'
import { acceptSpdy, acceptWebSocket, isSpdy, isWebSocket, offered } from './upgrade.ts'
import { REMOTE_COMMAND_PROTOCOLS, WebSocketClient } from './websocket-client.ts'

/**
 * exec and attach. What cannot be streamed at all is refused before the upgrade; what goes wrong later is told in the
 * error stream. Source: pkg/registry/core/pod/rest/subresources.go, pkg/kubelet/server/server.go getExec, getAttach
 */
export async function answerRemoteCommand(
  door: Door,
  exchange: Exchange,
  pod: Pod,
  type: 'exec' | 'attach',
): Promise<void> {
  const container = chooseContainer(pod, exchange.query.get('container') || undefined)
  if (isStatus(container)) return exchange.status(container)
  const unassigned = notAssigned(pod)
  if (unassigned !== undefined) return exchange.status(unassigned)
  const { upgrade } = exchange
  if (upgrade === undefined) return exchange.status(failure(400, 'BadRequest', 'Upgrade request required', undefined))
  const choice = choiceOf(exchange)
  if (typeof choice === 'string') return exchange.text(400, choice)
  const protocol = negotiated(exchange)
  if (protocol === undefined) return exchange.text(403, unsupported(exchange))
  const request = requestOf(exchange, pod, container, type, choice)
  const output = new Output(choice)
  const { streams } = door
  const { world } = door.options
  const session = await world.inject(() => streams.open(request, output))
  if ('refused' in session) return exchange.text(session.refused.code, session.refused.text)
  if ('unreached' in session) return answerUnreached(door, exchange, session)
  const client = await accept(exchange, upgrade, protocol, choice)
  if ('error' in session) return client.finish(startFailure(session.error, protocol, type))
  connect(door, client, session, output)
}

/** The kubelet's port did not answer: known after a dial's patience. */
export async function answerUnreached(door: Door, exchange: Exchange, { unreached, tookMs }: Unreached): Promise<void> {
  if (tookMs > 0) await door.options.world.wait(tookMs)
  exchange.status(failure(500, '', `error dialing backend: ${unreached}`))
}

/** Source: pkg/registry/core/pod/strategy.go streamLocation */
export function notAssigned(pod: Pod): Status | undefined {
  if (pod.spec.nodeName) return undefined
  return failure(400, 'BadRequest', `pod ${pod.metadata.name} does not have a host assigned`)
}

/** Source: pkg/kubelet remotecommand NewOptions */
function choiceOf({ query }: Exchange): StreamChoice | string {
  const on = (name: string) => query.get(name) === '1' || truth(query.get(name))
  const tty = on('tty')
  const choice = { stdin: on('stdin'), stdout: on('stdout'), stderr: on('stderr'), tty }
  if (!choice.stdin && !choice.stdout && !choice.stderr) return 'you must specify at least 1 of stdin, stdout, stderr'
  return tty ? { ...choice, stderr: false } : choice
}

function negotiated(exchange: Exchange): string | undefined {
  if (isWebSocket(exchange)) {
    const names = offered(exchange)
    const known = names.find((name) => (REMOTE_COMMAND_PROTOCOLS as readonly string[]).includes(name))
    return known ?? (names.length === 0 ? '' : undefined)
  }
  if (!isSpdy(exchange)) return undefined
  const asked = (exchange.header('x-stream-protocol-version') ?? '').split(',').map((name) => name.trim())
  if (asked.length === 1 && asked[0] === '') return ''
  return SPDY_PROTOCOLS.find((name) => asked.includes(name))
}

function unsupported(exchange: Exchange): string {
  const asked = exchange.header('x-stream-protocol-version') ?? exchange.header('sec-websocket-protocol') ?? ''
  return `unable to upgrade: unable to negotiate protocol: client supports [${asked.split(/,\s*/).join(' ')}], server accepts [${SPDY_PROTOCOLS.join(' ')}]`
}

function requestOf(
  { query }: Exchange,
  { metadata }: Pod,
  container: string,
  type: 'exec' | 'attach',
  { stdin, tty }: StreamChoice,
): StreamRequest {
  const target = { namespace: metadata.namespace ?? '', pod: metadata.name, container, stdin }
  return type === 'attach' ? { ...target, type } : { ...target, type, command: query.getAll('command'), tty }
}

async function accept(
  exchange: Exchange,
  upgrade: Upgrade,
  protocol: string,
  choice: StreamChoice,
): Promise<StreamClient> {
  if (!isWebSocket(exchange)) return new SpdyClient(acceptSpdy(exchange, upgrade, protocol), protocol, choice)
  return new WebSocketClient(await acceptWebSocket(exchange, upgrade, protocol), protocol, choice)
}

/** What comes before the client is there waits for it. */
class Output {
  readonly #choice: StreamChoice
  #client: StreamClient | undefined
  #early: ((client: StreamClient) => void)[] = []

  constructor(choice: StreamChoice) {
    this.#choice = choice
  }

  onOutput(stream: 'stdout' | 'stderr', bytes: string): void {
    if (this.#choice[stream]) this.#send((client) => client.output(stream, Buffer.from(bytes, 'latin1')))
  }

  onExit(exitCode: number): void {
    this.#send((client) => client.finish(exitStatus(exitCode)))
  }

  to(client: StreamClient): void {
    this.#client = client
    for (const action of this.#early.splice(0)) action(client)
  }

  #send(action: (client: StreamClient) => void): void {
    if (this.#client === undefined) this.#early.push(action)
    else action(this.#client)
  }
}

/** Input goes in between two slices of the world, in the order it came. */
function connect(door: Door, client: StreamClient, session: UserSession, output: Output): void {
  const { world } = door.options
  let last: Promise<unknown> = Promise.resolve()
  const inOrder = (action: () => void) => {
    last = last.then(() => world.inject(action)).catch(() => undefined)
  }
  client.listen({
    input: (bytes) => inOrder(() => session.input(bytes)),
    resize: (size) => inOrder(() => session.resize(size)),
    gone: () => inOrder(() => session.hangUp()),
  })
  output.to(client)
}

/** Source: kubelet remotecommand/exec.go ServeExec */
function exitStatus(exitCode: number): Status {
  if (exitCode === 0) return { metadata: {}, status: 'Success' } as unknown as Status
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command in container: command terminated with exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  } as unknown as Status
}

/** The translation from WebSocket to SPDY wraps the runtime's error once more. Source: streamtranslator.go ServeHTTP */
function startFailure(error: string, protocol: string, type: 'exec' | 'attach'): Status {
  const what = type === 'exec' ? 'error executing command in container' : 'error attaching to container'
  const inner = internalError(`${what}: ${error}`)
  return protocol === 'v5.channel.k8s.io' ? internalError(inner.message ?? '') : inner
}
