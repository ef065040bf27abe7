import { describe, expect, test } from 'vitest'
import type { Pod } from '../../../api/types.ts'
import { createNetwork } from '../../../network/index.ts'
import { advance, Barrier } from '../../../sim/barrier.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import { createImageCatalogue } from '../../container-runtime/images.ts'
import { createContainerRuntime } from '../../container-runtime/index.ts'
import { createHost } from '../index.ts'

function login() {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const world = { clock, trace: { add() {} } }
  const barrier = new Barrier(clock)
  const network = createNetwork()
  const host = createHost({ name: 'worker-1', ip: '192.168.0.1', world, network, random: new Random(1), barrier })
  const images = createImageCatalogue({ network, barrier })
  const runtime = createContainerRuntime({
    host: 'worker-1',
    ip: '192.168.0.1',
    world,
    random: new Random(2),
    network,
    images,
    files: host.files,
    podCIDR: () => '10.244.1.0/24',
  })
  host.attachRuntime(runtime)
  let fails = false
  host.install('/usr/bin/kubelet', {
    start(process) {
      process.log(fails ? 'E0101 failed to load kubelet config file' : 'I0101 Started kubelet')
      if (fails) process.exit(1)
    },
  })
  host.powerOn(true)
  clock.settle()
  const shell = host.shell()
  /** Types a line; the clock runs meanwhile, at most `ms`. */
  const type = async (line: string, ms = 0) => {
    const answer = shell.run(line)
    if (ms > 0) await advance(clock, barrier, ms)
    return answer
  }
  const out = async (line: string, ms = 0) => (await type(line, ms)).stdout
  return {
    clock,
    host,
    runtime,
    images,
    shell,
    type,
    out,
    pass: (ms: number) => advance(clock, barrier, ms),
    breakKubelet: () => {
      fails = true
    },
  }
}

function runPod({ runtime, images, clock }: ReturnType<typeof login>): void {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1' },
    spec: { containers: [] },
  } as unknown as Pod
  const sandbox = runtime.runPodSandbox({ pod, attempt: 0 })
  if ('error' in sandbox) throw new Error(sandbox.error)
  const image = images.find('busybox:1.36')!
  const args = ['sh', '-c', 'echo one; echo two; sleep 1000']
  const container = runtime.createContainer(sandbox.id, {
    container: { name: 'app' },
    attempt: 2,
    image,
    args,
    env: {},
    mounts: [],
  })
  if ('error' in container) throw new Error(container.error)
  runtime.startContainer(container.id)
  clock.settle()
}

