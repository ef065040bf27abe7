import type { NetworkAnswer, NetworkRequest, Process, Program } from '../../contract.ts'
import { grpcHealthChecking } from './agnhost-grpc-health.ts'
import { webhook } from './agnhost-webhook.ts'
import { after, hostnameOf } from './declared.ts'
import { commonLogTime, slashTime } from './log-times.ts'

/** Programs of well-known images, each as far as a cluster sees it: start-up lines, ports, conditions, HTTP answers. */

/** docker.io/library/httpd */
export const httpd: Program = {
  start(process) {
    const now = process.world.clock.now()
    process.log(
      `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${process.ip}. Set the 'ServerName' directive globally to suppress this message`,
      'stderr',
    )
    process.log(
      `[${slashTime(now)}] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.65 (Unix) configured -- resuming normal operations`,
      'stderr',
    )
    process.log(
      `[${slashTime(now)}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'`,
      'stderr',
    )
    endsOnSigterm(process)
    process.listen(80, 'TCP', (request) => {
      if (request.protocol !== 'HTTP') return {}
      const path = request.path === '/' ? '/index.html' : (request.path ?? '/').replace(/\?.*$/, '')
      const body = process.files.read(`/usr/local/apache2/htdocs${path}`)
      const status = body === undefined ? 404 : 200
      const at = commonLogTime(process.world.clock.now())
      process.log(
        `${request.from} - - [${at}] "${request.method ?? 'GET'} ${request.path} HTTP/1.1" ${status} ${body?.length ?? 196}`,
      )
      return { status, body: body ?? NOT_FOUND, headers: { server: 'Apache/2.4.65 (Unix)' } }
    })
  },
}

const NOT_FOUND =
  '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n'

/** docker.io/library/redis */
export const redis: Program = {
  start(process) {
    const lines = [
      `1:C ${slashTime(process.world.clock.now())} * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`,
      `1:M ${slashTime(process.world.clock.now())} * Server initialized`,
      `1:M ${slashTime(process.world.clock.now())} * Ready to accept connections tcp`,
    ]
    for (const line of lines) process.log(line)
    endsOnSigterm(process)
    process.listen(6379, 'TCP', () => ({}))
  },
}

/** An image whose entrypoint wants a password before it makes a database. */
function database(options: {
  readonly port: number
  readonly oneOf: readonly string[]
  readonly refusal: readonly string[]
  readonly ready: readonly string[]
  readonly initTakesMs: number
}): Program {
  return {
    start(process) {
      if (!options.oneOf.some((name) => process.env[name] !== undefined && process.env[name] !== '')) {
        for (const line of options.refusal) process.log(line, 'stderr')
        return process.exit(1)
      }
      endsOnSigterm(process)
      after(process, options.initTakesMs, () => {
        for (const line of options.ready) process.log(line)
        process.listen(options.port, 'TCP', () => ({}))
      })
    },
  }
}

/** docker.io/library/mysql, docker.io/library/mariadb */
export const mysql = database({
  port: 3306,
  oneOf: ['MYSQL_ROOT_PASSWORD', 'MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD'],
  refusal: [
    '[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified',
    '    You need to specify one of the following as an environment variable:',
    '    - MYSQL_ROOT_PASSWORD',
    '    - MYSQL_ALLOW_EMPTY_PASSWORD',
    '    - MYSQL_RANDOM_ROOT_PASSWORD',
  ],
  ready: [
    '[Note] [Entrypoint]: MySQL init process done. Ready for start up.',
    '[System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. port: 3306',
  ],
  initTakesMs: 8000,
})

/** docker.io/library/postgres */
export const postgres = database({
  port: 5432,
  oneOf: ['POSTGRES_PASSWORD', 'POSTGRES_HOST_AUTH_METHOD'],
  refusal: [
    'Error: Database is uninitialized and superuser password is not specified.',
    '       You must specify POSTGRES_PASSWORD to a non-empty value for the',
    '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".',
  ],
  ready: [
    'PostgreSQL init process complete; ready for start up.',
    'LOG:  database system is ready to accept connections',
  ],
  initTakesMs: 2000,
})

/** docker.io/hashicorp/http-echo: `-text=hello -listen=:5678` */
export const httpEcho: Program = {
  start(process) {
    const text = flag(process.argv, 'text') ?? process.env.ECHO_TEXT
    if (text === undefined) {
      process.log('Missing -text option or ECHO_TEXT env var!', 'stderr')
      return process.exit(127)
    }
    const listen = flag(process.argv, 'listen') ?? ':5678'
    const port = Number(listen.slice(listen.lastIndexOf(':') + 1))
    process.log(`${slashTime(process.world.clock.now())} [INFO] server is listening on ${listen}`, 'stderr')
    endsOnSigterm(process)
    process.listen(port, 'TCP', (request) => {
      const at = slashTime(process.world.clock.now())
      process.log(
        `${at} ${request.headers?.host} ${request.from} "${request.method} ${request.path} HTTP/1.1" 200 ${text.length + 1}`,
      )
      return { status: 200, body: `${text}\n`, headers: { 'x-app-name': 'http-echo' } }
    })
  },
}

