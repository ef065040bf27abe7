import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Cluster, chartStates, type HostShell } from '../cluster/index.ts'
import type { Pace } from '../server/pace.ts'
import { overviewOf } from './overview.ts'
import type { Journey, Place } from './replay-place.ts'

export interface Controlled {
  readonly cluster: Cluster
  readonly pace: Pace
  /** Its id; none where `kubedrill serve` runs a cluster. */
  readonly exercise?: string
  readonly port: number
  /** Time has been skipped: writes down how far it is, where that is kept. */
  tick?(): void
  /** In a replay: to another place of the scenario. @returns where that is */
  travel?(to: Journey): Promise<Place>
  end(): void
}

interface OpenShell {
  readonly host: string
  readonly shell: HostShell
  /** Lines of a command that goes on with the next one. */
  unfinished: string
}

/** A request that cannot be done, as the command line shows it. */
class Refusal extends Error {}

/** Serves the control socket of a session or a served cluster: for this user alone (0600), not for clients of the cluster. */
export async function serveControl(path: string, controlled: Controlled): Promise<void> {
  rmSync(path, { force: true })
  const door = new ControlDoor(controlled)
  const server = createServer((request, response) => {
    door.answer(request, response).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(error instanceof Refusal ? 400 : 500)
      response.end(`${JSON.stringify({ error: error.message })}\n`)
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  chmodSync(path, 0o600)
}

class ControlDoor {
  readonly #controlled: Controlled
  readonly #shells: OpenShell[] = []

  constructor(controlled: Controlled) {
    this.#controlled = controlled
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://session')
    const [resource = '', id = '', what = ''] = url.pathname.split('/').slice(1)
    const body = await readBody(request)
    const path = url.searchParams.get('path') ?? ''
    const reply = (value: unknown) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`)
    const route = `${request.method} ${resource}`
    if (route === 'GET status') reply(await this.#status())
    else if (route === 'POST skip') reply(await this.#skip(Number(body.ms)))
    else if (route === 'POST travel') reply(await this.#travel(body as unknown as Journey))
    else if (route === 'POST stop') {
      reply({})
      response.on('finish', () => this.#controlled.end())
    } else if (route === 'POST shells' && id === '') reply(this.#open(String(body.host)))
    else if (route === 'POST shells' && what === 'interrupt') reply(await this.#interrupt(Number(id)))
    else if (route === 'POST shells' && what === 'complete')
      reply(await this.#shell(Number(id)).shell.complete(String(body.line)))
    else if (route === 'POST shells')
      await this.#run(Number(id), String(body.line), body.interactive === true, response)
    else if (route === 'GET overview')
      reply(await this.#controlled.pace.inject(() => overviewOf(this.#controlled.cluster)))
    else if (route === 'GET charts') reply(await this.#charts())
    else if (route === 'GET why')
      reply(await this.#why(decodeURIComponent(id), url.searchParams.get('namespace') ?? 'default'))
    else if (route === 'GET files') reply({ content: this.#host(decodeURIComponent(id)).files.read(path) })
    else if (route === 'PUT files') reply(await this.#write(decodeURIComponent(id), path, String(body.content)))
    else throw new Refusal(`the session does not know ${request.method} ${url.pathname}`)
  }

  async #status() {
    const { cluster, pace, exercise, port } = this.#controlled
    return pace.inject(() => {
      const { clock } = cluster
      return {
        pid: process.pid,
        port,
        exercise,
        now: clock.now(),
        fired: clock.fired,
        nodes: [...cluster.hosts.keys()],
      }
    })
  }

  #charts() {
    const { cluster, pace } = this.#controlled
    return pace.inject(() => chartStates(cluster.charts, cluster.client()))
  }

  async #why(pod: string, namespace: string) {
    const { cluster, pace } = this.#controlled
    const answer = await pace.inject(() => ({ why: cluster.why(namespace, pod) }))
    if (typeof answer.why === 'string') throw new Refusal(answer.why)
    return answer.why
  }

  async #skip(ms: number) {
    const { cluster, pace, tick } = this.#controlled
    await pace.skip(ms)
    tick?.()
    return { now: cluster.clock.now() }
  }

  #travel(to: Journey) {
    const { travel } = this.#controlled
    if (travel === undefined) throw new Refusal('only a replay goes back and forth: `kubedrill replay REPORT`')
    return travel(to)
  }

  #host(name: string) {
    const host = this.#controlled.cluster.hosts.get(name)
    if (host === undefined)
      throw new Refusal(`there is no node "${name}": ${[...this.#controlled.cluster.hosts.keys()].join(', ')}`)
    return host
  }

  #open(name: string) {
    const host = this.#host(name)
    if (!host.up) throw new Refusal(`ssh: connect to host ${name} port 22: No route to host`)
    const shell = host.shell()
    this.#shells.push({ host: name, shell, unfinished: '' })
    return { id: this.#shells.length - 1, prompt: promptOf(name, shell) }
  }

  #shell(id: number): OpenShell {
    const open = this.#shells[id]
    if (open === undefined) throw new Refusal('this shell was of a server that has ended: log in again')
    return open
  }

  #interrupt(id: number) {
    const open = this.#shell(id)
    open.unfinished = ''
    return this.#controlled.pace.inject(() => {
      open.shell.interrupt()
      return {}
    })
  }

  /** @param interactive lines come one by one, as they are typed: a command may need several */
  async #run(id: number, text: string, interactive: boolean, response: ServerResponse): Promise<void> {
    const open = this.#shell(id)
    const { pace } = this.#controlled
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    const write = (message: object) => void response.write(`${JSON.stringify(message)}\n`)
    const line = open.unfinished + text
    open.unfinished = interactive && (await open.shell.isUnfinished(`${line}\n`)) ? `${line}\n` : ''
    if (open.unfinished !== '') {
      write({ done: { exitCode: 0, prompt: '> ' } })
      return void response.end()
    }
    // Whoever it was for has left: what still runs ends, as with a terminal that hangs up.
    response.once('close', () => {
      if (!response.writableEnded) void this.#interrupt(id)
    })
    let streamed = 0
    const running = await pace.inject(() => ({
      result: open.shell.run(line, (text) => {
        streamed += text.length
        write({ output: text })
      }),
    }))
    const { stdout, stderr, exitCode, effect } = await running.result
    if (streamed === 0 && stdout + stderr !== '') write({ output: stdout + stderr })
    const edit = effect !== undefined && 'edit' in effect ? { edit: effect.edit } : {}
    const isUp = this.#host(open.host).up
    const closed = (effect !== undefined && 'logout' in effect) || !isUp ? { closed: true } : {}
    write({ done: { exitCode, prompt: promptOf(open.host, open.shell), ...edit, ...closed } })
    response.end()
  }

  #write(name: string, path: string, content: string) {
    const host = this.#host(name)
    return this.#controlled.pace.inject(() => {
      host.writeFile(path, content)
      return {}
    })
  }
}

function promptOf(host: string, { cwd }: HostShell): string {
  return `root@${host}:${cwd.replace(/^\/root(?=\/|$)/, '~')}# `
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > 4_000_000) throw new Refusal('too large')
  }
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
