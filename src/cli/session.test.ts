import { execFile, spawn } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Control } from './control.ts'
import { SessionFiles } from './session-files.ts'

/** Sessions as people have them: the built command line, real kubectl, processes that are killed. */
const kubedrill = join(process.cwd(), 'bin', 'kubedrill.js')
const KUBECTL = process.env.KUBECTL ?? 'kubectl'

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A learner with a home of their own. */
class Learner {
  readonly home = mkdtempSync(join(tmpdir(), 'kubedrill-'))
  readonly files = new SessionFiles(join(this.home, 'session'))
  readonly control = new Control(this.files)

  kubedrill(args: string, stdin = ''): Promise<Ran> {
    return this.#run(process.execPath, [kubedrill, ...args.split(' ')], stdin)
  }

  kubectl(args: string, stdin = ''): Promise<Ran> {
    return this.#run(KUBECTL, args.split(' '), stdin)
  }

  /** A line of shell with both programs in reach. */
  sh(line: string): Promise<Ran> {
    return this.#run('sh', ['-c', line], '')
  }

  async json<T>(args: string): Promise<T> {
    const { stdout, stderr } = await this.kubedrill(args)
    expect(stderr).toBe('')
    return JSON.parse(stdout) as T
  }

  async start(exercise = 'image-typo'): Promise<void> {
    const started = await this.kubedrill(`start ${exercise} --no-shell`)
    expect(started.code, started.stderr).toBe(0)
  }

  async kill(): Promise<void> {
    const { pid } = await this.control.status()
    process.kill(pid, 'SIGKILL')
    while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** What kubectl sees of everything, by name: what it is (uid) and which state it is in (resourceVersion). */
  async objects(): Promise<Record<string, string>> {
    const { stdout, stderr } = await this.kubectl(
      'get nodes,namespaces,pods,deployments,replicasets,services,endpointslices,configmaps,serviceaccounts,events -A -o json',
    )
    expect(stderr).toBe('')
    const { items } = JSON.parse(stdout) as { items: { kind: string; metadata: Record<string, string> }[] }
    return Object.fromEntries(
      items.map(({ kind, metadata: { namespace, name, uid, resourceVersion } }) => [
        `${kind} ${namespace ?? ''}/${name}`,
        // Nodes report themselves now and then, whatever else happens.
        kind === 'Node' ? uid! : `${uid} ${resourceVersion}`,
      ]),
    )
  }

  async leave(): Promise<void> {
    await this.kubedrill('stop')
    rmSync(this.home, { recursive: true, force: true })
  }

  #run(program: string, args: readonly string[], stdin: string): Promise<Ran> {
    const env = {
      ...process.env,
      KUBEDRILL_HOME: this.home,
      KUBEDRILL_SESSION: undefined,
      KUBEDRILL_PACKS: undefined,
      KUBECONFIG: this.files.kubeconfig,
      PATH: `${join(this.home, 'bin')}:${process.env.PATH}`,
    }
    return new Promise((resolve) => {
      const child = execFile(program, args, { env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ code, stdout, stderr })
      })
      child.stdin?.on('error', () => {})
      child.stdin?.end(stdin)
    })
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] !== 'Z'
  } catch {
    return false
  }
}

function learner(exercise?: string): () => Learner {
  let one: Learner
  beforeAll(async () => {
    one = new Learner()
    await one.start(exercise)
  })
  afterAll(() => one.leave())
  return () => one
}

/** Another program at a port; where there is one already, that will do. */
async function listeningOn(port: number): Promise<Server> {
  const server = createServer()
  const listens = () =>
    new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
  for (let tries = 0; tries < 50 && !(await listens()); tries++)
    await new Promise((resolve) => setTimeout(resolve, 100))
  return server
}

