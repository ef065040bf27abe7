import type { Network, NetworkAnswer, Serve } from './contract.ts'
import { lookup, type Source } from './resolver.ts'

export interface HttpInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What became of a request, and every hop on the way. */
export type HttpOutcome = {
  readonly hops: readonly string[]
  /** Virtual time until the answer, without the waiting of an attempt that never ends. */
  readonly tookMs: number
} & (
  | {
      readonly outcome: 'answered'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
      /** Who answered. */
      readonly ip: string
      readonly port: number
      readonly host: string
    }
  | {
      readonly outcome: 'refused' | 'timeout' | 'unreachable' | 'unresolved'
      readonly because: string
      readonly ip?: string
    }
)

export interface ParsedUrl {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly path: string
}

/** Undefined for what is no http(s) URL. Without a scheme it is http. */
export function parseUrl(url: string): ParsedUrl | undefined {
  const match = /^(?:(https?):\/\/)?(?:[^/@]*@)?([^/:?#]+)(?::(\d+))?([/?][^#]*)?(?:#.*)?$/i.exec(url)
  if (!match) return undefined
  const scheme = match[1]?.toLowerCase() === 'https' ? 'https' : 'http'
  const port = match[3] === undefined ? (scheme === 'https' ? 443 : 80) : Number(match[3])
  const path = match[4] ?? '/'
  return { scheme, host: match[2]!, port, path: path.startsWith('?') ? `/${path}` : path }
}

/** Resolves the URL's host, connects and asks: what curl does. */
export function httpRequest(
  network: Network,
  from: Source,
  url: string,
  choose: (n: number) => number,
  init: HttpInit = {},
): HttpOutcome {
  const parsed = parseUrl(url)
  if (parsed === undefined) return { outcome: 'unresolved', because: `${url} is not a URL`, hops: [], tookMs: 0 }
  const found = lookup(network, from, parsed.host, choose)
  if (found.addresses === undefined) {
    return { outcome: 'unresolved', because: found.because, hops: found.hops, tookMs: found.tookMs }
  }
  const ip = found.addresses[0]!
  const connection = network.connect<Serve>(from, { ip, port: parsed.port }, choose)
  const hops = [...found.hops, ...connection.hops]
  if (connection.outcome !== 'connected') {
    return { outcome: connection.outcome, because: connection.because, ip, hops, tookMs: found.tookMs }
  }
  const answer = serveHttp(connection.serve, connection.seenAs ?? from.ip, parsed, init)
  return {
    outcome: 'answered',
    status: answer.status ?? 200,
    headers: answer.headers ?? {},
    body: answer.body ?? '',
    ip: connection.ip,
    port: connection.port,
    host: connection.host,
    hops,
    tookMs: found.tookMs + (answer.afterMs ?? 0),
  }
}

function serveHttp(serve: Serve, from: string, url: ParsedUrl, init: HttpInit): NetworkAnswer {
  const shown = url.port === (url.scheme === 'https' ? 443 : 80) ? url.host : `${url.host}:${url.port}`
  return serve({
    protocol: 'HTTP',
    from,
    method: init.method ?? 'GET',
    path: url.path,
    headers: { host: shown, ...init.headers },
    ...(init.body !== undefined && { body: init.body }),
  })
}
