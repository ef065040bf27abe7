import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiRequest, ApiServer } from '../api/request.ts'
import type { Kind, KubernetesObject } from '../api/types.ts'
import { type Cluster, servedKinds } from '../cluster/index.ts'
import type { World as ServedWorld } from '../server/contract.ts'
import type { Pace } from '../server/pace.ts'
import type { Credentials } from '../server/pki.ts'
import { servedCluster } from '../server/served-cluster.ts'
import { scenarioCredentials } from './certificates.ts'
import { isolated } from './isolated-program.ts'
import { type Rest, restOf } from './sleep.ts'
import { NotCapable } from './step.ts'
import type { CommandResult } from './target.ts'

/** Virtual time passes while a command runs: this much (ms) at once, and no more than this in all. */
const STEP_MS = 1000
const LONGEST_MS = 3_600_000
/** A command that sleeps, asks and sleeps again (`drain` does) gets a longer time to pass each time, up to this many steps. */
const MOST_STEPS = 8
/** Wall ms between two looks at a command, and how many in a row must find it at rest before it counts as waiting. */
const LOOK_MS = 4
const LOOKS = 5
/** The same for one that asks nothing and waits for no answer: it may only be between two requests. */
const NAP_LOOKS = 25

/** Characters that a command of somebody unknown may print. */
const LONGEST_OUTPUT = 16 * 1024 * 1024

/** What a program is given besides its arguments. */
interface Surroundings {
  readonly stdin?: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** For a command line from somebody unknown: nothing of this machine's environment, no programs, no network but the cluster's. */
  readonly alone?: boolean
  /** Ends it. */
  readonly signal?: AbortSignal
}

interface Output {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** Both, as they came. */
  readonly output: string
}

/** What the server knows of a command. */
interface Look {
  readonly asked: number
  readonly pending: number
  /** A shell runs at this instant: time cannot pass. */
  readonly held: boolean
}

interface Served {
  readonly pace: Pace
  readonly configure: () => void
  /** Requests and streams that are not answered to their end. */
  readonly pending: () => number
  readonly close: () => Promise<void>
}

/**
 * Real kubectl ($KUBECTL, else the one on PATH) against one cluster. Its API is served over HTTPS from the first
 * command on; time stands still until a command waits for the cluster to change, and between commands.
 */
export class Kubectl {
  readonly #directory = mkdtempSync(join(tmpdir(), 'kubedrill-kubectl-'))
  #served: Served | undefined
  readonly #known: Credentials | undefined
  /** How often the command has asked the server for something. */
  #asked = 0
  #written = 0
  #counted: { readonly inner: ApiServer; readonly outer: ApiServer } | undefined
  #failure: { readonly error: unknown } | undefined

  /** How many writes of all commands were granted and made a difference. */
  get written(): number {
    return this.#written
  }

  /** @param known what the cluster's own certificates are of; default: some that are good for its door only */
  constructor(known?: Credentials) {
    this.#known = known
  }

  /** @throws {NotCapable} where there is no kubectl */
  async run(cluster: Cluster, args: readonly string[]): Promise<CommandResult> {
    const { exitCode, output } = await this.pipe(cluster, args)
    return { command: ['kubectl', ...args].join(' '), exitCode, output }
  }

  /** Runs it with an input and in a directory, as a part of a pipeline. @throws {NotCapable} where there is no kubectl */
  async pipe(cluster: Cluster, args: readonly string[], surroundings: Omit<Surroundings, 'env'> = {}): Promise<Output> {
    this.#served ??= await this.#serve(cluster)
    const { pace } = this.#served
    this.#asked = 0
    // Brings the server up to what has happened since the last command, too.
    pace.start()
    try {
      return await this.#whileTimePasses(cluster, pace, args, surroundings)
    } finally {
      pace.stop()
    }
  }

