import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { Attach, Exec, KubeConfig, PortForward, type V1Status } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, createCluster, type Input } from '../../cluster/index.ts'
import type { Server } from '../contract.ts'
import { startServer } from '../index.ts'
import { kubeconfig, writeKubeconfig } from '../kubeconfig.ts'
import { Pace } from '../pace.ts'
import { createCredentials } from '../pki.ts'
import { servedCluster } from '../served-cluster.ts'
import { createTokenAuthority } from '../tokens.ts'

const KUBECTL = process.env.KUBECTL || 'kubectl'
const SPDY = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }

/** Streams of a whole cluster with real clients: kubectl over both protocols, and @kubernetes/client-node. */
describe('streams', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubedrill-streams-'))
  const inputs: Input[] = []
  let cluster: Cluster
  let pace: Pace
  let server: Server

  beforeAll(async () => {
    const credentials = await createCredentials()
    const authority = createTokenAuthority(credentials.serviceAccountKey)
    cluster = createCluster({ authority, onInput: (input) => inputs.push(input) })
    pace = new Pace(cluster.clock, cluster.barrier, { speed: 5 })
    server = await startServer({
      ...servedCluster(cluster),
      world: pace,
      credentials,
      port: 0,
    })
    pace.start()
    writeKubeconfig(join(directory, 'config'), kubeconfig(server.url, credentials))
    await kubectl('run web --image=nginx')
    await kubectl('run box --image=busybox -- sleep 3600')
    await kubectl('run echo --image=busybox -i -- cat </dev/null')
    expect((await kubectl('wait --for=condition=Ready pod/web pod/box --timeout=60s')).output).toContain('met')
  })
  afterAll(async () => {
    pace?.stop()
    await server?.close()
    rmSync(directory, { recursive: true, force: true })
  })

  function kubectl(line: string, env: Readonly<Record<string, string>> = {}) {
    const all = {
      ...process.env,
      ...env,
      KUBECONFIG: join(directory, 'config'),
      KUBECACHEDIR: join(directory, 'cache'),
    }
    return new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
      const options = { env: all, cwd: directory, timeout: 20_000 }
      execFile('sh', ['-c', line.replace(/(^|\| )(?!printf)/g, `$1"${KUBECTL}" `)], options, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: out + err }),
      )
    })
  }

  const lines: [line: string, says: string | RegExp, code?: number][] = [
    ['exec box -- echo hello', 'hello\n'],
    ['exec box -- sh -c "echo out; echo err >&2; exit 3"', 'out\nerr\ncommand terminated with exit code 3\n', 3],
    ['printf "a\\nb\\n" | exec -i box -- cat', 'a\nb\n'],
    ['printf "echo one\\nif true\\nthen echo two\\nfi\\nexit 4\\n" | exec -i box -- sh', 'one\ntwo\n', 4],
    ['printf "some text" | exec -i box -- sh -c "cat > /tmp/text; wc -c < /tmp/text"', '9\n'],
    ['exec box -- nope', 'exec: "nope": executable file not found in $PATH: unknown', 1],
    ['exec box -- cat /var/run/secrets/kubernetes.io/serviceaccount/namespace', 'default'],
    ['exec box -- ps', /1 root +0:00 sleep 3600\n +7 root +0:00 ps/],
    ['exec gone -- ls', 'Error from server (NotFound): pods "gone" not found', 1],
    ['exec web -c side -- ls', 'container side is not valid for pod web', 1],
  ]
  for (const [protocol, env] of [
    ['WebSocket', {}],
    ['SPDY', SPDY],
  ] as const)
    it.each(lines.map(([line, says, code = 0]) => ({ line, says, code })))(
      `over ${protocol}: $line`,
      async ({ line, says, code }) => {
        const { output, code: ended } = await kubectl(line, env)
        if (typeof says === 'string') expect(output).toContain(says)
        else expect(output).toMatch(says)
        expect(ended).toBe(code)
      },
    )

  it.each([
    ['WebSocket', {}],
    ['SPDY', SPDY],
  ])('copies files both ways over %s, whatever bytes they hold', async (protocol, env) => {
    mkdirSync(join(directory, protocol, 'deep'), { recursive: true })
    const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919) & 255))
    writeFileSync(join(directory, protocol, 'deep', 'bytes'), bytes)
    expect((await kubectl(`cp ${protocol} box:/tmp`, env)).code).toBe(0)
    expect((await kubectl(`cp box:/tmp/${protocol} back-${protocol}`, env)).code).toBe(0)
    expect(readFileSync(join(directory, `back-${protocol}`, 'deep', 'bytes')).equals(bytes)).toBe(true)
  })

  it.each([
    ['WebSocket', {}],
    ['SPDY', SPDY],
  ])('forwards ports over %s', async (_protocol, env) => {
    const all = { ...process.env, ...env, KUBECONFIG: join(directory, 'config') }
    const child = spawn(KUBECTL, ['port-forward', 'pod/web', ':80', ':81'], { env: all })
    let said = ''
    child.stdout.on('data', (bytes) => (said += bytes))
    child.stderr.on('data', (bytes) => (said += bytes))
    const port = (remote: number) => Number(new RegExp(`127.0.0.1:(\\d+) -> ${remote}\\n`).exec(said)?.[1])
    await expect.poll(() => port(80) + port(81), { timeout: 10_000 }).toBeGreaterThan(0)
    const page = () => fetch(`http://127.0.0.1:${port(80)}/`).then((answer) => answer.text())
    for (const text of await Promise.all([page(), page(), page()])) expect(text).toContain('Welcome to nginx!')
    await expect(fetch(`http://127.0.0.1:${port(81)}/`)).rejects.toThrow()
    await expect.poll(() => said, { timeout: 10_000 }).toContain('connect: connection refused')
    child.kill()
  })

  function config(): KubeConfig {
    const config = new KubeConfig()
    config.loadFromFile(join(directory, 'config'))
    return config
  }

  it('serves exec of @kubernetes/client-node', async () => {
    const out = new PassThrough()
    let text = ''
    out.on('data', (bytes) => (text += bytes))
    const status = await new Promise<V1Status>((resolve) => {
      void new Exec(config()).exec(
        'default',
        'box',
        'box',
        ['sh', '-c', 'echo hi; exit 2'],
        out,
        null,
        null,
        false,
        resolve,
      )
    })
    expect(status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ message: '2' }] },
    })
    expect(text).toBe('hi\n')
  })

  it('serves attach of @kubernetes/client-node, with what the container reads', async () => {
    const input = new PassThrough()
    const out = new PassThrough()
    let text = ''
    out.on('data', (bytes) => (text += bytes))
    await kubectl(
      'run reads --image=busybox --restart=Never --overrides=\'{"spec":{"containers":[{"name":"reads","image":"busybox","command":["cat"],"stdin":true}]}}\'',
    )
    await kubectl('wait --for=condition=Ready pod/reads')
    const socket = await new Attach(config()).attach('default', 'reads', 'reads', out, null, input, false)
    input.write('said from outside\n')
    await expect.poll(() => text, { timeout: 10_000 }).toBe('said from outside\n')
    socket.close()
    expect((await kubectl('logs reads')).output).toBe('said from outside\n')
  })

  it('serves port-forward of @kubernetes/client-node', async () => {
    const input = new PassThrough()
    const out = new PassThrough()
    let text = ''
    out.on('data', (bytes) => (text += bytes))
    await new PortForward(config()).portForward('default', 'web', [80], out, null, input)
    input.write('GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n')
    await expect.poll(() => text, { timeout: 10_000 }).toContain('Welcome to nginx!')
  })

  it.each([
    ['/api/v1/namespaces/default/pods/web/proxy/', 'Welcome to nginx!'],
    ['/api/v1/namespaces/default/pods/web:80/proxy/', 'Welcome to nginx!'],
    ['/api/v1/namespaces/default/pods/http:web:80/proxy/', 'Welcome to nginx!'],
    [
      '/api/v1/namespaces/default/pods/web:81/proxy/',
      /error trying to reach service: dial tcp 10\.\d+\.\d+\.\d+:81: connect: connection refused/,
    ],
    ['/api/v1/namespaces/default/services/kube:1:2:3/proxy/', 'invalid service request "kube:1:2:3"'],
    ['/api/v1/namespaces/default/services/none/proxy/', 'services "none" not found'],
    ['/api/v1/namespaces/default/services/front/proxy/', 'Welcome to nginx!'],
    ['/api/v1/namespaces/default/services/front:99/proxy/', 'no service port 99 found for service "front"'],
  ])('proxies %s', async (path, says) => {
    await kubectl('expose pod web --name front --port 80')
    await pace.skip(3_000)
    const { output } = await kubectl(`get --raw '${path}'`)
    if (typeof says === 'string') expect(output).toContain(says)
    else expect(output).toMatch(says)
  })

  it('debugs a pod with an ephemeral container that sees the processes of its target', async () => {
    await kubectl('debug web --image=busybox --target=web -c tool -- sleep 600')
    await pace.skip(10_000)
    const status = await kubectl("get pod web -o jsonpath='{.status.ephemeralContainerStatuses[0].state}'")
    expect(status.output).toContain('running')
    expect((await kubectl('exec web -c tool -- ps')).output).toMatch(/nginx.*\n.*sleep 600/)
    expect((await kubectl('exec web -c tool -- wget -qO- localhost')).output).toContain('Welcome to nginx!')
  })

  it('shows the files of a node to a debugging pod', async () => {
    await kubectl('debug node/worker-1 --image=busybox -- sleep 600')
    await pace.skip(10_000)
    const name = (await kubectl('get pods -o name')).output.split('\n').find((line) => line.includes('node-debugger'))
    expect((await kubectl(`exec ${name} -- cat /host/etc/hostname`)).output).toBe('worker-1\n')
  })

  it('says that a node which is down does not answer', async () => {
    const node = (await kubectl("get pod web -o jsonpath='{.spec.nodeName}'")).output
    cluster.faults.component('kubelet', 'stops', node)
    await pace.skip(1_000)
    const { output } = await kubectl('exec web -- ls')
    expect(output).toMatch(/error dialing backend: dial tcp [\d.]+:10250: connect: connection refused/)
    cluster.faults.component('kubelet', 'starts', node)
  })

  it('has every keystroke in the journal', () => {
    const streams = inputs.filter(({ type }) => type === 'stream')
    expect(streams.length).toBeGreaterThan(10)
    expect(JSON.parse(JSON.stringify(inputs))).toEqual(inputs)
  })
})
