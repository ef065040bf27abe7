import type { Network } from '../../../network/contract.ts'
import { httpRequest } from '../../../network/http.ts'
import { nginxPageTitle } from '../../../network/http-reasons.ts'
import { lookup } from '../../../network/resolver.ts'
import type { NetworkRequest, Process } from '../../contract.ts'
import { sourceOf } from '../../process-source.ts'
import { type Directive, NginxConfigError, parseNginxConf } from './nginx-conf.ts'

/** One `server { }` block, as far as it decides what is answered. */
export interface NginxServer {
  readonly ports: readonly number[]
  readonly names: readonly string[]
  readonly root: string
  readonly index: readonly string[]
  /** `return 200 "text";` outside locations. */
  readonly fixed: Fixed | undefined
  readonly locations: readonly Location[]
}

interface Fixed {
  readonly status: number
  readonly text: string
}

interface Location {
  readonly modifier: string
  readonly path: string
  readonly root: string | undefined
  readonly alias: string | undefined
  readonly fixed: Fixed | undefined
  readonly status: boolean
  readonly tryFiles: readonly string[] | undefined
  readonly proxy: ((request: NetworkRequest) => NginxAnswer) | undefined
}

export interface NginxAnswer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** The file that was looked for in vain. */
  readonly missing?: string
}

export const defaultServer: NginxServer = {
  ports: [80],
  names: ['localhost'],
  root: '/usr/share/nginx/html',
  index: ['index.html', 'index.htm'],
  fixed: undefined,
  locations: [],
}

/** Where nginx reads its configuration without `-c`. */
export const NGINX_CONF = '/etc/nginx/nginx.conf'

/** Reads a configuration and what it includes. @throws NginxConfigError */
export function loadServers(network: Network, process: Process, path: string): readonly NginxServer[] {
  const text = process.files.read(path)
  if (text === undefined) throw new NginxConfigError(`open() "${path}" failed (2: No such file or directory)`)
  const http = included(process, parseNginxConf(text, path)).find((directive) => directive.name === 'http')
  const servers = (http?.block ?? []).filter((directive) => directive.name === 'server')
  return servers.map((server) => serverOf(network, process, server))
}

function included(process: Process, directives: readonly Directive[]): readonly Directive[] {
  return directives.flatMap((directive) => {
    if (directive.name === 'include') return filesOf(process, directive).flatMap((file) => readFile(process, file))
    return directive.block === undefined ? directive : { ...directive, block: included(process, directive.block) }
  })
}

function readFile(process: Process, path: string): readonly Directive[] {
  return included(process, parseNginxConf(process.files.read(path) ?? '', path))
}

function filesOf(process: Process, { args, file, line }: Directive): readonly string[] {
  const path = (args[0] ?? '').startsWith('/') ? args[0]! : `/etc/nginx/${args[0]}`
  const directory = path.slice(0, path.lastIndexOf('/'))
  if (path.includes('*')) {
    const end = path.slice(path.lastIndexOf('*') + 1)
    return process.files
      .list(directory)
      .filter((name) => name.endsWith(end) && !name.startsWith('.'))
      .map((name) => `${directory}/${name}`)
  }
  if (process.files.read(path) !== undefined) return [path]
  if (path === '/etc/nginx/mime.types') return []
  throw new NginxConfigError(`open() "${path}" failed (2: No such file or directory) in ${file}:${line}`)
}

function serverOf(network: Network, process: Process, { block = [] }: Directive): NginxServer {
  const all = (name: string) => block.filter((directive) => directive.name === name)
  const ports = all('listen').map(({ args }) => Number(/(\d+)$/.exec(args[0] ?? '80')?.[1] ?? 80))
  return {
    ports: ports.length === 0 ? [80] : [...new Set(ports)],
    names: all('server_name').flatMap(({ args }) => args),
    root: all('root')[0]?.args[0] ?? '/etc/nginx/html',
    index: all('index')[0]?.args ?? ['index.html'],
    fixed: fixedOf(all('return')[0]),
    locations: all('location').map((location) => locationOf(network, process, location)),
  }
}

function locationOf(network: Network, process: Process, { args, block = [] }: Directive): Location {
  const one = (name: string) => block.find((directive) => directive.name === name)
  const proxy = one('proxy_pass')
  return {
    modifier: args.length > 1 ? args[0]! : '',
    path: args.at(-1) ?? '/',
    root: one('root')?.args[0],
    alias: one('alias')?.args[0],
    fixed: fixedOf(one('return')),
    status: one('stub_status') !== undefined,
    tryFiles: one('try_files')?.args,
    proxy: proxy && proxyTo(network, process, proxy),
  }
}

function fixedOf(directive: Directive | undefined): Fixed | undefined {
  if (directive === undefined) return undefined
  const [first = '', text = ''] = directive.args
  return /^\d+$/.test(first) ? { status: Number(first), text } : { status: 302, text: first }
}

