import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster, servedKinds } from '../cluster/index.ts'
import type { World as ServedWorld } from '../server/contract.ts'
import type { Pace } from '../server/pace.ts'
import type { Credentials } from '../server/pki.ts'
import { NotCapable } from './step.ts'
import type { CommandResult } from './target.ts'

/** Virtual time passes while a command runs: this much (ms) at once, and no more than this in all. */
const STEP_MS = 1000
const LONGEST_MS = 3_600_000
/** A command that has asked nothing for so long (wall ms) waits for something to happen. */
const PATIENCE_MS = 25

let credentials: Promise<Credentials> | undefined

/**
 * Real kubectl ($KUBECTL, else the one on PATH) against one cluster. Its API is served over HTTPS from the first
 * command on; time stands still until a command waits for the cluster to change, and between commands.
 */
export class Kubectl {
  readonly #directory = mkdtempSync(join(tmpdir(), 'kubedrill-kubectl-'))
  #served: { readonly pace: Pace; readonly close: () => Promise<void> } | undefined
  #lastAsked: number | undefined
  #failure: { readonly error: unknown } | undefined

  /** @throws {NotCapable} where there is no kubectl */
  async run(cluster: Cluster, args: readonly string[]): Promise<CommandResult> {
    this.#served ??= await this.#serve(cluster)
    const { pace } = this.#served
    this.#lastAsked = undefined
    // Brings the server up to what has happened since the last command, too.
    pace.start()
    try {
      return await this.#whileTimePasses(cluster, pace, args)
    } finally {
      pace.stop()
    }
  }

  async close(): Promise<void> {
    await this.#served?.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #serve(cluster: Cluster) {
    const [server, { createCredentials }, config, { Pace }] = await Promise.all([
      import('../server/index.ts'),
      import('../server/pki.ts'),
      import('../server/kubeconfig.ts'),
      import('../server/pace.ts'),
    ])
    credentials ??= createCredentials()
    const known = await credentials
    const pace = new Pace(cluster.clock, cluster.barrier, {
      speed: 0,
      onFailure: (error) => {
        this.#failure = { error }
      },
    })
    const { url, close } = await server.startServer({
      connect: () => cluster.apiServer(),
      kinds: servedKinds,
      world: this.#listening(pace),
      credentials: known,
      port: 0,
      logs: (namespace, pod, container, log, sink) => cluster.streamLogs(namespace, pod, container, log, sink),
      streams: cluster.streams,
    })
    config.writeKubeconfig(join(this.#directory, 'config'), config.kubeconfig(url, known))
    return { pace, close }
  }

  /** The same world, with a note of when it was last asked something. */
  #listening(pace: Pace): ServedWorld {
    return {
      inject: (request) => {
        this.#lastAsked = performance.now()
        return pace.inject(request)
      },
      wait: (virtualMs) => pace.wait(virtualMs),
      now: () => pace.now(),
      aheadMs: () => pace.aheadMs(),
      onSlice: (listener) => pace.onSlice(listener),
    }
  }

  async #whileTimePasses(cluster: Cluster, pace: Pace, args: readonly string[]): Promise<CommandResult> {
    const command = ['kubectl', ...args].join(' ')
    const start = cluster.clock.now()
    const process = this.#start(args)
    let ended = false
    const result = process.result.finally(() => {
      ended = true
    })
    result.catch(() => {})
    while (!ended) {
      await Promise.race([result.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))])
      if (this.#failure !== undefined) process.kill()
      else if (!ended && this.#waits()) await pace.skip(STEP_MS)
      if (cluster.clock.now() - start <= LONGEST_MS) continue
      process.kill()
      throw new Error(`${command} did not end within an hour`)
    }
    if (this.#failure !== undefined) throw this.#failure.error
    return { command, ...(await result) }
  }

  /** Whether the command has come to the server and now waits for an answer, or for something to happen. */
  #waits(): boolean {
    return this.#lastAsked !== undefined && performance.now() - this.#lastAsked > PATIENCE_MS
  }

  #start(args: readonly string[]) {
    return startKubectl(args, {
      KUBECONFIG: join(this.#directory, 'config'),
      KUBECACHEDIR: join(this.#directory, 'cache'),
    })
  }
}

/** Runs kubectl ($KUBECTL, else the one on PATH) as whoever started this process would. @throws {NotCapable} where there is none */
export async function runKubectl(args: readonly string[]): Promise<CommandResult> {
  return { command: ['kubectl', ...args].join(' '), ...(await startKubectl(args, {}).result) }
}

function startKubectl(args: readonly string[], extra: Readonly<Record<string, string>>) {
  const program = process.env.KUBECTL || 'kubectl'
  const child = spawn(program, args, { env: { ...process.env, ...extra }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      output += text
    })
  }
  const result = new Promise<Omit<CommandResult, 'command'>>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new NotCapable(`there is no ${program} to run`) : error),
    )
    child.once('close', (code) => resolve({ exitCode: code ?? 1, output }))
  })
  return { result, kill: () => void child.kill() }
}
