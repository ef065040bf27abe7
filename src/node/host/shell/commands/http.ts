import { type HttpInit, type HttpOutcome, httpRequest, parseUrl } from '../../../../network/http.ts'
import { statusLine } from '../../../../network/http-reasons.ts'
import { resolvePath } from '../../paths.ts'
import type { CommandResult, ShellCommand, ShellRun } from '../engine.ts'
import { type ParsedFlags, parseFlags } from './flags.ts'
import type { Inside } from './inside.ts'

/** SYN and six retries: net.ipv4.tcp_syn_retries. */
const CONNECT_TIMEOUT_MS = 127_000

/** Asks, and lets the virtual time pass that the answer takes; `gaveUp` when the patience ended first. */
async function request(
  inside: Inside,
  shell: ShellRun,
  url: string,
  init: HttpInit,
  patienceMs: number,
): Promise<HttpOutcome & { readonly gaveUp?: true }> {
  const outcome = httpRequest(inside.network, inside.source, url, (n) => shell.random.int(n), init)
  const endless = outcome.outcome === 'timeout' || outcome.outcome === 'unreachable'
  const took = outcome.tookMs + (endless ? CONNECT_TIMEOUT_MS : 0)
  await shell.sleep(Math.min(took, patienceMs))
  return took > patienceMs ? { ...outcome, gaveUp: true } : outcome
}

/** curl(1). */
export function curl(inside: Inside): ShellCommand {
  return async (args, context, shell) => {
    const parsed = parseFlags(args, CURL_FLAGS)
    if (parsed.unknown !== undefined)
      return { stderr: `curl: option ${parsed.unknown}: is not simulated\n`, exitCode: 2 }
    const url = parsed.rest[0]
    if (url === undefined) return { stderr: "curl: try 'curl --help' for more information\n", exitCode: 2 }
    const target = parseUrl(url)
    if (target === undefined)
      return { stderr: `curl: (3) URL rejected: Malformed input to a URL function\n`, exitCode: 3 }
    const cacert = parsed.flags.get('cacert')
    if (cacert !== undefined && inside.files.read(resolvePath(cacert, context.cwd)) === undefined)
      return {
        stderr: `curl: (77) error setting certificate verify locations:  CAfile: ${cacert} CApath: none\n`,
        exitCode: 77,
      }
    const seconds = Math.min(
      ...['max-time', 'connect-timeout'].map((name) => Number(parsed.flags.get(name) ?? Infinity)),
    )
    const outcome = await request(inside, shell, url, curlInit(parsed), seconds * 1000)
    const failed = curlFailure(outcome, target.host, target.port, seconds)
    const written = parsed.flags.get('write-out')
    const status = outcome.outcome === 'answered' && failed === undefined ? outcome.status : 0
    const extra = written === undefined ? '' : writeOut(written, status, outcome)
    if (failed !== undefined) {
      const silent = parsed.flags.has('silent') && !parsed.flags.has('show-error')
      return { stdout: extra, stderr: silent ? '' : `${failed.text}\n`, exitCode: failed.code }
    }
    if (outcome.outcome !== 'answered') return { exitCode: 7 }
    return answered(parsed, outcome, extra, (path, text) => inside.files.write(resolvePath(path, context.cwd), text))
  }
}

const CURL_FLAGS = {
  '-s': 'silent',
  '--silent': 'silent',
  '-S': 'show-error',
  '--show-error': 'show-error',
  '-o': 'output=',
  '--output': 'output=',
  '-w': 'write-out=',
  '--write-out': 'write-out=',
  '-I': 'head',
  '--head': 'head',
  '-i': 'include',
  '--include': 'include',
  '-m': 'max-time=',
  '--max-time': 'max-time=',
  '--connect-timeout': 'connect-timeout=',
  '-v': 'verbose',
  '-k': 'insecure',
  '--insecure': 'insecure',
  '-L': 'location',
  '-f': 'fail',
  '--fail': 'fail',
  '-X': 'request=',
  '--request': 'request=',
  '-d': 'data=',
  '--data': 'data=',
  '-H': 'header=',
  '--header': 'header=',
  '--cacert': 'cacert=',
  '--oauth2-bearer': 'bearer=',
  '-A': 'agent=',
  '-4': 'ipv4',
  '--retry': 'retry=',
  '-N': 'no-buffer',
} as const

function headersOf(parsed: ParsedFlags): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const header of parsed.all('header')) {
    const colon = header.indexOf(':')
    if (colon > 0) headers[header.slice(0, colon).trim().toLowerCase()] = header.slice(colon + 1).trim()
  }
  return headers
}

function curlInit(parsed: ParsedFlags): HttpInit {
  const headers: Record<string, string> = {
    'user-agent': parsed.flags.get('agent') ?? 'curl/8.14.1',
    ...headersOf(parsed),
  }
  const token = parsed.flags.get('bearer')
  if (token !== undefined) headers.authorization = `Bearer ${token}`
  const body = parsed.flags.get('data')
  const method =
    parsed.flags.get('request') ?? (parsed.flags.has('head') ? 'HEAD' : body === undefined ? 'GET' : 'POST')
  return { method, headers, ...(body !== undefined && { body }) }
}

