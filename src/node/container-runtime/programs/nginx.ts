import type { Network } from '../../../network/contract.ts'
import type { NetworkAnswer, NetworkRequest, Process, Program } from '../../contract.ts'
import { commonLogTime, slashTime } from './log-times.ts'
import { NginxConfigError } from './nginx-conf.ts'
import { defaultServer, loadServers, NGINX_CONF, type NginxServer, respond } from './nginx-server.ts'
import { startsAs } from './nginx-start.ts'

const DEFAULT_SERVERS: readonly NginxServer[] = [defaultServer]
/** Of nginxinc/nginx-unprivileged. */
export const UNPRIVILEGED_SERVERS: readonly NginxServer[] = [{ ...defaultServer, ports: [8080] }]

/** What an nginx image says of itself. */
export interface NginxBuild {
  readonly version: string
  readonly compiler: string
}

/**
 * nginx as in its official image: serves what its configuration says, one log line a request. Without a volume over
 * /etc/nginx that is the welcome page (or what is in /usr/share/nginx/html) on port 80.
 */
export function nginx(network: Network, build: NginxBuild, usual = DEFAULT_SERVERS): Program {
  return {
    titles: (argv) => {
      const at = argv.indexOf('nginx')
      return at < 0 ? undefined : [['nginx: master process', ...argv.slice(at)], ['nginx: worker process']]
    },
    start(process) {
      if (process.argv.includes('-t')) return testConfiguration(network, process, usual)
      if (process.argv[0]?.endsWith('docker-entrypoint.sh')) for (const line of ENTRYPOINT) process.log(line)
      const servers = configured(network, process, usual)
      if (servers === undefined || !startsAs(process, servers)) return
      for (const line of startLines(slashTime(process.world.clock.now()), build)) process.log(line, 'stderr')
      process.onSignal((signal) => stop(process, signal))
      for (const port of new Set(servers.flatMap((server) => server.ports)))
        process.listen(port, 'TCP', (request) => serve(process, serversOn(servers, port), build, request))
    },
  }
}

function stop(process: Process, signal: string): void {
  if (signal === 'SIGHUP') return
  const now = slashTime(process.world.clock.now())
  process.log(`${now} [notice] 1#1: signal 3 (SIGQUIT) received, shutting down`, 'stderr')
  process.log(`${now} [notice] 1#1: exit`, 'stderr')
  process.exit(0)
}

function configured(
  network: Network,
  process: Process,
  usual: readonly NginxServer[],
): readonly NginxServer[] | undefined {
  const isMounted = process.container?.volumeMounts?.some((mount) => mount.mountPath.startsWith('/etc/nginx'))
  const named = process.argv[process.argv.indexOf('-c') + 1]
  const path = process.argv.includes('-c') && named !== undefined ? named : NGINX_CONF
  if (!isMounted && path === NGINX_CONF) return usual
  try {
    return loadServers(network, process, path)
  } catch (error) {
    if (!(error instanceof NginxConfigError)) throw error
    process.log(`${slashTime(process.world.clock.now())} [emerg] 1#1: ${error.message}`, 'stderr')
    process.log(`nginx: [emerg] ${error.message}`, 'stderr')
    process.exit(1)
    return undefined
  }
}

function testConfiguration(network: Network, process: Process, usual: readonly NginxServer[]): void {
  if (configured(network, process, usual) === undefined) return
  process.log('nginx: the configuration file /etc/nginx/nginx.conf syntax is ok', 'stderr')
  process.log('nginx: configuration file /etc/nginx/nginx.conf test is successful', 'stderr')
  process.exit(0)
}

function serversOn(servers: readonly NginxServer[], port: number): readonly NginxServer[] {
  return servers.filter((server) => server.ports.includes(port))
}

function serve(
  process: Process,
  servers: readonly NginxServer[],
  build: NginxBuild,
  request: NetworkRequest,
): NetworkAnswer {
  if (request.protocol !== 'HTTP') return {}
  const host = request.headers?.host ?? ''
  const server = servers.find(({ names }) => names.includes(host.replace(/:\d+$/, ''))) ?? servers[0]!
  const answer = respond(process, server, request, build.version)
  const { now } = process.world.clock
  const at = now.call(process.world.clock)
  const line = `${request.method ?? 'GET'} ${request.path ?? '/'} HTTP/1.1`
  if (answer.missing !== undefined)
    process.log(
      `${slashTime(at)} [error] 29#29: *1 open() "${answer.missing}" failed (2: No such file or directory), client: ${request.from}, server: ${server.names[0] ?? ''}, request: "${line}", host: "${host}"`,
      'stderr',
    )
  const agent = request.headers?.['user-agent'] ?? '-'
  const referer = request.headers?.referer ?? '-'
  const size = answer.body.length
  process.log(
    `${request.from} - - [${commonLogTime(at)}] "${line}" ${answer.status} ${size} "${referer}" "${agent}" "${request.headers?.['x-forwarded-for'] ?? '-'}"`,
  )
  return { status: answer.status, headers: { server: `nginx/${build.version}`, ...answer.headers }, body: answer.body }
}

const ENTRYPOINT = [
  '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration',
  '/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh',
  '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf',
  '10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf',
  '/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh',
  '/docker-entrypoint.sh: Configuration complete; ready for start up',
]

let lastStart: { readonly now: string; readonly build: NginxBuild; readonly lines: readonly string[] } | undefined

/** Made once for all that start in one second. */
function startLines(now: string, build: NginxBuild): readonly string[] {
  if (lastStart?.now !== now || lastStart.build !== build) {
    const lines = [
      'using the "epoll" event method',
      `nginx/${build.version}`,
      `built by ${build.compiler}`,
      'OS: Linux 6.8.0-90-generic',
      'getrlimit(RLIMIT_NOFILE): 1048576:1048576',
      'start worker processes',
      'start worker process 29',
    ].map((what) => `${now} [notice] 1#1: ${what}`)
    lastStart = { now, build, lines }
  }
  return lastStart.lines
}