/** The upstream's name is looked up once, at start, as nginx does without a resolver. */
function proxyTo(network: Network, process: Process, { args, file, line }: Directive): Location['proxy'] {
  const target = /^https?:\/\/([^/:]+)(:\d+)?(\/.*)?$/.exec(args[0] ?? '')
  if (!target) throw new NginxConfigError(`invalid URL prefix in ${file}:${line}`)
  const found = lookup(network, sourceOf(process), target[1]!, (n) => process.random.int(n))
  if (found.addresses === undefined)
    throw new NginxConfigError(`host not found in upstream "${target[1]}" in ${file}:${line}`)
  const base = `http://${found.addresses[0]}${target[2] ?? ''}`
  return (request) => {
    const init = {
      method: request.method ?? 'GET',
      headers: request.headers ?? {},
      ...(request.body && { body: request.body }),
    }
    const choose = (n: number) => process.random.int(n)
    const outcome = httpRequest(network, sourceOf(process), base + (request.path ?? '/'), choose, init)
    if (outcome.outcome === 'answered') return outcome
    return page(outcome.outcome === 'timeout' ? 504 : 502, '')
  }
}

export function respond(process: Process, server: NginxServer, request: NetworkRequest, version: string): NginxAnswer {
  const path = (request.path ?? '/').replace(/\?.*$/, '')
  const location = match(server.locations, path)
  const fixed = location?.fixed ?? server.fixed
  if (fixed !== undefined) return answerFixed(fixed, request, version)
  if (location?.proxy) return location.proxy(request)
  if (location?.status) return { status: 200, body: 'Active connections: 1 \n' }
  const root = location?.root ?? server.root
  const file = location?.alias === undefined ? root + path : location.alias + path.slice(location.path.length)
  const tried = location?.tryFiles?.map((name) => (name.startsWith('=') ? name : root + name.replace('$uri', path)))
  for (const candidate of tried ?? [file]) {
    if (candidate.startsWith('=')) return page(Number(candidate.slice(1)), version)
    const found = read(process, server, candidate)
    if (found !== undefined) return { status: 200, body: found, headers: { 'content-type': typeOf(candidate) } }
  }
  if (process.files.isDirectory(file)) return page(403, version)
  return { ...page(404, version), missing: file }
}

/** Source: nginx http/modules/ngx_http_rewrite_module.c; http/ngx_http_core_module.c ngx_http_send_response */
const REDIRECTS = [301, 302, 303, 307, 308]

function answerFixed({ status, text }: Fixed, request: NetworkRequest, version: string): NginxAnswer {
  if (REDIRECTS.includes(status) && text !== '') {
    const { body, headers } = page(status, version)
    return { status, body, headers: { ...headers, location: text } }
  }
  if (text === '') return page(status, version)
  const body = text.replace(/\$(\w+)/g, (whole, name: string) => variable(name, request) ?? whole)
  return { status, body, headers: { 'content-type': 'text/plain' } }
}

function variable(name: string, request: NetworkRequest): string | undefined {
  if (name === 'hostname' || name === 'host') return request.headers?.host?.replace(/:\d+$/, '')
  if (name === 'remote_addr') return request.from
  return name === 'request_uri' || name === 'uri' ? request.path : undefined
}

function read(process: Process, server: NginxServer, path: string): string | undefined {
  if (!path.endsWith('/')) return process.files.read(path)
  for (const index of server.index) {
    const found = process.files.read(path + index)
    if (found !== undefined) return found
  }
  return undefined
}

/** Exact, then the longest `^~` or plain prefix, with regular expressions between the two. */
function match(locations: readonly Location[], path: string): Location | undefined {
  const exact = locations.find(({ modifier, path: at }) => modifier === '=' && at === path)
  if (exact) return exact
  const prefixes = locations.filter(
    ({ modifier, path: at }) => (modifier === '' || modifier === '^~') && path.startsWith(at),
  )
  const longest = prefixes.sort((a, b) => b.path.length - a.path.length)[0]
  if (longest?.modifier === '^~') return longest
  return locations.find(({ modifier, path: at }) => matches(modifier, at, path)) ?? longest
}

function matches(modifier: string, pattern: string, path: string): boolean {
  if (modifier !== '~' && modifier !== '~*') return false
  try {
    return new RegExp(pattern, modifier === '~*' ? 'i' : '').test(path)
  } catch {
    return false
  }
}

function typeOf(path: string): string {
  if (path.endsWith('/') || /\.html?$/.test(path)) return 'text/html'
  return /\.json$/.test(path) ? 'application/json' : 'text/plain'
}

function page(status: number, version: string): NginxAnswer {
  const title = nginxPageTitle(status)
  if (title === undefined) return { status, body: '' }
  const signature = version === '' ? 'nginx' : `nginx/${version}`
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${signature}</center>\r\n</body>\r\n</html>\r\n`
  return { status, body, headers: { 'content-type': 'text/html' } }
}
