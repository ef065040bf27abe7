import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { Control } from '../control.ts'
import { currentFiles, refuseInExam } from '../current-session.ts'
import { Failure } from '../failure.ts'
import { servedSocket, servedSockets } from '../session-files.ts'
import { currentSession } from './session.ts'

/**
 * The cluster a command is about: the one that $KUBECONFIG names, else the running exercise's, else the only one that
 * `kubedrill serve` runs.
 *
 * @param help the command, where it explains what a learner is to find out: there is none in an exam
 * @throws {Failure} when there is none, or several are served and nothing says which
 */
export async function runningCluster(help?: string): Promise<Control> {
  const record = currentFiles().readRecord()
  const port = record?.port
  const named = portOf(process.env.KUBECONFIG)
  const ofSession = async () => {
    if (help !== undefined) refuseInExam(record!, help)
    return (await currentSession()).control
  }
  if (port !== undefined && (named === undefined || named === port)) return ofSession()
  const served = await servedPorts()
  if (named !== undefined && served.includes(named)) return new Control({ socket: servedSocket(named) })
  if (port !== undefined) return ofSession()
  if (served.length === 1) return new Control({ socket: servedSocket(served[0]!) })
  if (served.length === 0) throw new Failure('no cluster is running: `kubedrill start` or `kubedrill serve` begins one')
  throw new Failure(
    `${served.length} clusters are served, on the ports ${served.join(', ')}: name the kubeconfig of one in $KUBECONFIG`,
  )
}

async function servedPorts(): Promise<number[]> {
  const ports = socketFiles().map((file) => Number(file.replace(/\.sock$/, '')))
  const alive = await Promise.all(ports.map((port) => new Control({ socket: servedSocket(port) }).alive()))
  return ports.filter((_, index) => alive[index])
}

function socketFiles(): string[] {
  try {
    return readdirSync(servedSockets()).filter((file) => /^\d+\.sock$/.test(file))
  } catch {
    return []
  }
}

interface Kubeconfig {
  readonly 'current-context'?: string
  readonly contexts?: readonly { readonly name: string; readonly context: { readonly cluster: string } }[]
  readonly clusters?: readonly { readonly name: string; readonly cluster: { readonly server: string } }[]
}

/** The port of the server in a kubeconfig's current context. */
function portOf(file: string | undefined): number | undefined {
  if (!file) return undefined
  try {
    const config = parse(readFileSync(file, 'utf8')) as Kubeconfig
    const context = config.contexts?.find(({ name }) => name === config['current-context'])?.context
    const server = config.clusters?.find(({ name }) => name === context?.cluster)?.cluster.server
    return server === undefined ? undefined : Number(new URL(server).port)
  } catch {
    return undefined
  }
}
