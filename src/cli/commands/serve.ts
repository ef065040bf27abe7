import { readFileSync } from 'node:fs'
import { createCluster, parseTopology, servedKinds, type Topology, TopologyError } from '../../cluster/index.ts'
import { startServer } from '../../server/index.ts'
import { kubeconfig, writeKubeconfig } from '../../server/kubeconfig.ts'
import { Pace } from '../../server/pace.ts'
import { createCredentials } from '../../server/pki.ts'
import { createTokenAuthority, parseTokenFile } from '../../server/tokens.ts'
import { advance } from '../../sim/barrier.ts'
import { broken } from '../broken.ts'
import { Failure } from '../failure.ts'
import { say, tell } from '../terminal.ts'

/** The virtual time a boot may take: switched on that long ago, the cluster is up now, and its clock shows the time of day. */
const BOOT_MS = 20_000

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
    startAt: wholeSeconds(Date.now()) - BOOT_MS,
    authority: createTokenAuthority(credentials.serviceAccountKey, staticTokens),
    caCertificate: credentials.ca.certificate,
    ...(topology === undefined ? {} : { topology }),
  })
  await advance(cluster.clock, cluster.barrier, Math.max(0, Date.now() - cluster.clock.now()))
  const pace = new Pace(cluster.clock, cluster.barrier, { speed: options.speed, onFailure: broken })
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
  pace.start()
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
