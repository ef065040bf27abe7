import type { ApiServer, HealthCheck } from '../api/request.ts'
import type { Exchange } from './exchange.ts'

type Endpoint = 'healthz' | 'livez' | 'readyz'

export const healthEndpoints: readonly Endpoint[] = ['healthz', 'livez', 'readyz']

/** What an endpoint lists. */
export function checksOf(endpoint: Endpoint, checks: readonly HealthCheck[]): readonly HealthCheck[] {
  const list = endpoint === 'healthz' ? 'livez' : endpoint
  return checks.filter((check) => check.in.includes(list))
}

/** Answers /healthz, /livez, /readyz and their single checks; false for another path. */
export function answerHealth(exchange: Exchange, checks: () => readonly HealthCheck[]): boolean {
  const match = /^\/(healthz|livez|readyz)(?:\/(.*))?$/.exec(exchange.path)
  if (match === null) return false
  const endpoint = match[1] as Endpoint
  const listed = checksOf(endpoint, checks())
  if (match[2]) answerOne(exchange, match[2], listed)
  else answerAll(exchange, endpoint, listed)
  return true
}

function answerOne(exchange: Exchange, name: string, checks: readonly HealthCheck[]) {
  const check = checks.find((each) => each.name === name)
  if (check === undefined) return exchange.notFound()
  exchange.set('X-Content-Type-Options', 'nosniff')
  if (check.ok) exchange.send(200, 'text/plain; charset=utf-8', 'ok')
  else exchange.send(500, 'text/plain; charset=utf-8', `internal server error: ${name} is not ok\n`)
}

/** Source: apiserver/pkg/server/healthz/healthz.go handleRootHealth */
function answerAll(exchange: Exchange, endpoint: Endpoint, checks: readonly HealthCheck[]) {
  const excluded = new Set(exchange.query.getAll('exclude').filter((name) => name !== ''))
  const lines: string[] = []
  let broken = false
  for (const { name, ok } of checks) {
    if (excluded.delete(name)) lines.push(`[+]${name} excluded: ok`)
    else if (ok) lines.push(`[+]${name} ok`)
    else {
      broken = true
      lines.push(`[-]${name} failed: reason withheld`)
    }
  }
  if (excluded.size > 0) {
    const names = [...excluded].sort().map((name) => JSON.stringify(name))
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(', ')}`)
  }
  exchange.set('X-Content-Type-Options', 'nosniff')
  const text = lines.join('\n')
  if (broken) exchange.send(500, 'text/plain; charset=utf-8', `${text}\n${endpoint} check failed\n`)
  else if (!exchange.query.has('verbose')) exchange.send(200, 'text/plain; charset=utf-8', 'ok')
  else exchange.send(200, 'text/plain; charset=utf-8', `${text}\n${endpoint} check passed\n`)
}

/** What the API server checks; one that does not say is asked for data, to see whether etcd answers. */
export function healthOf(api: ApiServer | undefined): readonly HealthCheck[] {
  if (api?.health !== undefined) return api.health()
  const answer = api?.handle({
    verb: 'list',
    credentials: { type: 'user', user: { name: 'system:apiserver', groups: ['system:masters'] } },
    resource: { group: '', version: 'v1', resource: 'namespaces' },
    options: { limit: 1 },
  })
  const both = ['livez', 'readyz'] as const
  return [
    { name: 'ping', ok: true, in: both },
    { name: 'etcd', ok: answer !== undefined && answer.code < 500, in: both },
  ]
}
