import { afterAll, beforeAll, expect, test } from 'vitest'
import { Kubectl } from '../../gherkin/kubectl.ts'
import { World } from '../../gherkin/world.ts'
import { createCredentials } from '../../server/pki.ts'
import { Sandbox } from './sandbox.ts'

let world: World
let kubectl: Kubectl
let sandbox: Sandbox
beforeAll(async () => {
  world = new World()
  kubectl = new Kubectl(await createCredentials())
  sandbox = new Sandbox(world, kubectl)
})
afterAll(async () => {
  sandbox.close()
  await kubectl.close()
  await world.close()
})

test.each([
  ['an endless loop', 'while true; do :; done', 'too many commands executed'],
  ['a fork bomb', 'bomb() { bomb | bomb & }; bomb', 'maximum recursion depth'],
  ['a recursion', 'f() { f; }; f', 'maximum recursion depth'],
  ['a text that doubles', 'x=a; while true; do x="$x$x"; done', 'string length limit exceeded'],
  ['braces that multiply', 'echo {1..1000}{1..1000}{1..1000}', 'brace expansion result limit exceeded'],
  ['a query without end', 'jq -n "[range(1e12)] | length"', 'limit exceeded'],
  ['numbers without end', 'seq 1 1000000000000 | tail -1', 'iteration limit exceeded'],
  ['a skip of years', 'kubedrill skip 99999h', 'more than seven days pass in it'],
  [
    'files of this machine',
    'cat /etc/passwd ../../../../etc/hostname /proc/self/environ; ls /home',
    'No such file or directory',
  ],
  [
    'the network',
    'curl -s http://127.0.0.1/; wget http://example.com; cat < /dev/tcp/127.0.0.1/22',
    '/22: No such file',
  ],
  ['programs', 'python3 -c 1; bash -c "node -v"; /usr/bin/env node; docker ps; node -e 1', 'node: command not found'],
])(
  '%s ends with an error',
  async (_, script, expected) => {
    const { exitCode, output } = await sandbox.run(script)
    expect(output).toContain(expected)
    expect(exitCode).not.toBe(0)
  },
  120_000,
)

test('a command that waits for ever is ended', async () => {
  const hasty = new Sandbox(world, kubectl, 1500)
  const { exitCode, output } = await hasty.run('kubectl get nodes -w; echo later')
  hasty.close()
  expect([exitCode, output]).toEqual([124, 'the script was stopped: it took more than 1.5 seconds'])
}, 60_000)

test('a pattern that would take for ever is matched at once', async () => {
  const script = `echo ${'a'.repeat(60)}b | grep -cE "^(a+)+$"; [[ ${'a'.repeat(60)}b =~ ^(a|aa)+$ ]] || echo no`
  expect((await sandbox.run(script)).output).toBe('0\nno\n')
})

test('nothing of this machine is in its environment', async () => {
  const { output } = await sandbox.run('printenv; echo $KUBECONFIG $NODE_OPTIONS $SSH_AUTH_SOCK')
  for (const [name, value = ''] of Object.entries(process.env))
    if (value.length > 8) expect(output.includes(value), name).toBe(false)
})