describe('the shell', () => {
  test('keeps its directory, variables, functions and aliases between lines', async () => {
    const { out, shell, type } = login()
    await type('cd /etc/kubernetes && export EDITOR=nano; x=1')
    expect(shell.cwd).toBe('/etc/kubernetes')
    expect(await out('pwd; echo $EDITOR $x; ls')).toBe('/etc/kubernetes\nnano 1\nkubelet.conf\nmanifests\npki\n')
    await type('greet() { echo "hello $1"; }')
    expect(await out('greet you')).toBe('hello you\n')
  })

  test('works on the files of the machine', async () => {
    const { out, host, type } = login()
    await type(
      "sed -i 's/cgroupDriver: systemd/cgroupDriver: cgroupfs/' /var/lib/kubelet/config.yaml; mkdir -p /opt/x && echo hi > /opt/x/y && cp /opt/x/y /opt/x/z && mv /opt/x/z /tmp/",
    )
    expect(host.files.read('/var/lib/kubelet/config.yaml')).toContain('cgroupDriver: cgroupfs')
    expect(host.files.read('/tmp/z')).toBe('hi\n')
    expect(
      await out(
        'cat /var/lib/kubelet/config.yaml | grep -A1 clusterDNS; find /opt -type f; [ -f /opt/x/z ] || echo moved',
      ),
    ).toBe('clusterDNS:\n- 10.96.0.10\n/opt/x/y\nmoved\n')
    expect(await out('hostname; date; sudo whoami; uptime; ip addr | grep 192')).toContain(
      'worker-1\nThu Jan  1 00:00:00 UTC 2026\nroot\n',
    )
    expect((await type('cat /nope')).stderr).toBe('cat: /nope: No such file or directory\n')
  })

  test('copies directories, their contents, and with all that they have', async () => {
    const { out, type } = login()
    await type('mkdir -p /opt/a/b /opt/c; echo 1 > /opt/a/x; echo 2 > /opt/a/b/y; echo 3 > /opt/a/.z')
    await type(
      'cp -r /opt/a/. /opt/c; cp -r /opt/a/. /opt/d/; cp -a /opt/a /opt/e; cp -af /opt/a /opt/e; cd /opt/a && cp -R . ../f',
    )
    const all = ['.z', 'b', 'x']
    for (const to of ['c', 'd', 'e', 'f'])
      expect((await out(`ls -A /opt/${to}; cat /opt/${to}/b/y`)).split('\n'), to).toEqual(
        expect.arrayContaining([...all, '2']),
      )
    expect(await out('ls /opt/e/a')).toBe('b\nx\n')
    expect(await type('cp /opt/a/. /opt/c')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching('omitting directory'),
    })
    expect(await type('cp -r /opt/none/. /opt/c')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching('No such file'),
    })
    expect(await type('cp -r /opt/a/. /opt/a/x')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching('non-directory'),
    })
    expect(await type('cp --what /opt/a /opt/g')).toMatchObject({ exitCode: 1 })
  })

  test('an editor is the door’s business', async () => {
    const { type } = login()
    expect(await type('cd /etc/kubernetes; sudo vim manifests/etcd.yaml')).toMatchObject({
      effect: { edit: '/etc/kubernetes/manifests/etcd.yaml' },
      exitCode: 0,
    })
    expect(await type('ls')).not.toHaveProperty('effect')
  })

  test('sleeps on virtual time and shows output as it comes', async () => {
    const { shell, pass, clock } = login()
    const seen: string[] = []
    const answer = shell.run('for i in 1 2; do echo $i; sleep 10; done', (text) => seen.push(text))
    await pass(5000)
    expect(seen.join('')).toBe('1\n')
    await pass(20_000)
    expect(await answer).toMatchObject({ stdout: '1\n2\n', exitCode: 0 })
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1) + 25_000)
  })
})

describe('systemctl and journalctl', () => {
  test('journalctl -f shows what comes until it is interrupted, or its time is over', async () => {
    const { shell, host, out, pass } = login()
    await out('true')
    const shown: string[] = []
    const followed = shell.run('journalctl -fu kubelet', (text) => shown.push(text))
    await pass(1000)
    expect(shown.join('')).toMatch(/worker-1 kubelet\[\d+\]: I0101 Started kubelet\n$/)
    const restarted = host.shell().run('systemctl restart kubelet')
    await pass(1000)
    await restarted
    expect(shown.join('').match(/I0101 Started kubelet/g)).toHaveLength(2)
    shell.interrupt()
    expect(await followed).toMatchObject({ exitCode: 130 })
    expect(await out('timeout 3 journalctl -f -n 1; echo $?', 4000)).toMatch(/^.*\n124\n$/)
  })

  test('status of a running kubelet', async () => {
    const { out, pass } = login()
    await pass(300_000)
    const status = await out('systemctl status kubelet')
    expect(status).toContain(
      '● kubelet.service - kubelet: The Kubernetes Node Agent\n     Loaded: loaded (/usr/lib/systemd/system/kubelet.service; enabled; preset: enabled)\n',
    )
    expect(status).toContain('     Active: active (running) since Thu 2026-01-01 00:00:00 UTC; 5m ago\n')
    expect(status).toMatch(/Main PID: \d+ \(kubelet\)/)
    expect(status).toMatch(/Jan 01 00:00:00 worker-1 kubelet\[\d+\]: I0101 Started kubelet\n$/)
  })

  test('a stopped and disabled kubelet comes back with enable --now', async () => {
    const { type, out, host } = login()
    expect(await type('systemctl disable --now kubelet', 1000)).toMatchObject({
      stderr: 'Removed "/etc/systemd/system/multi-user.target.wants/kubelet.service".\n',
      exitCode: 0,
    })
    expect(await type('systemctl status kubelet')).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('inactive (dead)'),
    })
    expect(await out('systemctl is-active kubelet; systemctl is-enabled kubelet')).toBe('inactive\ndisabled\n')
    await type('sudo systemctl enable --now kubelet', 1000)
    expect(host.unit('kubelet')).toEqual({ active: 'active', enabled: true })
    expect(await type('systemctl start kubelett')).toMatchObject({
      exitCode: 5,
      stderr: 'Failed to start kubelett.service: Unit kubelett.service not found.\n',
    })
  })

  test('a kubelet that fails shows auto-restart and its own words in the journal', async () => {
    const { type, out, breakKubelet, pass } = login()
    breakKubelet()
    await type('systemctl restart kubelet', 1000)
    await pass(25_000)
    expect(await out('systemctl status kubelet --no-pager')).toContain(
      'Active: activating (auto-restart) (Result: exit-code)',
    )
    const journal = await out('journalctl -u kubelet --no-pager -n 5')
    expect(journal).toContain('E0101 failed to load kubelet config file')
    expect(journal.trim().split('\n')).toHaveLength(5)
    expect(await out('journalctl -u kubelet --since "20 sec ago" | grep -c Scheduled')).toBe('2\n')
    expect(await out('systemctl list-units --type=service')).toContain('containerd.service')
  })
})

