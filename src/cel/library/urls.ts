import { type Overload, overload } from '../declarations.ts'
import { CelError, ComputedMap, Opaque, type Value } from '../values.ts'

/** Source: apiserver/pkg/cel/library/urls.go, Go's net/url */
class UrlValue extends Opaque {
  readonly type = 'kubernetes.URL'
  readonly url: GoUrl
  readonly text: string

  constructor(url: GoUrl, text: string) {
    super()
    this.url = url
    this.text = text
  }

  equals(other: Opaque): boolean {
    return other instanceof UrlValue && other.text === this.text
  }
}

export interface GoUrl {
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly query: string
}

/** Source: net/url ParseRequestURI: absolute URLs and absolute paths. @returns undefined for what it refuses */
export function parseRequestUri(text: string): GoUrl | string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Go refuses
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'net/url: invalid control character in URL'
  if (text === '') return 'empty url'
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text) ?? []
  if (scheme === '' && text.startsWith(':')) return 'missing protocol scheme'
  if (!rest.startsWith('/')) return 'invalid URI for request'
  const [, beforeQuery = '', query = ''] = /^([^?]*)(?:\?(.*))?$/s.exec(rest) ?? []
  const hasHost = beforeQuery.startsWith('//') && (scheme !== '' || !beforeQuery.startsWith('///'))
  const authority = hasHost ? /^\/\/([^/]*)(.*)$/s.exec(beforeQuery)! : undefined
  const path = authority?.[2] ?? beforeQuery
  const host = authority?.[1]?.replace(/^.*@/, '') ?? ''
  const invalid = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(path)?.[0]
  if (invalid !== undefined) return `invalid URL escape ${JSON.stringify(invalid)}`
  const problem = hostProblem(host)
  return problem ?? { scheme: scheme.toLowerCase(), host, path, query }
}

function hostProblem(host: string): string | undefined {
  const bracketed = /^\[[^\]]*\](.*)$/.exec(host)
  if (host.startsWith('[') && bracketed === null) return "missing ']' in host"
  const port = bracketed?.[1] ?? /:[^:]*$/.exec(host)?.[0] ?? ''
  if (!/^(:\d*)?$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`
  const bad = /[ "<>^`{|}\\]/.exec(host)?.[0]
  return bad === undefined ? undefined : `invalid character ${JSON.stringify(bad)} in host name`
}

function url(text: string): UrlValue {
  const found = parseRequestUri(text)
  if (typeof found === 'string')
    throw new CelError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${found}`)
  return new UrlValue(found, text)
}

const hostname = (host: string) => /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:\d*$/, '')

function queryOf({ url: { query } }: UrlValue): Value {
  const values = new Map<string, string[]>()
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue
    const [name = '', ...rest] = part.split('=')
    const key = decode(name)
    const value = decode(rest.join('='))
    if (key !== undefined && value !== undefined) values.set(key, [...(values.get(key) ?? []), value])
  }
  return new ComputedMap(values)
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** Source: net/url EscapedPath: as written, where that is a valid escaping. */
function escapedPath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*%[\]]/gu, encodeURIComponent)
}

export const urls: readonly Overload[] = [
  overload('url(string): kubernetes.URL', url),
  overload('isURL(string): bool', (text: string) => typeof parseRequestUri(text) !== 'string'),
  overload('kubernetes.URL.getScheme(): string', ({ url }: UrlValue) => url.scheme),
  overload('kubernetes.URL.getHost(): string', ({ url }: UrlValue) => url.host),
  overload('kubernetes.URL.getHostname(): string', ({ url }: UrlValue) => hostname(url.host)),
  overload('kubernetes.URL.getPort(): string', ({ url }: UrlValue) => /:(\d*)$/.exec(url.host)?.[1] ?? ''),
  overload('kubernetes.URL.getEscapedPath(): string', ({ url }: UrlValue) => escapedPath(url.path)),
  overload('kubernetes.URL.getQuery(): map(string, list(string))', queryOf),
]
