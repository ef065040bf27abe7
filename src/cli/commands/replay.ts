import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Pickle } from '@cucumber/messages'
import { parseGoDuration } from '../../api/duration.ts'
import { scenarioCredentials } from '../../gherkin/certificates.ts'
import type { FailureRecord } from '../../gherkin/failure-record.ts'
import type { Until } from '../../gherkin/hand-over.ts'
import type { World } from '../../gherkin/world.ts'
import { startServer } from '../../server/index.ts'
import { kubeconfig, writeKubeconfig } from '../../server/kubeconfig.ts'
import { Pace } from '../../server/pace.ts'
import type { Credentials } from '../../server/pki.ts'
import { servedCluster } from '../../server/served-cluster.ts'
import { broken } from '../broken.ts'
import { type Controlled, serveControl } from '../control-server.ts'
import { Failure } from '../failure.ts'
import { failuresIn } from '../failure-file.ts'
import { makeDirectory } from '../make-directory.ts'
import { type Journey, type Place, placeOf, placeText } from '../replay-place.ts'
import { ScenarioRuns } from '../scenario-runs.ts'
import { servedSocket, servedSockets } from '../session-files.ts'
import { say, tell } from '../terminal.ts'
import { shellStart, withOwnProgram } from './learner-shell.ts'

export interface ReplayOptions {
  /** After this step, from 1. */
  readonly step?: number
  /** `+4m10s` after boot. */
  readonly at?: string
  /** Which failure of the report, from 1. */
  readonly failure?: number
  readonly import?: readonly string[]
  readonly json?: boolean
}

/** `kubedrill replay REPORT`: the cluster of a failed scenario at the instant of the failure, served to kubectl. Time stands still there. */
export async function replay(report: string, options: ReplayOptions): Promise<void> {
  const record = chosen(failuresIn(report), options.failure)
  if (record.target !== 'the simulator')
    throw new Failure(
      `${record.feature.uri}:${record.feature.line} ran on ${record.target}: only a simulated cluster can be had again`,
    )
  process.chdir(record.feature.directory)
  const { uri, line } = record.feature
  const runs = await ScenarioRuns.load([`${uri}:${line}`], { import: options.import ?? [] })
  const pickle = runs.pickles[0]
  if (pickle === undefined) throw new Failure(`${uri}:${line}: there is no scenario any more`)
  const replaying = new Replaying(runs, pickle, record)
  await replaying.open(untilOf(options), options.json === true)
}

function chosen(records: readonly FailureRecord[], number = 1): FailureRecord {
  if (records.length > 1)
    for (const [index, { feature, pickle }] of records.entries())
      tell(`${index + 1 === number ? '*' : ' '} ${index + 1}. ${feature.uri}:${feature.line}  ${pickle.name}`)
  const record = records[number - 1]
  if (record === undefined) throw new Failure(`--failure ${number}: the report has ${records.length}`)
  return record
}

function untilOf({ step, at }: Pick<ReplayOptions, 'step' | 'at'>): Until {
  return {
    ...(step === undefined ? {} : { step: step - 1 }),
    ...(at === undefined ? {} : { afterMs: instant(at) }),
  }
}

function instant(text: string): number {
  const ms = parseGoDuration(text.replace(/^\+/, ''))
  if (ms === undefined || ms < 0)
    throw new Failure(
      `"${text}" is no place in the scenario: write 3 for the end of its third step, or +2m10s, counted from boot`,
    )
  return ms
}

class Replaying {
  readonly #runs: ScenarioRuns
  readonly #pickle: Pickle
  readonly #record: FailureRecord
  #world: World | undefined
  #close: () => Promise<void> = async () => {}
  #controlled: { -readonly [K in keyof Controlled]: Controlled[K] } | undefined

  constructor(runs: ScenarioRuns, pickle: Pickle, record: FailureRecord) {
    this.#runs = runs
    this.#pickle = pickle
    this.#record = record
  }

  async open(until: Until, json: boolean): Promise<void> {
    const credentials = await scenarioCredentials()
    const port = await freePort()
    const place = await this.#goTo(until, credentials, port)
    const directory = mkdtempSync(join(tmpdir(), 'kubedrill-replay-'))
    const file = join(directory, 'kubeconfig')
    writeKubeconfig(file, kubeconfig(`https://127.0.0.1:${port}`, credentials))
    makeDirectory(servedSockets(), 0o700)
    const socket = servedSocket(port)
    this.#controlled!.travel = (place) => this.#goTo(this.#from(place), credentials, port)
    await serveControl(socket, this.#controlled!)
    const server = `https://127.0.0.1:${port}`
    if (json) say(JSON.stringify({ ...place, server, kubeconfig: file }))
    else {
      say(`${placeText(place)}\n\nready ${server} kubeconfig ${file}`)
      say('Time stands still. Move it: `kubedrill skip 10s`, `step back`, `goto 2`, `goto +1m`.')
    }
    const end = () => {
      rmSync(socket, { force: true })
      rmSync(directory, { recursive: true, force: true })
      this.#close().finally(() => process.exit())
    }
    this.#controlled!.end = end
    process.on('SIGTERM', end)
    if (!process.stdin.isTTY) return void process.on('SIGINT', end)
    process.on('SIGINT', () => {})
    const shell = process.env.KUBEDRILL_SHELL || process.env.SHELL || '/bin/sh'
    const label = join(directory, 'label')
    writeFileSync(label, 'replay\n')
    const bin = withOwnProgram(join(directory, 'bin'))
    const { args, env = {} } = shellStart(basename(shell), directory, { bin, label, variables: { KUBECONFIG: file } })
    const around = { ...process.env, KUBECONFIG: file, PATH: `${bin}:${process.env.PATH ?? ''}`, ...env }
    spawn(shell, args, { stdio: 'inherit', env: around }).on('exit', end)
  }

  #from(to: Journey): Until {
    if ('at' in to) return { afterMs: instant(to.at) }
    if ('step' in to) return { step: to.step - 1 }
    const here = (this.#world?.story.steps.length ?? 1) - 1
    return { step: Math.max(0, here + to.steps) }
  }

  /** Runs the scenario again up to a place and serves the cluster it has there. @returns where that is */
  async #goTo(until: Until, credentials: Credentials, port: number): Promise<Place> {
    const { parameters, seed } = this.#record
    const { world, message } = await this.#runs.run(this.#pickle, { ...parameters, seed, until }, true)
    const cluster = world?.hasCluster ? world.target.cluster : undefined
    if (world === undefined || cluster === undefined) throw new Failure('there is no cluster yet at this place')
    await this.#close()
    this.#world = world
    const pace = new Pace(cluster.clock, cluster.barrier, { speed: 0, onFailure: broken })
    const server = await startServer({
      ...servedCluster(cluster),
      world: pace,
      credentials,
      port,
    })
    pace.start()
    this.#close = async () => {
      pace.stop()
      await server.close()
      await world.close()
    }
    if (this.#controlled === undefined) this.#controlled = { cluster, pace, port, end: () => {} }
    else Object.assign(this.#controlled, { cluster, pace })
    return placeOf(this.#record, world, message, until)
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
