import { readFileSync } from 'node:fs'
import { createCluster, parseTopology, servedKinds, type Topology, TopologyError } from '../../cluster/index.ts'
import { startServer } from '../../server/index.ts'
import { kubeconfig, writeKubeconfig } from '../../server/kubeconfig.ts'
import { Pace } from '../../server/pace.ts'
import { createCredentials } from '../../server/pki.ts'
import { createTokenAuthority, parseTokenFile } from '../../server/tokens.ts'
import { broken } from '../broken.ts'
import { Failure } from '../failure.ts'
import { say, tell } from '../terminal.ts'

export interface ServeOptions {
  readonly topology?: string
  readonly port: number
  readonly kubeconfig?: string
  readonly seed: number
  readonly speed: number
  readonly profile: 'full' | 'control-plane'
  readonly tokenAuthFile?: string
  readonly session?: string
}

/** `kubedrill serve`: a cluster in the foreground; one line on stdout when it is ready. */
export async function serve(options: ServeOptions): Promise<void> {
  if (options.session !== undefined) return (await import('../live-session.ts')).serveSession(options.session)
  const topology = options.topology === undefined ? undefined : readTopology(options.topology)
  const staticTokens = options.tokenAuthFile === undefined ? undefined : parseTokenFile(read(options.tokenAuthFile))
  const credentials = await createCredentials()
  const cluster = createCluster({
    seed: options.seed,
    profile: options.profile,
    startAt: wholeSeconds(Date.now()),
    authority: createTokenAuthority(credentials.serviceAccountKey, staticTokens),
    caCertificate: credentials.ca.certificate,
    ...(topology === undefined ? {} : { topology }),
  })
  const pace = new Pace(cluster.clock, cluster.barrier, { speed: options.speed, onFailure: broken })
  pace.start()
  const server = await startServer({
    connect: () => cluster.apiServer(),
    kinds: servedKinds,
    world: pace,
    credentials,
    port: options.port,
    ...(staticTokens === undefined ? {} : { staticTokens }),
    logs: (namespace, pod, container, log, sink) => cluster.streamLogs(namespace, pod, container, log, sink),
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Failure(`port ${options.port} is in use`) : error
  })
  const config = kubeconfig(server.url, credentials)
  if (options.kubeconfig !== undefined) writeKubeconfig(options.kubeconfig, config)
  const where = options.kubeconfig === undefined ? '' : ` kubeconfig ${options.kubeconfig}`
  say(`ready ${server.url}${where}`)
  if (options.kubeconfig === undefined) tell('No kubeconfig was written: give --kubeconfig FILE to use kubectl.')
  const end = () => {
    pace.stop()
    server.close().finally(() => process.exit(0))
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Failure(
      `${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`,
    )
  }
}

function readTopology(file: string): Topology {
  try {
    return parseTopology(read(file), file)
  } catch (error) {
    if (error instanceof TopologyError) throw new Failure(error.message)
    throw error
  }
}
