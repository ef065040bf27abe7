import type { IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { ApiServer } from '../../api/request.ts'
import { kinds } from '../../control-plane/apiserver/registry/index.ts'
import { World as ApiWorld } from '../../control-plane/apiserver/testing/world.ts'
import { Barrier } from '../../sim/barrier.ts'
import type { Server, ServerOptions } from '../contract.ts'
import { startServer } from '../index.ts'
import { Pace } from '../pace.ts'
import { type Credentials, createCredentials, type KeyedCertificate, signCertificate } from '../pki.ts'
import { createTokenAuthority } from '../tokens.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Default that of a member of system:masters; undefined for none. */
  readonly certificate?: KeyedCertificate | undefined
}

/** On a bare API server nobody has bound the admin of the kubeconfig to a role: the tests come as system:masters. */
async function makeCredentials(): Promise<Credentials> {
  const credentials = await createCredentials()
  const user = { commonName: 'master', organizations: ['system:masters'], usage: 'client' } as const
  return { ...credentials, admin: await signCertificate(credentials.ca, user) }
}

let shared: Promise<Credentials> | undefined

/** A real API server behind a real door on a free port. */
export class Served {
  readonly world: ApiWorld
  readonly pace: Pace
  readonly credentials: Credentials
  readonly server: Server
  readonly door: { api: ApiServer | undefined }

  private constructor(
    world: ApiWorld,
    pace: Pace,
    credentials: Credentials,
    server: Server,
    door: { api: ApiServer | undefined },
  ) {
    this.world = world
    this.pace = pace
    this.credentials = credentials
    this.server = server
    this.door = door
  }

  static async start(options: Partial<ServerOptions> = {}): Promise<Served> {
    shared ??= makeCredentials()
    const credentials = await shared
    const world = new ApiWorld({ authority: createTokenAuthority(credentials.serviceAccountKey) })
    const pace = new Pace(world.clock, new Barrier(world.clock))
    const door: { api: ApiServer | undefined } = { api: world.server }
    const server = await startServer({ connect: () => door.api, kinds, world: pace, credentials, port: 0, ...options })
    pace.start()
    return new Served(world, pace, credentials, server, door)
  }

  async stop(): Promise<void> {
    this.pace.stop()
    await this.server.close()
  }

  ask(method: string, path: string, asked: Asked = {}): Promise<Answer> {
    const certificate = 'certificate' in asked ? asked.certificate : this.credentials.admin
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        this.server.url + path,
        {
          method,
          agent: false,
          ca: this.credentials.ca.certificate,
          ...(certificate && { cert: certificate.certificate, key: certificate.key }),
          headers: {
            ...(asked.body !== undefined && { 'content-length': Buffer.byteLength(asked.body) }),
            ...asked.headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          )
        },
      )
      request.on('error', reject)
      request.end(asked.body)
    })
  }

  async json(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: never }> {
    const type = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }
    const answer = await this.ask(method, path, {
      headers: { ...(body !== undefined && type), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: JSON.parse(answer.body) as never }
  }
}
