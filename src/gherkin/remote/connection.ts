import { request as httpRequest } from 'node:http'
import { type RequestOptions as HttpsOptions, request as httpsRequest } from 'node:https'
import { Writable } from 'node:stream'
import { Exec, KubeConfig } from '@kubernetes/client-node'
import { pathOf } from '../../api/paths.ts'
import type { ApiResponse } from '../../api/request.ts'
import { serviceUnavailable } from '../../api/status.ts'
import { isStatus, type SelfSubjectAccessReview } from '../../api/types.ts'
import { SpecError } from '../step.ts'
import type { Actor, TargetRequest } from '../target.ts'

const METHODS = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
} as const

/** How long (wall ms) an answer may take. */
const TIMEOUT_MS = 60_000

/** What a command in a container came to. */
export interface ExecResult {
  readonly exitCode: number
  readonly output: string
  /** Why it could not be run at all. */
  readonly failure?: string
}

/** The requests of a plain client, by one context of a kubeconfig. */
export class Connection {
  readonly config: KubeConfig
  readonly context: string

  /**
   * @param wanted `kubeconfig`, `kubeconfig:CONTEXT`; the files are those of $KUBECONFIG, else ~/.kube/config
   * @throws {SpecError} for a context that is not there
   */
  constructor(wanted: string) {
    const [, context] = /^kubeconfig(?::(.+))?$/.exec(wanted) ?? []
    if (!/^kubeconfig(:|$)/.test(wanted))
      throw new SpecError(`target "${wanted}": sim, kubeconfig or kubeconfig:CONTEXT`)
    this.config = new KubeConfig()
    try {
      this.config.loadFromDefault()
    } catch (error) {
      throw new SpecError(`the kubeconfig cannot be read: ${(error as Error).message}`)
    }
    // What the library makes up where it finds nothing.
    if (this.config.getCurrentContext() === 'loaded-context')
      throw new SpecError('there is no kubeconfig: neither in $KUBECONFIG nor in ~/.kube/config')
    const names = this.config.getContexts().map(({ name }) => name)
    if (context !== undefined) {
      if (!names.includes(context))
        throw new SpecError(`the kubeconfig has no context "${context}": ${names.join(', ')}`)
      this.config.setCurrentContext(context)
    }
    this.context = this.config.getCurrentContext()
    this.#mustBeWhole(names)
  }

