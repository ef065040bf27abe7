import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { openApiDefinitions, openApiParameters } from '../../api/generated/openapi.ts'
import type { Discovery } from '../discovery.ts'
import type { Door } from '../door.ts'
import type { Exchange } from '../exchange.ts'
import { parseAccept } from '../negotiate.ts'
import { OpenApiDocuments } from './documents.ts'
import { encodeOpenApiV2 } from './gnostic.ts'

const PROTOBUF_V2 = /^application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf$/

interface Prepared {
  readonly bytes: Buffer
  readonly zipped: Buffer
  /** SHA-512 in upper-case hex, as upstream makes it. */
  readonly hash: string
}

/** Documents are built when somebody asks, and kept. */
class OpenApi {
  readonly #documents: OpenApiDocuments
  readonly #prepared = new Map<string, Prepared>()
  /** What has a hash of its own address: as good as before as long as the same is served there. */
  readonly #addressed: Map<string, Prepared>

  /** @param addressed documents from before, by address */
  constructor(discovery: Discovery, addressed: Map<string, Prepared>) {
    this.#documents = new OpenApiDocuments(discovery.kinds)
    this.#addressed = addressed
  }

  v2(form: 'json' | 'protobuf'): Prepared {
    return this.#prepare(`v2 ${form}`, () =>
      form === 'json' ? JSON.stringify(this.#documents.v2()) : encodeOpenApiV2(this.#documents.v2()),
    )
  }

  v3(groupVersion: string): Prepared | undefined {
    if (!this.#documents.names().includes(groupVersion)) return undefined
    const address = this.#address(groupVersion)
    const known = this.#addressed.get(address)
    if (known !== undefined) return known
    const made = this.#prepare(groupVersion, () => JSON.stringify(this.#documents.v3(groupVersion)))
    this.#addressed.set(address, made)
    return made
  }

  /** The hashes in the index are of what is served, which would have to be built for all: what it is built of is hashed. */
  index(): Prepared {
    return this.#prepare('index', () => {
      const paths = this.#documents.names().map((path) => {
        return [path, { serverRelativeURL: `/openapi/v3/${this.#address(path)}` }]
      })
      return JSON.stringify({ paths: Object.fromEntries(paths) })
    })
  }

  /** `apis/apps/v1?hash=…` */
  #address(path: string): string {
    const served = this.#documents.kindsOf(path).map(({ kind, resource, verbs, subresources, schema, custom }) => {
      return { kind, resource, verbs, subresources, schema, custom: custom?.schema }
    })
    const hash = createHash('sha512')
      .update(JSON.stringify([path, ofTypes(), served]))
      .digest('hex')
      .toUpperCase()
    return `${path}?hash=${hash}`
  }

  #prepare(key: string, build: () => string | Buffer): Prepared {
    let known = this.#prepared.get(key)
    if (known === undefined) {
      const bytes = Buffer.from(build() as string)
      const hash = createHash('sha512').update(bytes).digest('hex').toUpperCase()
      known = { bytes, zipped: gzipSync(bytes, { level: 1 }), hash }
      this.#prepared.set(key, known)
    }
    return known
  }
}

let typesHash: string | undefined

/** Clients keep a document by its hash for good: another release's types are another document. */
function ofTypes(): string {
  typesHash ??= createHash('sha512').update(openApiDefinitions).update(openApiParameters).digest('hex')
  return typesHash
}

interface Kept {
  readonly discovery: Discovery
  readonly openApi: OpenApi
  readonly addressed: Map<string, Prepared>
}

const openApis = new WeakMap<Door, Kept>()

/** The documents of what is served now. */
function openApiOf(door: Door): OpenApi {
  const { discovery } = door
  const known = openApis.get(door)
  if (known?.discovery === discovery) return known.openApi
  const addressed = known?.addressed ?? new Map<string, Prepared>()
  const openApi = new OpenApi(discovery, addressed)
  openApis.set(door, { discovery, openApi, addressed })
  return openApi
}

/** Answers /openapi/v2 and /openapi/v3. Source: k8s.io/kube-openapi pkg/handler, pkg/handler3 */
export function answerOpenApi(door: Door, exchange: Exchange): void {
  const openApi = openApiOf(door)
  const path = exchange.path.replace(/\/$/, '')
  if (path === '/openapi/v2') answerV2(exchange, openApi)
  else if (path === '/openapi/v3') send(exchange, openApi.index(), 'text/plain; charset=utf-8')
  else answerV3(exchange, openApi, path.replace(/^\/openapi\/v3\//, ''))
}

function answerV2(exchange: Exchange, openApi: OpenApi) {
  for (const { type } of parseAccept(exchange.header('accept') ?? '*/*')) {
    if (PROTOBUF_V2.test(type))
      return send(exchange, openApi.v2('protobuf'), 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
    if (/^(\*\/\*|application\/(\*|json))$/.test(type)) return send(exchange, openApi.v2('json'), 'application/json')
  }
  exchange.send(406, 'text/plain; charset=utf-8', '406: Not Acceptable\n')
}

function answerV3(exchange: Exchange, openApi: OpenApi, groupVersion: string) {
  const document = openApi.v3(groupVersion)
  if (document === undefined) return exchange.notFound()
  if (exchange.query.has('hash')) {
    // What has the hash in its address never changes.
    exchange.set('Cache-Control', 'public, immutable')
    exchange.set('Expires', new Date(Date.now() + 365 * 24 * 3_600_000).toUTCString())
  }
  send(exchange, document, 'application/json')
}

function send(exchange: Exchange, { bytes, zipped, hash }: Prepared, type: string) {
  const etag = `"${hash}"`
  exchange.set('ETag', etag)
  exchange.set('Vary', 'Accept-Encoding, Accept')
  if (exchange.header('if-none-match')?.replace(/^W\//, '') === etag) return exchange.send(304, type, '')
  if (!/\bgzip\b/.test(exchange.header('accept-encoding') ?? '')) return exchange.send(200, type, bytes)
  exchange.set('Content-Encoding', 'gzip')
  exchange.send(200, type, zipped)
}
