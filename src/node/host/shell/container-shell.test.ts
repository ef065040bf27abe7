import { describe, expect, test } from 'vitest'
import type { Serve } from '../../../network/contract.ts'
import { createNetwork } from '../../../network/index.ts'
import { advance, Barrier } from '../../../sim/barrier.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import { createImageCatalogue } from '../../container-runtime/images.ts'
import { createProcess } from '../../process.ts'
import { createFileTree } from '../file-tree.ts'

function world() {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const barrier = new Barrier(clock)
  const network = createNetwork()
  network.addHost('worker-1', '192.168.0.1')
  network.addAddress('10.244.1.5', 'worker-1')
  const images = createImageCatalogue({ network, barrier })
  const run = (image: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const log: string[] = []
    const exits: number[] = []
    const files = createFileTree(clock, {
      '/etc/resolv.conf': 'nameserver 10.244.1.5\nsearch default.svc.cluster.local\noptions ndots:5\n',
      '/etc/hosts': '',
      '/scripts/run.sh': 'echo "args: $1 $2"\n',
    })
    const handle = createProcess({
      world: { clock, trace: { add() {} } },
      network,
      random: new Random(1),
      argv,
      env,
      files,
      host: 'worker-1',
      ip: '10.244.1.5',
      log: (line, stream) => log.push(stream === 'stderr' ? `E ${line}` : line),
      onExit: (code) => exits.push(code),
    })
    images.find(image)!.program.start(handle.process)
    return { log, exits, handle, files }
  }
  const sh = (script: string, image = 'busybox') => run(image, ['sh', '-c', script])
  return { clock, barrier, network, run, sh, pass: (ms: number) => advance(clock, barrier, ms) }
}

describe('virtual time', () => {
  test('a loop that sleeps 5 s turns 1,000 times in 5,000 virtual seconds', async () => {
    const { sh, pass, clock } = world()
    const { log } = sh('i=0; while true; do i=$((i+1)); echo "$i $(date +%s)"; sleep 5; done')
    await pass(4_999_999)
    expect(log).toHaveLength(1000)
    expect(log[999]).toBe(`1000 ${Date.UTC(2026, 0, 1) / 1000 + 4995}`)
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1) + 4_999_999)
  })

  test('two shells that wake at one instant go on one after the other, always in the same order', async () => {
    const turns = async () => {
      const { run, pass } = world()
      const shells = ['a', 'b', 'c'].map((name) =>
        run('busybox', ['sh', '-c', `for i in 1 2 3; do sleep 1; x=$(echo ${name}$i); echo $x >> /log; echo $x; done`]),
      )
      await pass(10_000)
      return shells.map(({ log, exits }) => [log, exits])
    }
    expect(await turns()).toEqual([
      [['a1', 'a2', 'a3'], [0]],
      [['b1', 'b2', 'b3'], [0]],
      [['c1', 'c2', 'c3'], [0]],
    ])
    expect(await turns()).toEqual(await turns())
  })

  test('a loop that never sleeps does not hold the world', async () => {
    const { sh, pass, clock } = world()
    const { handle } = sh('while true; do :; done')
    await pass(1000)
    expect(handle.running).toBe(true)
    handle.kill()
    await pass(1000)
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1) + 2000)
  })

  test('killed while it sleeps, nothing of it runs any more', async () => {
    const { sh, pass } = world()
    const { log, exits, handle, files } = sh('echo $((1+1)); sleep 100; echo never > /tmp/x; echo never')
    await pass(1000)
    handle.kill()
    await pass(200_000)
    expect([log, exits, files.read('/tmp/x')]).toEqual([['2'], [137], undefined])
  })

  test('a script may sleep for ever; what is no time at all is refused', async () => {
    const { sh, pass } = world()
    const { log, exits } = sh('echo $((1+1)); sleep soon; sleep infinity; echo never')
    await pass(86_400_000)
    expect([log, exits]).toEqual([['2', expect.stringContaining("sleep: invalid time interval 'soon'")], []])
  })

  test('killed under timeout, it does not come back when the time is over', async () => {
    const { sh, pass } = world()
    const { handle, files } = sh('timeout 100 sleep 1000; echo x > /tmp/x')
    await pass(50_000)
    handle.kill()
    await pass(200_000)
    expect(files.read('/tmp/x')).toBeUndefined()
  })

  test('timeout gives up on virtual time', async () => {
    const { sh, pass, clock } = world()
    const { log, exits } = sh('timeout 5 sh -c "while true; do sleep 2; done"; echo "rc $?"; date +%S')
    await pass(60_000)
    expect([log, exits]).toEqual([['rc 124', '05'], [0]])
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1) + 60_000)
  })
})