describe('crictl', () => {
  test('shows pods, containers, images and logs', async () => {
    const machine = login()
    const { out, pass, type } = machine
    runPod(machine)
    await pass(120_000)
    const ps = (await out('crictl ps')).split('\n')
    expect(ps[0]).toMatch(/^CONTAINER {7}\s*IMAGE\s+CREATED\s+STATE\s+NAME\s+ATTEMPT\s+POD ID\s+POD\s+NAMESPACE$/)
    expect(ps[1]).toMatch(
      /^[0-9a-f]{13}\s+[0-9a-f]{13}\s+2 minutes ago\s+Running\s+app\s+2\s+[0-9a-f]{13}\s+web\s+default$/,
    )
    expect(await out('crictl pods')).toMatch(/Ready\s+web\s+default\s+0/)
    expect(await out('crictl logs --tail 1 $(crictl ps -q --name ^app)')).toBe('two\n')
    expect(await out('crictl inspect $(crictl ps -q) | jq -r .status.state')).toBe('CONTAINER_RUNNING\n')
    expect(await out('crictl exec $(crictl ps -q) echo inside', 1)).toBe('inside\n')
    await type('crictl stop $(crictl ps -q)', 1)
    expect(await out('crictl ps -a')).toContain('Exited')
  })

  test('is not needed for logs: the disk has them', async () => {
    const kit = login()
    const { out, type } = kit
    expect(await out('ls /var/log/pods /var/log/containers')).toBe('/var/log/pods:\n\n/var/log/containers:\n')
    runPod(kit)
    await kit.pass(1000)
    await type('systemctl stop containerd', 1000)
    expect(await out('ls /var/log/pods; find /var/log/pods -type f')).toBe(
      'default_web_u1\n/var/log/pods/default_web_u1/app/2.log\n',
    )
    expect(await out('tail -n 1 /var/log/pods/*/app/*.log')).toBe('2026-01-01T00:00:00.000000000Z stdout F two\n')
    expect(await out('ls -l /var/log/containers')).toMatch(
      /web_default_app-\w{64}\.log -> \/var\/log\/pods\/default_web_u1\/app\/2\.log/,
    )
    expect(await out('grep -c stdout /var/log/containers/web_*; readlink -f /var/log/containers/web_*')).toMatch(/^2\n/)
    expect(await type('rm -r /var/log/pods/default_web_u1')).toMatchObject({ exitCode: 1 })
    expect(await type('echo > /var/log/pods/default_web_u1/app/2.log')).toMatchObject({ exitCode: 1 })
  })

  test('fails with its error while containerd is down', async () => {
    const { type } = login()
    await type('systemctl stop containerd', 1000)
    const answer = await type('crictl ps')
    expect(answer.exitCode).toBe(1)
    expect(answer.stderr).toContain(
      'level=fatal msg="validate service connection: validate CRI v1 runtime API for endpoint',
    )
  })
})

