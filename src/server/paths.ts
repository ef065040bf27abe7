import { version } from '../api/version.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import { answerHealth, checksOf, healthEndpoints, healthOf } from './health.ts'
import { healthSamples } from './metrics/index.ts'
import { negotiate, parseAccept } from './negotiate.ts'
import { ISSUER } from './tokens.ts'

/** Everything that is not about objects: discovery, version, health, OpenAPI, keys. */
export async function answerPath(door: Door, exchange: Exchange): Promise<void> {
  const { method, path } = exchange
  const refused = await door.options.world.inject(() =>
    door.review(exchange, { nonResourceAttributes: { path, verb: method === 'HEAD' ? 'get' : method.toLowerCase() } }),
  )
  if (refused !== undefined) return exchange.status(refused)
  if (path.startsWith('/apis')) {
    const { answerAggregatedPath } = await import('./aggregator.ts')
    if (await answerAggregatedPath(door, exchange, wantsAggregated(exchange))) return
  }
  if (await answerDiscovery(door, exchange)) return
  if (answerHealth(exchange, () => healthOf(door.options.connect()))) return
  if (path.startsWith('/openapi/')) {
    const { answerOpenApi } = await import('./openapi/index.ts')
    return answerOpenApi(door, exchange)
  }
  const answer = Object.hasOwn(single, path) ? single[path] : undefined
  if (answer === undefined) return exchange.notFound()
  answer(door, exchange)
}

/** Source: component-base/metrics/legacyregistry, github.com/prometheus/client_golang promhttp */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'

const single: Readonly<Record<string, (door: Door, exchange: Exchange) => void>> = {
  '/metrics': (door, exchange) =>
    exchange.send(
      200,
      METRICS_TYPE,
      door.metrics.text(door.options.version ?? version, door.options.connect()?.insights),
    ),
  '/metrics/slis': (door, exchange) =>
    exchange.send(200, METRICS_TYPE, healthSamples(healthOf(door.options.connect()))),
  '/': (door, exchange) => exchange.json(200, JSON.stringify({ paths: allPaths(door) }, null, 2)),
  '/version': (door, exchange) => exchange.json(200, JSON.stringify(door.options.version ?? version, null, 2)),
  '/version/': (door, exchange) => exchange.json(200, JSON.stringify(door.options.version ?? version, null, 2)),
  '/.well-known/openid-configuration': (door, exchange) => {
    exchange.set('Cache-Control', 'public, max-age=3600')
    exchange.send(200, 'application/json', JSON.stringify(openIdConfiguration(door)))
  },
  '/openid/v1/jwks': (door, exchange) => {
    exchange.set('Cache-Control', 'public, max-age=3600')
    exchange.send(200, 'application/jwk-set+json', JSON.stringify(door.authority.jwks()))
  },
}

function openIdConfiguration(door: Door) {
  return {
    issuer: ISSUER,
    jwks_uri: `https://${address(door)}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  }
}

function address(door: Door): string {
  return `127.0.0.1:${door.port}`
}

/** Source: apiserver/pkg/endpoints/discovery/aggregated/wrapper.go; /api, /apis, /apis/G, /apis/G/V */
async function answerDiscovery(door: Door, exchange: Exchange): Promise<boolean> {
  const { discovery } = door
  const parts = exchange.path.split('/').filter((part) => part !== '')
  if (parts[0] !== 'api' && parts[0] !== 'apis') return false
  const body = discoveryBody(door, exchange, parts)
  if (body === 'aggregated') answerAggregated(exchange, discovery.aggregated(parts[0] === 'api'))
  else if (body === undefined) exchange.notFound()
  else if (negotiate(exchange.header('accept'), [], false)?.format === 'yaml') {
    const { encodeYaml } = await import('./yaml.ts')
    exchange.send(200, 'application/yaml', encodeYaml(body))
  } else exchange.json(200, JSON.stringify(body))
  return true
}

function discoveryBody(door: Door, exchange: Exchange, parts: readonly string[]): unknown {
  const { discovery } = door
  const [root, group, version] = parts
  if (parts.length === 1 && wantsAggregated(exchange)) return 'aggregated'
  if (root === 'api') {
    if (parts.length === 1) return discovery.apiVersions(address(door))
    return parts.length === 2 && discovery.serves('', group!) ? discovery.resourceList('', group!) : undefined
  }
  if (parts.length === 1) return discovery.groupList()
  if (parts.length === 2) return discovery.groups().includes(group!) ? discovery.group(group!) : undefined
  return parts.length === 3 && discovery.serves(group!, version!) ? discovery.resourceList(group!, version!) : undefined
}

/** The first form in the client's list that this server has decides. */
function wantsAggregated(exchange: Exchange): boolean {
  for (const { type, parameters } of parseAccept(exchange.header('accept') ?? '')) {
    if (parameters.get('as') === undefined && /json|\*/.test(type)) return false
    if (type !== 'application/json' || parameters.get('g') !== 'apidiscovery.k8s.io') continue
    if (parameters.get('v') === 'v2' && parameters.get('as') === 'APIGroupDiscoveryList') return true
  }
  return false
}

function answerAggregated(exchange: Exchange, { body, etag }: { readonly body: string; readonly etag: string }) {
  exchange.set('Cache-Control', 'public')
  exchange.set('Vary', 'Accept')
  exchange.set('ETag', etag)
  const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  if (exchange.header('if-none-match')?.replace(/^W\//, '') === etag) return exchange.send(304, type, '')
  exchange.send(200, type, `${body}\n`)
}

/** Source: apiserver/pkg/server/routes/index.go IndexLister */
function allPaths(door: Door): readonly string[] {
  const { discovery } = door
  const groupPaths = discovery
    .groups()
    .flatMap((group) => [`/apis/${group}`, ...discovery.versions(group).map((each) => `/apis/${group}/${each}`)])
  const checks = healthOf(door.options.connect())
  const health = healthEndpoints.flatMap((root) => [
    `/${root}`,
    ...checksOf(root, checks).map(({ name }) => `/${root}/${name}`),
  ])
  const core = discovery.versions('').map((each) => `/api/${each}`)
  const rest = [
    '/metrics',
    '/metrics/slis',
    '/openapi/v2',
    '/openapi/v3',
    '/openapi/v3/',
    '/openid/v1/jwks',
    '/version',
  ]
  return [
    '/.well-known/openid-configuration',
    '/api',
    ...core,
    '/apis',
    '/apis/',
    ...groupPaths,
    ...health,
    ...rest,
  ].sort()
}