describe('output', () => {
  test('comes as it is written, from loops, groups, functions and pipes', async () => {
    const { sh, pass } = world()
    const { log } = sh(
      'say() { echo "said $1"; sleep 1; }; say a; { echo b; sleep 1; }; (echo c; sleep 1); seq 2 | while read n; do echo n$n; sleep 1; done; if true; then echo d; fi; echo ü | tr ü u',
    )
    await pass(0)
    expect(log).toEqual(['said a'])
    await pass(2000)
    expect(log).toEqual(['said a', 'b', 'c'])
    await pass(10_000)
    expect(log.slice(3, 6)).toEqual(['n1', 'n2', 'd'])
  })

  test('what is captured, piped, or written to a file does not reach the log', async () => {
    const { sh, pass } = world()
    const { log, files } = sh(
      'f() { echo x; }; y=$(f); echo $y | tr x z; echo k > /tmp/k; cat /tmp/k >/dev/null; echo e >&2; ls /nope 2>/dev/null; echo direct > /proc/1/fd/1',
    )
    await pass(0)
    expect(log).toEqual(['z', 'E e', 'direct'])
    expect(files.read('/tmp/k')).toBe('k\n')
    const nested = sh('x=$(sh -c "echo hi"); echo "[$x]"; echo a b | xargs -n 1 echo got | tr g G; sh -c "echo inner"')
    await pass(0)
    expect(nested.log).toEqual(['[hi]', 'Got a', 'Got b', 'inner'])
  })

  test('a command that is not there, in the words of the image', async () => {
    const { sh, pass } = world()
    const busybox = sh('nope; exit 5')
    const debian = sh('nope', 'nginx')
    const curl = sh('curl http://x/ || exit 9', 'busybox')
    await pass(0)
    expect([busybox.log, busybox.exits]).toEqual([['E sh: nope: not found'], [5]])
    expect([debian.log, debian.exits]).toEqual([['E bash: nope: command not found'], [127]])
    expect([curl.log, curl.exits]).toEqual([['E sh: curl: not found'], [9]])
  })
})

describe('the machine around', () => {
  test('env, hostname, date, id and chance do not look at the real one', async () => {
    const { run, pass } = world()
    const once = run(
      'busybox',
      ['sh', '-c', 'echo $GREETING; hostname; date; id -u; echo $RANDOM; echo $((RANDOM % 1)) x'],
      { GREETING: 'hi' },
    )
    const env = run('busybox', ['sh', '-c', 'FOO=bar env | sort'], { GREETING: 'hi' })
    const again = run('busybox', ['sh', '-c', 'echo $RANDOM'])
    await pass(0)
    expect(once.log.slice(0, 4)).toEqual(['hi', 'worker-1', 'Thu Jan  1 00:00:00 UTC 2026', '0'])
    expect(once.log.slice(5)).toEqual(['0 x'])
    expect(env.log.map((line) => line.split('=')[0])).toEqual(['FOO', 'GREETING', 'HOME', 'HOSTNAME', 'PATH', 'PWD'])
    expect(again.log[0]).toBe(once.log[4])
  })

  test('a script among the files runs with its arguments; a shell without a terminal ends', async () => {
    const { run, pass } = world()
    const script = run('busybox', ['/bin/sh', '/scripts/run.sh', 'one', 'two'])
    const bare = run('busybox', ['sh'])
    const dash = run('busybox', ['sh', '-ec', 'false; echo no'])
    await pass(0)
    expect([script.log, script.exits]).toEqual([['args: one two'], [0]])
    expect(bare.exits).toEqual([0])
    expect([dash.log, dash.exits]).toEqual([[], [1]])
  })

  test('trap TERM runs its handler', async () => {
    const { sh, pass } = world()
    const { log, exits, handle } = sh('trap "echo bye; exit 0" TERM; while true; do sleep 1; done')
    await pass(5000)
    handle.signal('SIGTERM')
    await pass(1000)
    expect([log, exits]).toEqual([['bye'], [0]])
  })
})