describe('a server that is killed', () => {
  const who = learner('service-selector')

  test('is there again, with everything as it was', async () => {
    const one = who()
    await one.kubectl('create deployment mine --image=nginx:1.27 --replicas=3')
    await one.kubectl('rollout status deployment/mine --timeout=60s')
    // A command that waits: what it was to wait for is due at the same instant again.
    expect((await one.kubectl('exec -n trade client -- curl -sS -m 3 http://10.96.0.99/')).code).toBe(28)
    await one.kubedrill('ssh worker-1', 'echo kept > /root/note\nsystemctl disable kubelet\n')
    const kubeconfig = readFileSync(one.files.kubeconfig, 'utf8')
    const before = await one.objects()
    await one.kill()

    const checked = await one.kubedrill('check')
    expect(checked.code).toBe(1)
    expect(await one.objects()).toEqual(before)
    expect(readFileSync(one.files.kubeconfig, 'utf8')).toBe(kubeconfig)
    expect(await one.kubedrill('ssh worker-1 cat /root/note')).toMatchObject({ code: 0, stdout: 'kept\n' })
    expect(await one.kubedrill('ssh worker-1 systemctl is-enabled kubelet')).toMatchObject({
      code: 1,
      stdout: 'disabled\n',
    })
  })

  test('loses nothing that anybody was shown, however often', async () => {
    const one = who()
    for (let round = 0; round < 3; round++) {
      await one.kubectl(`scale deployment mine --replicas=${4 + round}`)
      await one.kubectl(`delete pod -l app=mine --wait=false`)
      const before = await one.objects()
      const { port } = await one.control.status()
      await one.kill()
      // In the end another program has taken its port.
      const other = round === 2 ? await listeningOn(port) : undefined
      expect(await one.kubedrill('start --no-shell')).toMatchObject({ code: 0 })
      other?.close()
      const after = await one.objects()
      for (const [name, state] of Object.entries(before))
        expect(revisionOf(after[name] ?? state), name).toBeGreaterThanOrEqual(revisionOf(state))
    }
  })

  test('has done every write that it answered', async () => {
    const one = who()
    const answered: string[] = []
    const burst = spawn(
      'sh',
      [
        '-c',
        `for i in $(seq 200); do ${KUBECTL} create configmap burst-$i --from-literal=i=$i -o name || exit 0; done`,
      ],
      { env: { ...process.env, KUBECONFIG: one.files.kubeconfig }, stdio: ['ignore', 'pipe', 'ignore'] },
    )
    burst.stdout.on('data', (text) => answered.push(...String(text).trim().split('\n')))
    while (answered.length < 5) await new Promise((resolve) => setTimeout(resolve, 10))
    await one.kill()
    await new Promise((resolve) => burst.on('close', resolve))
    await one.kubedrill('start --no-shell')
    const { stdout } = await one.kubectl('get configmaps -o name')
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(answered))
  })

  test('a last line that was cut off is dropped; anything else is said to be damaged', async () => {
    const one = who()
    const before = await one.kubectl('get configmaps,namespaces -A -o name')
    await one.kill()
    appendFileSync(one.files.journal, '{"at":17676009140')
    expect((await one.kubedrill('start --no-shell')).code).toBe(0)
    expect(await one.kubectl('get configmaps,namespaces -A -o name')).toEqual(before)
    await one.kubectl('create configmap after-the-cut')
    await one.kill()
    expect((await one.kubedrill('task')).code).toBe(0)
    expect((await one.kubedrill('check')).code).toBe(1)
    expect((await one.kubectl('get configmap after-the-cut -o name')).stdout).toBe('configmap/after-the-cut\n')

    await one.kill()
    const journal = readFileSync(one.files.journal, 'utf8')
    // What else may be damaged: src/sim/journal.test.ts.
    writeFileSync(one.files.journal, journal.replace('{', 'x'))
    const ran = await one.kubedrill('check')
    expect(ran.stderr).toMatch(/journal line 1: not JSON/)
    expect(ran.stderr).toMatch(/kubedrill reset/)
    expect(ran.stderr).not.toMatch(/^ +at /m)
    expect(ran.code).toBe(2)
    expect((await one.kubedrill('reset --no-shell')).code).toBe(0)
    const { stderr } = await one.kubectl('get configmap after-the-cut')
    expect(stderr).toBe('Error from server (NotFound): configmaps "after-the-cut" not found\n')
  })
})

const revisionOf = (state: string) => Number(state.split(' ')[1] ?? 0)