  async close(): Promise<void> {
    await this.#served?.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #serve(cluster: Cluster): Promise<Served> {
    const [server, known, config, { Pace }] = await Promise.all([
      import('../server/index.ts'),
      this.#known ?? scenarioCredentials(),
      import('../server/kubeconfig.ts'),
      import('../server/pace.ts'),
      // Loaded before time is measured: a command that waits for code to be loaded does not wait for the cluster.
      import('../server/streaming/index.ts'),
      import('../server/logs.ts'),
    ])
    const pace = new Pace(cluster.clock, cluster.barrier, {
      speed: 0,
      onFailure: (error) => {
        this.#failure = { error }
      },
    })
    const { url, pending, close } = await server.startServer({
      ...servedCluster(cluster),
      connect: () => this.#counting(cluster.apiServer(), cluster),
      world: this.#listening(pace),
      credentials: known,
      port: 0,
    })
    const configure = () => config.writeKubeconfig(join(this.#directory, 'config'), config.kubeconfig(url, known))
    return { pace, configure, pending, close }
  }

  /** The same server, with a note of what it granted. Questions are not written, though they are created. */
  #counting(server: ApiServer | undefined, cluster: Cluster): ApiServer | undefined {
    if (server === undefined || this.#counted?.inner === server) return server && this.#counted!.outer
    const outer: ApiServer = {
      ...server,
      handle: (request) => {
        const before = current(cluster, request)
        const response = server.handle(request)
        const isQuestion = /^(get|list|watch)$/.test(request.verb) || /reviews$/.test(request.resource.resource)
        const isGranted = response.code < 400 && response.outside === undefined
        const isSame = before !== undefined && isAlike(before, current(cluster, request))
        if (!isQuestion && isGranted && !request.options?.dryRun && !isSame) this.#written++
        return response
      },
    }
    this.#counted = { inner: server, outer }
    return outer
  }

  /** The same world, with a note of how often it was asked something. */
  #listening(pace: Pace): ServedWorld {
    return {
      inject: (request) => {
        this.#asked++
        return pace.inject(request)
      },
      wait: (virtualMs) => pace.wait(virtualMs),
      now: () => pace.now(),
      aheadMs: () => pace.aheadMs(),
      onSlice: (listener) => pace.onSlice(listener),
    }
  }

  async #whileTimePasses(
    cluster: Cluster,
    pace: Pace,
    args: readonly string[],
    surroundings: Surroundings,
  ): Promise<Output> {
    const command = ['kubectl', ...args].join(' ')
    const start = cluster.clock.now()
    const process = this.#start(args, surroundings)
    let ended = false
    const result = process.result.finally(() => {
      ended = true
    })
    result.catch(() => {})
    const waiting = new Waiting(process.pid, () => this.#look(cluster))
    while (!ended) {
      await Promise.race([result.catch(() => {}), new Promise((resolve) => setTimeout(resolve, LOOK_MS))])
      const steps = ended ? 0 : waiting.look()
      if (surroundings.signal?.aborted) {
        process.kill()
        throw new Error(`${command} took too long`)
      }
      if (this.#failure !== undefined) process.kill()
      else if (steps > 0) await pace.skip(steps * STEP_MS)
      if (cluster.clock.now() - start <= LONGEST_MS) continue
      process.kill()
      throw new Error(`${command} did not end within an hour`)
    }
    if (this.#failure !== undefined) throw this.#failure.error
    return result
  }

  #look(cluster: Cluster): Look {
    return { asked: this.#asked, pending: this.#served!.pending(), held: cluster.clock.held }
  }

  #start(args: readonly string[], surroundings: Surroundings) {
    // Written anew each time: what a command did to it is not for the next one.
    this.#served!.configure()
    return startKubectl(args, {
      ...surroundings,
      env: { KUBECONFIG: join(this.#directory, 'config'), KUBECACHEDIR: join(this.#directory, 'cache') },
    })
  }
}

/**
 * Finds out when a command waits, so that as much virtual time passes for it however busy this machine is: when it has come to
 * the server and sleeps, several looks in a row. For one that waits for an answer or watches, time passes step by step
 * until it hears something; for one that sleeps by a clock of its own, once until it asks again.
 */
class Waiting {
  readonly #pid: number
  readonly #server: () => Look
  #rest: Rest
  #looks = 0
  #asked = 0
  #passedAt = 0
  #naps = 0

  constructor(pid: number, server: () => Look) {
    this.#pid = pid
    this.#server = server
  }

  /** @returns for how many steps time is to pass now */
  look(): number {
    const { asked, pending, held } = this.#server()
    const rest = restOf(this.#pid)
    const isAtRest = !held && asked > 0 && rest !== undefined && rest === this.#rest && asked === this.#asked
    this.#looks = isAtRest ? this.#looks + 1 : 0
    this.#rest = rest
    this.#asked = asked
    if (this.#looks < (pending > 0 ? LOOKS : NAP_LOOKS)) return 0
    this.#looks = 0
    if (pending > 0) return 1
    if (this.#passedAt === asked) return 0
    this.#passedAt = asked
    return Math.min(MOST_STEPS, 2 ** this.#naps++)
  }
}

/** Runs kubectl ($KUBECTL, else the one on PATH) as whoever started this process would. @throws {NotCapable} where there is none */
export async function runKubectl(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const { exitCode, output } = await startKubectl(args, { env }).result
  return { command: ['kubectl', ...args].join(' '), exitCode, output }
}

/** The object that a request changes, as far as that is of a kind that is built in. */
function current(cluster: Cluster, { verb, resource, name, namespace }: ApiRequest): KubernetesObject | undefined {
  if (!/^(update|patch)$/.test(verb) || name === undefined) return undefined
  const known = servedKinds.find((each) => each.group === resource.group && each.resource === resource.resource)
  return known && (cluster.client().get(known.kind as Kind, name, namespace) as KubernetesObject | undefined)
}

/** Whether a write has left an object as it was, but for who owns which field. */
function isAlike(before: KubernetesObject, after: KubernetesObject | undefined): boolean {
  const plain = (object: KubernetesObject | undefined) => {
    const { managedFields: _, resourceVersion: __, ...metadata } = { ...object?.metadata } as Record<string, unknown>
    return JSON.stringify({ ...object, metadata })
  }
  return before === after || plain(before) === plain(after)
}

function startKubectl(args: readonly string[], { stdin, cwd, env, alone }: Surroundings) {
  const name = process.env.KUBECTL || 'kubectl'
  const { program, env: surrounding } = alone ? isolated(name) : { program: name, env: process.env }
  const input = stdin === undefined ? 'ignore' : 'pipe'
  const child = spawn(program, args, { env: { ...surrounding, ...env }, cwd, stdio: [input, 'pipe', 'pipe'] })
  const written = { stdout: '', stderr: '', output: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]!.setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text
      written.output += text
      if (alone && written.output.length > LONGEST_OUTPUT) child.kill()
    })
  // A program that does not read its input to the end may close it.
  child.stdin?.on('error', () => {}).end(stdin)
  const result = new Promise<Output>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new NotCapable(`there is no ${program} to run`) : error),
    )
    child.once('close', (code) => resolve({ exitCode: code ?? 1, ...written }))
  })
  return { result, pid: child.pid ?? 0, kill: () => void child.kill() }
}