describe('the network', () => {
  function served() {
    const all = world()
    const dns: Serve = ({ question }) =>
      question === 'web.default.svc.cluster.local'
        ? { addresses: ['10.244.1.5'], rcode: 'NOERROR' }
        : { rcode: 'NXDOMAIN' }
    const web: Serve = ({ path, headers }) =>
      path === '/slow'
        ? { body: 'slow', afterMs: 3000 }
        : { status: path === '/' ? 200 : 404, body: `hello ${headers?.['user-agent']}\n` }
    all.network.listen('10.244.1.5', 53, 'UDP', dns)
    all.network.listen('10.244.1.5', 80, 'TCP', web)
    return all
  }

  test.each([
    ['wget -qO- http://web/', ['hello Wget'], 0],
    ['wget -qO- web:81', ["E wget: can't connect to remote host (10.244.1.5): Connection refused"], 1],
    ['wget -q -O /dev/null http://web/x', ['E wget: server returned error: HTTP/1.1 404 Not Found'], 1],
    ['wget -T 2 -qO- http://10.9.9.9/', ['E wget: download timed out'], 1],
    ['wget -qO- http://nope/', ["E wget: bad address 'nope'"], 1],
    ['wget -T 1 -qO- http://web/slow', ['E wget: download timed out'], 1],
    [
      'nslookup web',
      [
        'Server:\t\t10.244.1.5',
        'Address:\t10.244.1.5:53',
        '',
        'Name:\tweb.default.svc.cluster.local',
        'Address: 10.244.1.5',
        '',
      ],
      0,
    ],
    [
      'nslookup nope',
      ['Server:\t\t10.244.1.5', 'Address:\t10.244.1.5:53', '', "** server can't find nope: NXDOMAIN", ''],
      1,
    ],
    ['nc -zv web 80', ['E web (10.244.1.5:80) open'], 0],
    ['nc -z -w 2 10.9.9.9 80', ['E nc: timed out'], 1],
  ])('%s', async (command, lines, code) => {
    const { sh, pass } = served()
    const { log, exits } = sh(command)
    await pass(10_000)
    expect([log, exits]).toEqual([lines, [code]])
  })

  test.each([
    ['curl -s http://web/', ['hello curl/8.14.1'], 0],
    ["curl -s -o /dev/null -w '%{http_code}\\n' http://web/x", ['404'], 0],
    ['curl -sS --max-time 3 http://10.9.9.9', ['E curl: (28) Connection timed out after 3000 milliseconds'], 28],
    [
      'curl -sS http://web:81',
      ['E curl: (7) Failed to connect to web port 81 after 0 ms: Could not connect to server'],
      7,
    ],
    ['curl http://nope', ['E curl: (6) Could not resolve host: nope'], 6],
    ['curl -f http://web/x', ['E curl: (22) The requested URL returned error: 404'], 22],
  ])('%s', async (command, lines, code) => {
    const { sh, pass } = served()
    const { log, exits } = sh(command, 'curlimages/curl:8.5.0')
    await pass(10_000)
    expect([log, exits]).toEqual([lines, [code]])
  })
})

test('nginx in the foreground of a script serves, and ends with the container', async () => {
  const { sh, pass, network } = world()
  const { handle } = sh("echo hello > /usr/share/nginx/html/index.html && nginx -g 'daemon off;'; echo after", 'nginx')
  await pass(0)
  const go = () =>
    network.connect<Serve>({ host: 'worker-1', ip: '10.244.1.5' }, { ip: '10.244.1.5', port: 80 }, () => 0)
  const connection = go()
  expect(connection.outcome === 'connected' && connection.serve({ protocol: 'HTTP', from: 'x', path: '/' }).body).toBe(
    'hello\n',
  )
  handle.kill()
  expect(go().outcome).toBe('refused')
})
