import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { Connection } from './connection.ts'

const directory = mkdtempSync(join(tmpdir(), 'kubedrill-kubeconfig-'))
const file = join(directory, 'config')
const before = process.env.KUBECONFIG

beforeAll(() => {
  process.env.KUBECONFIG = file
})

afterAll(() => {
  if (before === undefined) delete process.env.KUBECONFIG
  else process.env.KUBECONFIG = before
  rmSync(directory, { recursive: true })
})

/** A kubeconfig that leads to nobody. */
const WHOLE = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'dev',
  contexts: [{ name: 'dev', context: { cluster: 'c', user: 'ann' } }],
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'ann', user: { token: 'x' } }],
}

const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin', interactiveMode: 'Never' }

/** Why nothing can be run there. */
async function fault(target: string, text: string): Promise<string | undefined> {
  writeFileSync(file, text)
  try {
    return await new Connection(target).refusal()
  } catch (error) {
    return (error as Error).message
  }
}

test.each([
  ['kubeconfig:prod', {}, 'the kubeconfig has no context "prod": dev'],
  ['docker', {}, 'target "docker": sim, kubeconfig or kubeconfig:CONTEXT'],
  ['kubeconfig', { users: [] }, 'the kubeconfig has no user "ann" for context "dev"'],
  ['kubeconfig', { clusters: [] }, 'the kubeconfig has no cluster "c" for context "dev"'],
  [
    'kubeconfig',
    { clusters: [{ name: 'c', cluster: { server: 'here' } }] },
    'the server of cluster "c" is no URL: "here"',
  ],
  ['kubeconfig', { 'current-context': '' }, 'the kubeconfig has no current context: say kubeconfig:CONTEXT, of dev'],
  [
    'kubeconfig',
    { clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority': '/no/such/ca' } }] },
    /^context "dev" cannot be used: the kubeconfig is at fault: ENOENT: .*ca'$/,
  ],
  [
    'kubeconfig',
    { users: [{ name: 'ann', user: { exec } }] },
    'context "dev" cannot be used: the credential plugin "no-such-plugin" of user "ann" gives no credentials: spawn no-such-plugin ENOENT',
  ],
  ['kubeconfig', {}, 'context "dev" cannot be used: connect ECONNREFUSED 127.0.0.1:1'],
])('%s with %o', async (target, wrong, message) => {
  const said = await fault(target, stringify({ ...WHOLE, ...wrong }))
  if (typeof message === 'string') expect(said).toBe(message)
  else expect(said).toMatch(message)
})

test('what is no kubeconfig', async () => {
  expect(await fault('kubeconfig', 'contexts: {')).toMatch(/^the kubeconfig cannot be read: /)
})