/** gcr.io/google-samples/hello-app */
export function helloApp(version: string): Program {
  return {
    start(process) {
      const port = Number(process.env.PORT ?? 8080)
      process.log(`${slashTime(process.world.clock.now())} Server listening on port ${port}`)
      process.listen(port, 'TCP', (request) => {
        process.log(`${slashTime(process.world.clock.now())} Serving request: ${request.path}`)
        return { status: 200, body: `Hello, world!\nVersion: ${version}\nHostname: ${hostnameOf(process)}\n` }
      })
    },
  }
}

/** Answers with who it is: the echo images of tutorials. */
export function echo(port: number): Program {
  return {
    start(process) {
      process.log(`Listening on port ${port}`)
      endsOnSigterm(process)
      process.listen(port, 'TCP', (request) => ({ status: 200, body: describe(process, request) }))
    },
  }
}

function describe(process: Process, request: NetworkRequest): string {
  return `Hostname: ${hostnameOf(process)}\n\nRequest: ${request.method ?? 'GET'} ${request.path ?? '/'}\nClient address: ${request.from}\nServer address: ${process.ip}\n${request.body ?? ''}`
}

/** registry.k8s.io/e2e-test-images/agnhost. Source: test/images/agnhost */
export const agnhost: Program = {
  start(process) {
    const command = process.argv[1] ?? 'pause'
    if (command === 'pause') {
      process.log('Paused')
      return process.onSignal((signal) => signal !== 'SIGHUP' && process.exit(0))
    }
    if (command === 'netexec') return netexec(process)
    if (command === 'serve-hostname') return serveHostname(process)
    if (command === 'liveness') return liveness(process)
    if (command === 'webhook') return webhook(process, Number(flag(process.argv, 'port') ?? 443))
    if (command === 'grpc-health-checking') return grpcHealthChecking(process, (name) => flag(process.argv, name))
    process.log(
      `agnhost ${command}: not simulated; netexec, serve-hostname, liveness, grpc-health-checking, webhook and pause are`,
      'stderr',
    )
    process.exit(1)
  },
}

function netexec(process: Process): void {
  const port = Number(flag(process.argv, 'http-port') ?? 8080)
  process.log(`${slashTime(process.world.clock.now())} Started HTTP server on port ${port}`)
  process.onSignal((signal) => signal === 'SIGTERM' && process.exit(0))
  process.listen(port, 'TCP', (request) => netexecAnswer(process, request))
}

function netexecAnswer(process: Process, request: NetworkRequest): NetworkAnswer {
  if (request.protocol !== 'HTTP') return {}
  const [path, query = ''] = (request.path ?? '/').split('?')
  const parameter = (name: string) =>
    query
      .split('&')
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1)
  process.log(`${slashTime(process.world.clock.now())} GET ${request.path}`)
  if (path === '/hostname' || path === '/hostName') return { status: 200, body: hostnameOf(process) }
  if (path === '/clientip') return { status: 200, body: `${request.from}:50000` }
  if (path === '/healthz') return { status: 200, body: '' }
  if (path === '/echo')
    return { status: Number(parameter('code') ?? 200), body: decodeURIComponent(parameter('msg') ?? '') }
  if (path === '/exit') {
    process.world.clock.defer(() => process.exit(Number(parameter('code') ?? 0)))
    return { status: 200, body: '' }
  }
  if (path === '/') return { status: 200, body: `NOW: ${slashTime(process.world.clock.now())}` }
  return { status: 404, body: '404 page not found\n' }
}

function serveHostname(process: Process): void {
  process.listen(Number(flag(process.argv, 'port') ?? 9376), 'TCP', () => ({
    status: 200,
    body: `${hostnameOf(process)}\n`,
  }))
}

/** Healthy for ten seconds, as the liveness probe tutorial wants it. */
function liveness(process: Process): void {
  const started = process.world.clock.now()
  process.listen(8080, 'TCP', () => {
    const seconds = (process.world.clock.now() - started) / 1000
    return seconds > 10 ? { status: 500, body: `error: ${seconds.toFixed(3)}` } : { status: 200, body: 'ok' }
  })
}

function endsOnSigterm(process: Process): void {
  process.onSignal((signal) => {
    if (signal !== 'SIGHUP') process.exit(0)
  })
}

/** `-name=value`, `--name=value` or `--name value`. */
function flag(argv: readonly string[], name: string): string | undefined {
  for (const [i, word] of argv.entries()) {
    const match = /^--?([\w-]+)(?:=(.*))?$/s.exec(word)
    if (match?.[1] === name) return match[2] ?? argv[i + 1]
  }
  return undefined
}