describe('skipped time', () => {
  const who = learner()

  test('is time that has passed, to kubectl too', async () => {
    const one = who()
    await one.kubectl('create deployment young --image=nginx:1.27')
    await one.kubectl('rollout status deployment/young --timeout=60s')
    const { stdout: yaml } = await one.kubectl('get deployment young -o yaml')
    expect(await one.json('skip 30m --json')).toMatchObject({ skippedMs: 1_800_000 })

    const { stdout: age } = await one.kubectl('get pods -l app=young --no-headers')
    expect(age).toMatch(/ 30m\n$/)
    const { stdout: events } = await one.kubectl('events')
    expect(events).toMatch(/^30m .*young/m)
    const { stdout: described } = await one.kubectl('describe pods -l app=young')
    expect(described).toMatch(/Normal +Started +30m/)
    const { stdout: nodes } = await one.kubectl('describe nodes')
    for (const text of [age, events, described, nodes]) expect(text).not.toMatch(/<invalid>|<unknown>|-\d+[smh]\b/)
    const [, heartbeat = ''] = /RenewTime: +(.*)/.exec(nodes) ?? []
    expect(Math.abs(Date.now() - Date.parse(heartbeat))).toBeLessThan(60_000)

    // What was read before can still be written back.
    expect(
      await one.kubectl(
        'replace -f -',
        yaml.replace('replicas: 1', 'replicas: 2').replace(/ {2}resourceVersion: .*\n/, ''),
      ),
    ).toMatchObject({ code: 0, stderr: '' })
    expect((await one.kubectl('create configmap after')).code).toBe(0)
    expect((await one.kubectl('get configmap after --no-headers')).stdout).toMatch(/ \d+s\n$/)
  })

  test.each(['5x', '0s', '-5m', '9999h', ''])('"%s" is refused', async (text) => {
    expect(await who().kubedrill(`skip ${text}`)).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('an exercise from beginning to end', () => {
  const who = learner('service-selector')

  test('hints cost points, and full marks end with exit code 0', async () => {
    const one = who()
    expect(await one.json('task --json')).toMatchObject({ id: 'service-selector', task: expect.any(String) })
    const hint = await one.json<{ cost: number }>('hint --json')
    expect(hint).toMatchObject({ number: 1, of: 3, cost: expect.any(Number), text: expect.any(String) })

    const untouched = await one.kubedrill('check --json')
    expect(untouched.code).toBe(1)
    expect(JSON.parse(untouched.stdout)).toMatchObject({ exercise: 'service-selector', score: 0, hintCost: hint.cost })

    const solved = await one.sh(
      `sh '${join(process.cwd(), 'exercises/cka-troubleshooting/04-service-selector/solutions/patch.sh')}'`,
    )
    expect(solved.code, solved.stderr).toBe(0)
    const checked = await one.kubedrill('check --json')
    const { score, max } = JSON.parse(checked.stdout) as { score: number; max: number }
    expect([checked.code, score]).toEqual([0, max - hint.cost])
    expect((await one.kubedrill('check')).stdout).toMatch(
      `Score: ${score} of ${max} (${hint.cost} taken off for hints)`,
    )
    const [pack] = await one.json<{ exercises: { id: string; best: unknown }[] }[]>('list --json')
    expect(pack!.exercises.find(({ id }) => id === 'service-selector')!.best).toEqual({ score, max })
    expect(await one.json('solution --json')).toMatchObject({
      solutions: expect.any(Array),
      debrief: expect.any(String),
    })
  })

  test('reset begins it anew, stop ends it, start goes on or begins', async () => {
    const one = who()
    await one.kubectl('create namespace gone-after-reset')
    const kubeconfig = readFileSync(one.files.kubeconfig, 'utf8')
    expect((await one.kubedrill('reset --no-shell')).code).toBe(0)
    expect((await one.kubectl('get namespace gone-after-reset')).stderr).toMatch(/NotFound/)
    expect((await one.json<{ number: number }>('hint --json')).number).toBe(1)
    await one.kubectl('create namespace still-here')
    expect((await one.kubedrill('start --no-shell')).stdout).toMatch('Service')
    expect((await one.kubectl('get namespace still-here')).code).toBe(0)
    const pack = join(one.home, 'packs', 'mine')
    cpSync('exercises/cka-troubleshooting/04-service-selector', join(pack, '01-mine'), { recursive: true })
    cpSync('exercises/cka-troubleshooting/pack.yaml', join(pack, 'pack.yaml'))
    const exercise = join(pack, '01-mine', 'exercise.yaml')
    writeFileSync(exercise, readFileSync(exercise, 'utf8').replace('id: service-selector', 'id: mine'))
    expect(await one.kubedrill(`start mine --no-shell --packs ${join(one.home, 'packs')}`)).toMatchObject({ code: 0 })
    expect((await one.kubectl('get namespace still-here')).stderr).toMatch(/NotFound/)
    expect(await one.kubedrill('reset --no-shell')).toMatchObject({ code: 0 })

    expect((await one.kubedrill('states etcd/cp-1')).stdout).toMatch(/^etcd\/cp-1 +etcd-member +running\.leader/m)
    const { pid } = await one.control.status()
    expect(await one.kubedrill('stop')).toMatchObject({ code: 0, stdout: 'Stopped.\n' })
    await expect.poll(() => alive(pid)).toBe(false)
    expect(existsSync(one.files.directory)).toBe(false)
    expect(kubeconfig).toMatch('current-context')
    const refused = (why: string) => ({ code: 2, stdout: '', stderr: `kubedrill: ${why} begins one\n` })
    const said = (...commands: string[]) => Promise.all(commands.map((command) => one.kubedrill(command)))
    for (const answer of await said('check', 'hint', 'task', 'solution', 'reset --no-shell'))
      expect(answer).toEqual(refused('no exercise is running: `kubedrill start`'))
    for (const answer of await said('skip 1m', 'ssh cp-1 ls', 'states'))
      expect(answer).toEqual(refused('no cluster is running: `kubedrill start` or `kubedrill serve`'))
    expect((await one.kubedrill('stop')).code).toBe(0)
  })
})

describe('kubedrill ssh', () => {
  const who = learner()

  test.concurrent.each([
    ['ssh worker-1 hostname', '', { code: 0, stdout: 'worker-1\n' }],
    ['ssh worker-1 exit 3', '', { code: 3 }],
    ['ssh worker-1 false', '', { code: 1 }],
    ['ssh worker-1 nosuchcommand', '', { code: 127 }],
    ['ssh worker-1 ls -la /etc/kubernetes', '', { code: 0, stdout: expect.stringMatching('kubelet.conf') }],
    ['ssh cp-1', 'for i in 1 2; do\n  echo $i\ndone\nexit 4\n', { code: 4, stdout: '1\n2\n' }],
    ['ssh cp-1', 'cat > /root/a <<EOF\nx y\nEOF\ncat /root/a', { code: 0, stdout: 'x y\n' }],
    ['ssh cp-1', '', { code: 0, stdout: '' }],
    ['ssh cp-1 sleep 1; echo done', '', { code: 0, stdout: 'done\n' }],
  ] as const)('%s %j', async (args, stdin, expected) => {
    expect(await who().kubedrill(args, stdin)).toMatchObject(expected)
  })

  test('says which nodes there are, and that one is off', async () => {
    expect(await who().kubedrill('ssh nope ls')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'kubedrill: there is no node "nope": cp-1, worker-1, worker-2\n',
    })
    await who().kubedrill('ssh worker-2 poweroff')
    const off = await who().kubedrill('ssh worker-2 ls')
    expect(off.stderr).toBe('kubedrill: ssh: connect to host worker-2 port 22: No route to host\n')
    expect(off.code).toBe(2)
  })
})

describe.concurrent('what cannot be done', () => {
  const one = new Learner()
  afterAll(() => one.leave())

  test.each([
    ['start nosuch --no-shell', /^kubedrill: there is no exercise "nosuch": `kubedrill list` shows all\n$/],
    ['start imagetipo --no-shell', /^kubedrill: there is no exercise "imagetipo": did you mean image-typo\? /],
    ['list --packs /nowhere', /^kubedrill: \/nowhere: there is no such directory\n$/],
    [
      `list --packs ${process.cwd()}/src`,
      /^kubedrill: .*src: no pack is here: neither a pack\.yaml nor a directory with one\n$/,
    ],
    ['start --seed x', /whole number/],
    ['start --speed 0', /above 0/],
    ['frobnicate', /unknown command/],
    ['check --frobnicate', /unknown option/],
    ['machines nosuch', /^kubedrill: there is no statechart "nosuch"/],
    ['completion tcsh', /tcsh/],
    ['serve --topology /nowhere.yaml', /\/nowhere\.yaml/],
    ['test /nowhere.feature', /\/nowhere\.feature/],
  ])('kubedrill %s', async (args, says) => {
    const ran = await one.kubedrill(args)
    expect(ran.stderr).toMatch(says)
    expect(ran.stderr).not.toMatch(/^ +at /m)
    expect(ran.code).toBe(2)
    expect(existsSync(one.files.directory)).toBe(false)
  })

  test('a reader who leaves early is no error', async () => {
    for (const command of ['list', 'list --json', 'machines', 'completion bash', '--help'])
      expect(await one.sh(`'${process.execPath}' '${kubedrill}' ${command} | head -1`)).toMatchObject({
        code: 0,
        stderr: '',
      })
  })

  test.each(['list --json', 'machines --json'])('%s is JSON', async (args) => {
    expect(await one.json(args)).toBeTruthy()
  })
})
