import type { RequestOutcome, RequestSource } from '../../cluster/contract.ts'
import { NotCapable } from '../step.ts'
import type { Reader } from '../target.ts'
import type { Connection, ExecResult } from './connection.ts'

const SECONDS = 5

/** How curl and wget end, by exit code. */
const CURL: Readonly<Record<number, RequestOutcome['outcome']>> = { 6: 'unresolved', 7: 'refused', 28: 'timeout' }

/** Requests and look-ups made in a container, with what its image has: curl or wget; getent or nslookup. */
export class FromInside {
  readonly #connection: Connection
  readonly #reader: Reader

  constructor(connection: Connection, reader: Reader) {
    this.#connection = connection
    this.#reader = reader
  }

  async request(from: RequestSource, url: string): Promise<RequestOutcome> {
    const curl = await this.#run(from, ['curl', '-sS', '-i', '-k', '-m', String(SECONDS), '-w', '\n%{http_code}', url])
    if (isThere(curl)) return this.#answered(curl, CURL[curl.exitCode], /\n(\d{3})\s*$/)
    const wget = await this.#run(from, ['wget', '-S', '-T', String(SECONDS), '-O', '-', url])
    if (!isThere(wget))
      throw new NotCapable(`${nameOf(from)} has neither curl nor wget: ${curl.failure ?? curl.output}`)
    const outcome = /bad address|unable to resolve/i.test(wget.output)
      ? 'unresolved'
      : /refused/i.test(wget.output)
        ? 'refused'
        : /timed out/i.test(wget.output)
          ? 'timeout'
          : undefined
    return this.#answered(wget, outcome, /HTTP\/[\d.]+ (\d{3})/)
  }

  async resolve(from: RequestSource, name: string): Promise<readonly string[]> {
    const getent = await this.#run(from, ['getent', 'ahosts', name])
    if (isThere(getent)) return [...new Set([...getent.output.matchAll(/^(\S+)\s/gm)].map((found) => found[1]!))]
    const nslookup = await this.#run(from, ['nslookup', name])
    if (!isThere(nslookup)) throw new NotCapable(`${nameOf(from)} has neither getent nor nslookup`)
    // The first address is the server's own.
    const [, answer = ''] = nslookup.output.split(/\n\s*\n/)
    return [...answer.matchAll(/^Address(?: \d+)?:\s*([0-9a-fA-F.:]+)/gm)].map((found) => found[1]!)
  }

  #answered(result: ExecResult, failed: RequestOutcome['outcome'] | undefined, status: RegExp): RequestOutcome {
    const code = Number(status.exec(result.output)?.[1] ?? 0)
    if (code === 0)
      return { outcome: failed ?? 'refused', because: result.output.trim() || `exit code ${result.exitCode}`, hops: [] }
    const [head = ''] = HEAD.exec(result.output) ?? []
    const headers = headersOf(head === '' ? result.output : head)
    const body = result.output.replace(status, '').replace(HEAD, '')
    return { outcome: 'answered', status: code, headers, body, pod: this.#answerer(body), hops: [] }
  }

  /** Which Pod answered: images made for tests say their host's name; undefined for others. */
  #answerer(body: string): string | undefined {
    const pods = this.#reader.list('Pod').map(({ metadata }) => metadata.name)
    return pods.find((name) => body.includes(name))
  }

  #run(from: RequestSource, command: readonly string[]): Promise<ExecResult> {
    if (!('pod' in from)) throw new NotCapable(`only Pods can be asked to make requests, not ${nameOf(from)}`)
    const pod = this.#reader.get('Pod', from.pod, from.namespace)
    return this.#connection.exec(from.namespace, from.pod, pod?.spec.containers[0]?.name ?? '', command)
  }
}

/** What `curl -i` writes before the body. */
const HEAD = /^HTTP\/[\d.]+ \d{3}[^\n]*\n(?:[^\s:]+:[^\n]*\n)*\r?\n/m

/** Of curl's head, or of what wget -S says among other things. */
const headersOf = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/^ *([\w-]+): (.*?)\r?$/gm)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  )

const isThere = ({ failure, exitCode }: ExecResult) => failure === undefined && exitCode !== 126 && exitCode !== 127
const nameOf = (from: RequestSource) =>
  'pod' in from ? `Pod "${from.pod}"` : 'host' in from ? `node "${from.host}"` : 'somebody outside'
