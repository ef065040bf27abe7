import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type SecureClientSessionOptions } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { createCredentials } from '../../src/server/pki.ts'
import type { Figure, Measurement } from '../measurement.ts'

const PODS = 500
const WATCHERS = 100
/** Requests under way at once. */
const CONCURRENCY = 16
const BASE = '/api/v1/namespaces/default'

interface Target {
  readonly url: string
  readonly tls: SecureClientSessionOptions
  readonly stop: () => void
}

interface Job {
  readonly name: string
  readonly count: number
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: (i: number) => string
  readonly type?: string
  readonly body?: (i: number) => string
}

const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: 'web' } },
  spec: { schedulerName: 'nobody', containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }] },
})

const jobs = (scale: number): readonly Job[] => [
  { name: 'get', count: 4000 * scale, method: 'GET', path: () => `${BASE}/pods/web-0` },
  { name: 'list of 500', count: 300 * scale, method: 'GET', path: () => `${BASE}/pods?labelSelector=app%3Dweb` },
  {
    name: 'create',
    count: 2000 * scale,
    method: 'POST',
    path: () => `${BASE}/configmaps`,
    body: (i) => JSON.stringify({ metadata: { name: `made-${i}` }, data: { turn: String(i) } }),
  },
  {
    name: 'patch',
    count: 2000 * scale,
    method: 'PATCH',
    path: () => `${BASE}/configmaps/busy`,
    type: 'application/merge-patch+json',
    body: (i) => JSON.stringify({ data: { turn: String(i) } }),
  },
]

/** Ours beside a plain Node HTTPS server that answers the same bytes to the same client: the ratio is the figure. */
export const httpsMeasurement: Measurement = {
  name: 'https',
  title: 'requests over HTTPS, beside a plain Node server that answers the same bytes',
  outside: true,
  async run({ scale }) {
    const ours = await startOurs()
    const figures: Record<string, Figure> = {}
    try {
      await seed(ours)
      const samples = await recorded(ours, jobs(scale))
      const plain = await startPlain(samples)
      try {
        for (const job of jobs(scale)) {
          const [plainRun, ownRun] = [await load(plain, job), await load(ours, job)]
          Object.assign(figures, {
            [job.name]: { value: ownRun.rate, unit: 'per s' },
            [`${job.name}: p99`]: { value: ownRun.p99, unit: 'ms' },
            [`${job.name}: of plain`]: { value: ownRun.rate / plainRun.rate, unit: '' },
          })
        }
        const changes = 500 * scale
        const [plainFan, ownFan] = [await fanOut(plain, changes), await fanOut(ours, changes)]
        Object.assign(figures, {
          'watch fan-out events': { value: ownFan, unit: 'per s' },
          'watch fan-out: of plain': { value: ownFan / plainFan, unit: '' },
        })
        const before = residentOf(ours)
        await load(ours, { ...jobs(scale)[1]!, count: 300 * scale })
        await fanOut(ours, changes)
        figures['memory gained by as much again'] = { value: residentOf(ours) - before, unit: 'MB' }
      } finally {
        plain.stop()
      }
    } finally {
      ours.stop()
    }
    return figures
  },
}

interface Process extends Target {
  readonly process: ChildProcess
}