  /** @throws {SpecError} for a context that names what the kubeconfig has not */
  #mustBeWhole(contexts: readonly string[]): void {
    const { context, config } = this
    if (!context)
      throw new SpecError(
        `the kubeconfig has no current context: say kubeconfig:CONTEXT, of ${contexts.join(', ') || 'none'}`,
      )
    const { cluster, user } = config.getContextObject(context) ?? {}
    const server = config.getCurrentCluster()?.server
    if (server === undefined)
      throw new SpecError(`the kubeconfig has no cluster "${cluster ?? ''}" for context "${context}"`)
    if (!URL.canParse(server)) throw new SpecError(`the server of cluster "${cluster}" is no URL: "${server}"`)
    if (user && !config.getCurrentUser())
      throw new SpecError(`the kubeconfig has no user "${user}" for context "${context}"`)
  }

  /** Why no scenario can run there: nobody answers, or whoever asks may not make the namespaces that scenarios get. */
  async refusal(): Promise<string | undefined> {
    const { code, text } = await this.raw('GET', '/version')
    if (code !== 200) return `context "${this.context}" cannot be used: ${said(code, text)}`
    const asked = { verb: 'create', resource: 'namespaces' }
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' }
    const resource = { group: 'authorization.k8s.io', version: 'v1', resource: 'selfsubjectaccessreviews' }
    const { body } = await this.send({
      verb: 'create',
      resource,
      body: { ...review, spec: { resourceAttributes: asked } },
    })
    if (isStatus(body) || (body as SelfSubjectAccessReview).status?.allowed !== false) return undefined
    return `context "${this.context}" cannot be used: who asks may not create namespaces there, and every scenario works in its own`
  }

  async send(request: TargetRequest, as?: Actor): Promise<ApiResponse> {
    const { verb, body, patchType, options = {} } = request
    const query = new URLSearchParams()
    if (options.fieldValidation) query.set('fieldValidation', options.fieldValidation)
    if (options.dryRun) query.set('dryRun', 'All')
    if (options.labelSelector) query.set('labelSelector', options.labelSelector)
    if (options.fieldSelector) query.set('fieldSelector', options.fieldSelector)
    if (options.propagationPolicy) query.set('propagationPolicy', options.propagationPolicy)
    if (options.gracePeriodSeconds !== undefined) query.set('gracePeriodSeconds', String(options.gracePeriodSeconds))
    const type = verb === 'patch' ? (patchType ?? 'application/merge-patch+json') : 'application/json'
    const { code, text } = await this.raw(METHODS[verb], `${pathOf(request)}?${query}`, as, body, type)
    try {
      return { code, body: JSON.parse(text) as ApiResponse['body'] }
    } catch {
      return { code, body: serviceUnavailable(text.trim() || `status ${code}`) }
    }
  }

  /** Text of an answer, whatever it is. A server that cannot be reached answers 503. */
  async raw(
    method: string,
    path: string,
    as?: Actor,
    body?: unknown,
    type = 'application/json',
  ): Promise<{ code: number; text: string }> {
    const url = new URL(this.config.getCurrentCluster()!.server.replace(/\/$/, '') + path)
    const options: HttpsOptions = { method, headers: {} }
    try {
      await this.config.applyToHTTPSOptions(options)
    } catch (error) {
      const message = `${this.#whoSpeaks()}: ${messageOf(error)}`
      return { code: 503, text: JSON.stringify(serviceUnavailable(message)) }
    }
    const headers: Record<string, string | string[]> = { ...(options.headers as object), accept: 'application/json' }
    const payload = body === undefined ? undefined : JSON.stringify(body)
    // Node says no length of what a DELETE brings.
    if (payload !== undefined)
      Object.assign(headers, { 'content-type': type, 'content-length': String(Buffer.byteLength(payload)) })
    if (as !== undefined && 'token' in as) {
      headers.authorization = `Bearer ${as.token}`
      // The certificate in the kubeconfig would speak for somebody else.
      for (const own of ['cert', 'key', 'pfx', 'auth', 'agent'] as const) delete options[own]
    } else if (as !== undefined) {
      headers['impersonate-user'] = as.name
      // The groups of the authenticated are added by the server, and may not be claimed.
      headers['impersonate-group'] = [...as.groups]
    }
    const open = url.protocol === 'http:' ? httpRequest : httpsRequest
    return new Promise((resolve) => {
      const failed = (message: string) => resolve({ code: 503, text: JSON.stringify(serviceUnavailable(message)) })
      const sent = open(url, { ...options, headers, timeout: TIMEOUT_MS }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve({ code: response.statusCode ?? 500, text }))
        response.on('error', (error) => failed(error.message))
      })
      sent.on('timeout', () => sent.destroy(new Error('the API server does not answer')))
      sent.on('error', (error) => failed(error.message))
      sent.end(payload)
    })
  }

  /** What the kubeconfig says of who asks, where that cannot be used. */
  #whoSpeaks(): string {
    const user = this.config.getCurrentUser()
    const { command } = (user?.exec ?? {}) as { readonly command?: string }
    return command === undefined
      ? 'the kubeconfig is at fault'
      : `the credential plugin "${command}" of user "${user?.name}" gives no credentials`
  }

  /** Runs a command in a container, without a terminal. */
  async exec(namespace: string, pod: string, container: string, command: readonly string[]): Promise<ExecResult> {
    let output = ''
    const sink = () =>
      new Writable({
        write: (chunk, _encoding, done) => {
          output += String(chunk)
          done()
        },
      })
    return new Promise((resolve) => {
      new Exec(this.config)
        .exec(namespace, pod, container, [...command], sink(), sink(), null, false, (status) => {
          const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
          if (status.status === 'Success') resolve({ exitCode: 0, output })
          else if (code !== undefined) resolve({ exitCode: Number(code), output })
          else resolve({ exitCode: 126, output, failure: status.message ?? 'the command cannot be run' })
        })
        .then((socket) => socket.on('close', () => resolve({ exitCode: 126, output, failure: 'the stream was cut' })))
        .catch((error: Error) => resolve({ exitCode: 126, output, failure: error.message }))
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim()

/** What a refusal says: of a Status its message, of a proxy's page its beginning. */
export function said(code: number, text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: string }
    if (message) return message
  } catch {
    // Not of an API server.
  }
  const line = text.trim().split('\n')[0] ?? ''
  return `it is answered with status ${code}${line && `: ${line.slice(0, 200)}`}`
}