test('reboot ends the session and starts enabled units only', async () => {
  const { type, host, pass } = login()
  await type('systemctl disable kubelet; reboot')
  await pass(1000)
  expect(await type('ls')).toMatchObject({ exitCode: 255 })
  await pass(60_000)
  expect([host.unit('kubelet')?.active, host.unit('containerd')?.active]).toEqual(['inactive', 'active'])
})

test.each([
  ['exit', 0],
  ['exit 3', 3],
  ['logout', 0],
])('%s leaves the shell', async (line, exitCode) => {
  const { type } = login()
  expect(await type(line)).toMatchObject({ exitCode, effect: { logout: true } })
  expect((await type('echo exit')).effect).toBeUndefined()
})

test('Ctrl-C ends what runs, and the shell goes on', async () => {
  const { shell, out, pass } = login()
  const answer = shell.run('cd /etc; sleep 100; touch /never')
  await pass(5000)
  shell.interrupt()
  expect(await answer).toMatchObject({ exitCode: 130 })
  await pass(200_000)
  expect(await out('echo $?; pwd; ls /never')).toBe('130\n/root\n')
})

test.each([
  ['systemct', ['systemctl ']],
  ['sudo systemctl sto', ['stop ']],
  ['systemctl --now ena', ['enable ']],
  ['systemctl restart kube', ['kubelet ']],
  ['journalctl -u conta', ['containerd ']],
  ['echo $(crictl po', ['pods ']],
  ['cat /etc/kub', ['/etc/kubernetes/']],
  ['ls; cd .', []],
  ['cat < /etc/hostn', ['/etc/hostname ']],
  ['no-such-command-', []],
])('Tab after %j offers what there is', async (line, candidates) => {
  const { shell } = login()
  expect((await shell.complete(line)).candidates).toEqual(candidates)
})

test.each([
  ['for i in 1 2; do', true],
  ['echo "a', true],
  ['cat <<X\nhello', true],
  ['echo a', false],
  ['fi', false],
])('%j is unfinished: %s', async (text, unfinished) => {
  expect(await login().shell.isUnfinished(text)).toBe(unfinished)
})

test('ss and netstat show what really listens, and who', async () => {
  const { host, out, type } = login()
  host.install('/usr/bin/kubelet', { start: (process) => process.listen(10_250, 'TCP', () => ({})) })
  await out('systemctl restart kubelet', 2000)
  const pid = /Main PID: (\d+)/.exec(await out('systemctl status kubelet'))![1]
  expect(await out('ss -tlnp | grep 10250')).toBe(
    `LISTEN 0      4096   *:10250            *:*               users:(("kubelet",pid=${pid},fd=3))\n`,
  )
  expect(await out('netstat -tulpn')).toBe(`Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address Foreign Address State  PID/Program name
tcp6  0      0      :::10250      :::*            LISTEN ${pid}/kubelet
`)
  expect(await out('ss -uln | wc -l')).toBe('1\n')
  await out('systemctl stop kubelet', 5000)
  expect(await out('ss -tln | grep -c 10250')).toBe('0\n')
  expect((await type('ss -tnp')).stderr).toMatch(/only what listens is simulated: ss -l/)
})

test('less and more show a file or what is piped into them', async () => {
  const { out, type } = login()
  expect(await out('printf "a\\nü\\n" > /root/x; less -N /root/x; cat /root/x | more')).toBe('a\nü\na\nü\n')
  expect((await type('less /root/none')).stderr).toMatch(/none: No such file/)
})