async function startOurs(): Promise<Process> {
  const directory = mkdtempSync(join(tmpdir(), 'kubedrill-bench-'))
  const kubeconfig = join(directory, 'kubeconfig')
  const args = ['bin/kubedrill.js', 'serve', '--profile', 'control-plane', '--port', '0', '--kubeconfig', kubeconfig]
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await firstLine(server)
  const config = parse(readFileSync(kubeconfig, 'utf8')) as {
    readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[]
    readonly users: readonly { readonly user: Readonly<Record<string, string>> }[]
  }
  const { cluster } = config.clusters[0]!
  const { user } = config.users[0]!
  const decoded = (text: string | undefined) => Buffer.from(text ?? '', 'base64')
  return {
    process: server,
    url: cluster.server!,
    tls: {
      ca: decoded(cluster['certificate-authority-data']),
      cert: decoded(user['client-certificate-data']),
      key: decoded(user['client-key-data']),
    },
    stop() {
      server.kill('SIGTERM')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** What each job is answered, by path: what the plain server is to say. */
type Samples = Readonly<Record<string, string>>

async function recorded(target: Target, all: readonly Job[]): Promise<Samples> {
  const session = connect(target.url, target.tls)
  const samples: Record<string, string> = {}
  for (const job of all) samples[`${job.method} ${job.path(0)}`] = await ask(session, job, -1)
  session.close()
  return samples
}

/** Source text of a server that knows its answers by heart, and tells all watchers of every PATCH. */
const PLAIN = `
import { createSecureServer } from 'node:http2'
let text = ''
for await (const chunk of process.stdin) text += chunk
const { cert, key, ca, samples } = JSON.parse(text)
const bytes = new Map(Object.entries(samples).map(([path, body]) => [path, Buffer.from(body)]))
const watchers = new Set()
const server = createSecureServer({ cert, key, ca, requestCert: true, rejectUnauthorized: false })
server.on('request', (request, response) => {
  if (request.url.includes('watch=1')) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders?.()
    watchers.add(response)
    request.on('close', () => watchers.delete(response))
    return
  }
  const body = bytes.get(request.method + ' ' + request.url)
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString())
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
    if (request.method === 'PATCH') {
      const frame = Buffer.concat([Buffer.from('{"type":"MODIFIED","object":'), body, Buffer.from('}\\n')])
      for (const watcher of watchers) watcher.write(frame)
    }
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

async function startPlain(samples: Samples): Promise<Process> {
  const { ca, serving, admin } = await createCredentials()
  const server = spawn(process.execPath, ['--input-type=module', '-e', PLAIN], { stdio: ['pipe', 'pipe', 'inherit'] })
  const line = firstLine(server)
  server.stdin!.end(JSON.stringify({ cert: serving.certificate, key: serving.key, ca: ca.certificate, samples }))
  const port = (await line).trim()
  return {
    process: server,
    url: `https://127.0.0.1:${port}`,
    tls: { ca: ca.certificate, cert: admin.certificate, key: admin.key },
    stop: () => server.kill('SIGTERM'),
  }
}

function firstLine(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    server.stdout!.once('data', (chunk: Buffer) => resolve(chunk.toString()))
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready`)))
  })
}

async function seed(target: Target): Promise<void> {
  const session = connect(target.url, target.tls)
  const post = (path: string, body: object) =>
    ask(session, { name: 'seed', count: 1, method: 'POST', path: () => path, body: () => JSON.stringify(body) }, 0)
  for (let i = 0; i < PODS; i++) await post(`${BASE}/pods`, pod(`web-${i}`))
  await post(`${BASE}/configmaps`, { metadata: { name: 'busy' }, data: { turn: '0' } })
  session.close()
}

function ask(session: ClientHttp2Session, job: Job, i: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const body = job.body?.(i)
    const stream = session.request(
      { ':method': job.method, ':path': job.path(i), 'content-type': job.type ?? 'application/json' },
      { endStream: body === undefined },
    )
    let code = 0
    const chunks: Buffer[] = []
    stream.on('response', (headers) => {
      code = Number(headers[':status'])
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      if (code < 300) resolve(text)
      else reject(new Error(`${job.method} ${job.path(i)}: ${code} ${text}`))
    })
    stream.on('error', reject)
    if (body !== undefined) stream.end(body)
  })
}

/** As many requests at once as a few busy clients have. The first tenth warms up and does not count. */
async function load(target: Target, job: Job): Promise<{ readonly rate: number; readonly p99: number }> {
  const sessions = Array.from({ length: 4 }, () => connect(target.url, target.tls))
  const warm = Math.floor(job.count / 10)
  const times: number[] = []
  let next = 0
  let start = 0
  const worker = async (session: ClientHttp2Session) => {
    for (let i = next++; i < job.count + warm; i = next++) {
      if (i === warm) start = performance.now()
      const began = performance.now()
      await ask(session, job, unique++)
      if (i >= warm) times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, i) => worker(sessions[i % sessions.length]!)))
  const wall = performance.now() - start
  for (const session of sessions) session.close()
  times.sort((a, b) => a - b)
  return { rate: (times.length * 1000) / wall, p99: times[Math.floor(times.length * 0.99)]! }
}

/** Names of created objects are used once. */
let unique = 0

/** @returns events delivered per second while one object changes and many watch it */
async function fanOut(target: Target, changes: number): Promise<number> {
  const session = connect(target.url, target.tls)
  let delivered = 0
  const path = `${BASE}/configmaps?watch=1&fieldSelector=metadata.name%3Dbusy&resourceVersion=${await revision(session)}`
  const streams = await Promise.all(
    Array.from({ length: WATCHERS }, () =>
      watching(session, path, (text) => {
        delivered += text.split('\n').length - 1
      }),
    ),
  )
  const patch = jobs(1).at(-1)!
  const start = performance.now()
  for (let i = 0; i < changes; i++) await ask(session, patch, unique++)
  while (delivered < changes * WATCHERS) await new Promise((resolve) => setTimeout(resolve, 1))
  const wall = performance.now() - start
  for (const stream of streams) stream.destroy()
  session.destroy()
  return (delivered * 1000) / wall
}

async function revision(session: ClientHttp2Session): Promise<string> {
  const patch = jobs(1).at(-1)!
  const { metadata } = JSON.parse(await ask(session, patch, unique++)) as {
    readonly metadata: { readonly resourceVersion: string }
  }
  return metadata.resourceVersion
}

function watching(
  session: ClientHttp2Session,
  path: string,
  onText: (text: string) => void,
): Promise<ClientHttp2Stream> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path })
    stream.setEncoding('utf8')
    stream.on('data', onText)
    stream.on('error', reject)
    stream.on('response', () => resolve(stream))
  })
}

/** MB. */
function residentOf({ process: { pid } }: Process): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}