function curlFailure(
  outcome: HttpOutcome & { gaveUp?: true },
  host: string,
  port: number,
  seconds: number,
): { readonly code: number; readonly text: string } | undefined {
  if (outcome.gaveUp && outcome.outcome === 'unresolved')
    return { code: 28, text: `curl: (28) Resolving timed out after ${seconds * 1000} milliseconds` }
  if (outcome.gaveUp) return { code: 28, text: `curl: (28) Connection timed out after ${seconds * 1000} milliseconds` }
  if (outcome.outcome === 'unresolved') return { code: 6, text: `curl: (6) Could not resolve host: ${host}` }
  if (outcome.outcome === 'answered') return undefined
  const ms = outcome.outcome === 'refused' ? 0 : CONNECT_TIMEOUT_MS
  const code = outcome.outcome === 'refused' ? 7 : 28
  return {
    code,
    text: `curl: (${code}) Failed to connect to ${host} port ${port} after ${ms} ms: Could not connect to server`,
  }
}

function writeOut(format: string, status: number, outcome: HttpOutcome): string {
  return format
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/%\{(\w+)\}/g, (_whole, name: string) => {
      if (name === 'http_code' || name === 'response_code') return String(status).padStart(3, '0')
      if (name === 'time_total') return (outcome.tookMs / 1000).toFixed(6)
      if (name === 'remote_ip') return ('ip' in outcome && outcome.ip) || ''
      return name === 'size_download' && outcome.outcome === 'answered' ? String(outcome.body.length) : ''
    })
}

function answered(
  parsed: ParsedFlags,
  outcome: Extract<HttpOutcome, { outcome: 'answered' }>,
  extra: string,
  save: (path: string, text: string) => void,
): CommandResult {
  if (parsed.flags.has('fail') && outcome.status >= 400)
    return { stdout: extra, stderr: `curl: (22) The requested URL returned error: ${outcome.status}\n`, exitCode: 22 }
  const status = statusLine(outcome.status, outcome.headers.server)
  const head = [status, ...Object.entries(outcome.headers).map(([name, value]) => `${name}: ${value}`), '', ''].join(
    '\r\n',
  )
  const text = parsed.flags.has('head') ? head : (parsed.flags.has('include') ? head : '') + outcome.body
  const output = parsed.flags.get('output')
  if (output === undefined || output === '-') return { stdout: text + extra }
  if (output !== '/dev/null') save(output, text)
  return { stdout: extra }
}

/** BusyBox wget. */
export function wget(inside: Inside): ShellCommand {
  return async (args, context, shell) => {
    const parsed = parseFlags(args, WGET_FLAGS)
    if (parsed.unknown !== undefined) return { stderr: `wget: unrecognized option: ${parsed.unknown}\n`, exitCode: 1 }
    const url = parsed.rest[0]
    const target = url === undefined ? undefined : parseUrl(url)
    if (url === undefined || target === undefined) return { stderr: `wget: bad address '${url ?? ''}'\n`, exitCode: 1 }
    const data = parsed.flags.get('post-data')
    const init = {
      method: data === undefined ? 'GET' : 'POST',
      headers: { 'user-agent': 'Wget', ...headersOf(parsed) },
      ...(data !== undefined && { body: data }),
    }
    const patience = Number(parsed.flags.get('timeout') ?? Number.POSITIVE_INFINITY) * 1000
    const outcome = await request(inside, shell, url, init, patience)
    const quiet = parsed.flags.has('quiet')
    const failed = wgetFailure(outcome, target.host)
    const connecting =
      quiet || !('ip' in outcome) ? '' : `Connecting to ${target.host} (${outcome.ip}:${target.port})\n`
    if (failed !== undefined) return { stderr: `${connecting}wget: ${failed}\n`, exitCode: 1 }
    if (outcome.outcome !== 'answered' || parsed.flags.has('spider')) return { stderr: connecting }
    const output = parsed.flags.get('output') ?? (target.path.replace(/.*\//, '').replace(/\?.*/, '') || 'index.html')
    if (output === '-')
      return { stdout: outcome.body, stderr: quiet ? '' : `${connecting}writing to stdout\nwritten to stdout\n` }
    if (output !== '/dev/null') inside.files.write(resolvePath(output, context.cwd), outcome.body)
    return { stderr: quiet ? '' : `${connecting}saving to '${output}'\n'${output}' saved\n` }
  }
}

const WGET_FLAGS = {
  '-q': 'quiet',
  '--quiet': 'quiet',
  '-O': 'output=',
  '--output-document': 'output=',
  '-T': 'timeout=',
  '--timeout': 'timeout=',
  '-t': 'tries=',
  '--tries': 'tries=',
  '-S': 'server-response',
  '--spider': 'spider',
  '--post-data': 'post-data=',
  '--header': 'header=',
  '--no-check-certificate': 'insecure',
  '-Y': 'proxy=',
} as const

function wgetFailure(outcome: HttpOutcome & { gaveUp?: true }, host: string): string | undefined {
  if (outcome.outcome === 'unresolved') return `bad address '${host}'`
  if (outcome.gaveUp) return 'download timed out'
  if (outcome.outcome === 'answered')
    return outcome.status < 400
      ? undefined
      : `server returned error: ${statusLine(outcome.status, outcome.headers.server)}`
  const why = { refused: 'Connection refused', timeout: 'Connection timed out', unreachable: 'Network is unreachable' }
  return `can't connect to remote host (${outcome.ip}): ${why[outcome.outcome]}`
}
