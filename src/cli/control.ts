import { type IncomingMessage, request } from 'node:http'
import type { ChartState, PodExplanation } from '../cluster/index.ts'
import { Failure } from './failure.ts'
import type { Overview } from './overview.ts'
import type { Journey, Place } from './replay-place.ts'
import type { SessionFiles } from './session-files.ts'

/** What a session's server says of itself. */
export interface SessionStatus {
  readonly pid: number
  readonly port: number
  /** None where `kubedrill serve` runs the cluster. */
  readonly exercise?: string
  /** Virtual ms, and the journal's coordinate of this instant. */
  readonly now: number
  readonly fired: number
  readonly nodes: readonly string[]
}

/** Talks to the server of a session, or to `kubedrill serve`, over its socket. @throws {Failure} with the server's own words */
export class Control {
  readonly #socketPath: string

  constructor({ socket }: Pick<SessionFiles, 'socket'>) {
    this.#socketPath = socket
  }

  status(): Promise<SessionStatus> {
    return this.#json('GET', '/status')
  }

  /** Whether a server answers. */
  async alive(): Promise<boolean> {
    return this.status().then(
      () => true,
      () => false,
    )
  }

  overview(): Promise<Overview> {
    return this.#json('GET', '/overview')
  }

  /** Every statechart that runs, and its state. */
  charts(): Promise<readonly ChartState[]> {
    return this.#json('GET', '/charts')
  }

  /** Why a Pod is where it is, or nowhere. @throws {Failure} when nobody can tell */
  why(pod: string, namespace: string): Promise<PodExplanation> {
    return this.#json('GET', `/why/${encodeURIComponent(pod)}?namespace=${encodeURIComponent(namespace)}`)
  }

  skip(ms: number): Promise<{ now: number }> {
    return this.#json('POST', '/skip', { ms })
  }

  /** In a replay: to the end of a step, counted from here, or to an instant after boot. */
  travel(to: Journey): Promise<Place> {
    return this.#json('POST', '/travel', to)
  }

  stop(): Promise<unknown> {
    return this.#json('POST', '/stop')
  }

  openShell(host: string): Promise<{ id: number; prompt: string }> {
    return this.#json('POST', '/shells', { host })
  }

  /** Runs a line; output arrives as it is written. */
  async run(
    shell: number,
    line: string,
    onOutput: (text: string) => void,
    { interactive = false } = {},
  ): Promise<ShellOutcome> {
    const response = await this.#send('POST', `/shells/${shell}`, { line, interactive })
    let rest = ''
    let outcome: ShellOutcome | undefined
    for await (const chunk of response) {
      rest += String(chunk)
      const lines = rest.split('\n')
      rest = lines.pop()!
      for (const text of lines) {
        const message = JSON.parse(text) as { output?: string; done?: ShellOutcome; error?: string }
        if (message.error !== undefined) throw new Failure(message.error)
        if (message.output !== undefined) onOutput(message.output)
        outcome = message.done ?? outcome
      }
    }
    if (outcome === undefined) throw new Failure('the session ended while the command ran', 1)
    return outcome
  }

  /** What Tab offers for a line up to its cursor. */
  complete(shell: number, line: string): Promise<{ word: string; candidates: readonly string[] }> {
    return this.#json('POST', `/shells/${shell}/complete`, { line })
  }

  /** Ctrl-C. */
  interrupt(shell: number): Promise<unknown> {
    return this.#json('POST', `/shells/${shell}/interrupt`)
  }

  readFile(host: string, path: string): Promise<{ content: string | undefined }> {
    return this.#json('GET', `/files/${encodeURIComponent(host)}?path=${encodeURIComponent(path)}`)
  }

  writeFile(host: string, path: string, content: string): Promise<unknown> {
    return this.#json('PUT', `/files/${encodeURIComponent(host)}?path=${encodeURIComponent(path)}`, { content })
  }

  async #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, path, body)
    let text = ''
    for await (const chunk of response) text += String(chunk)
    const answer = JSON.parse(text) as T & { error?: string }
    if ((response.statusCode ?? 500) >= 400)
      throw new Failure(answer.error ?? `the session answered ${response.statusCode}`)
    return answer
  }

  #send(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { socketPath: this.#socketPath, method, path, headers: { 'content-type': 'application/json' } },
        resolve,
      )
      sent.on('error', () => reject(new Failure('no session is running: `kubedrill start` begins one')))
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
}

/** How a command line on a node ended. `edit`: the shell asks that a file be opened in the user's editor. */
export interface ShellOutcome {
  readonly exitCode: number
  readonly prompt: string
  readonly edit?: string
  /** The shell itself has ended (`exit`). */
  readonly closed?: boolean
}
