import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kubeconfig, writeKubeconfig } from './kubeconfig.ts'
import { Served } from './testing/served.ts'

const run = promisify(execFile)

function installed(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** From 1.32 on kubectl sends protobuf for what its typed clients write. Skipped where there is no kubectl. */
describe.skipIf(!installed())('kubectl', () => {
  let served: Served
  const directory = mkdtempSync(join(tmpdir(), 'kubedrill-kubectl-'))
  beforeAll(async () => {
    served = await Served.start()
    writeKubeconfig(join(directory, 'config'), kubeconfig(served.server.url, served.credentials))
    await kubectl('create', 'namespace', 'demo')
    await kubectl('create', 'serviceaccount', 'default')
  })
  afterAll(async () => {
    await served.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  async function kubectl(...args: string[]): Promise<string> {
    const where = [
      '--kubeconfig',
      join(directory, 'config'),
      '--cache-dir',
      join(directory, 'cache'),
      '--namespace',
      'demo',
    ]
    return (await run('kubectl', [...where, ...args])).stdout.trim()
  }

  it.each([
    ['create deployment web --image=nginx --replicas=0', 'deployment.apps/web created'],
    ['create configmap settings --from-literal=a=b', 'configmap/settings created'],
    ['create secret generic hidden --from-literal=a=b', 'secret/hidden created'],
    ['create role reader --verb=get --resource=pods', 'role.rbac.authorization.k8s.io/reader created'],
    ['run one --image=nginx --port=80', 'pod/one created'],
    ['auth can-i create pods', 'yes'],
    ['delete configmap settings', 'configmap "settings" deleted'],
  ])('%s', async (line, says) => {
    expect(await kubectl(...line.split(' '))).toContain(says)
  })

  it('keeps zeros and bytes that came as protobuf', async () => {
    expect(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}')).toBe('0')
    expect(await kubectl('get', 'secret', 'hidden', '-o', 'jsonpath={.data.a}')).toBe('Yg==')
    expect(await kubectl('get', 'pod', 'one', '-o', 'jsonpath={.spec.containers[0].ports}')).toBe(
      '[{"containerPort":80,"protocol":"TCP"}]',
    )
  })

  it('gets a token it can come in with', async () => {
    const token = await kubectl('create', 'token', 'default')
    const answer = await served.ask('GET', '/apis', {
      certificate: undefined,
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.status).toBe(200)
    const forged = await served.ask('GET', '/apis', {
      certificate: undefined,
      headers: { authorization: `Bearer ${token}x` },
    })
    expect(forged.status).toBe(401)
  })

  it('prints tables and explains fields', async () => {
    expect(await kubectl('get', 'pods')).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE\none +0\/1 +Pending +0 +\d+s$/)
    expect(await kubectl('explain', 'deployment.spec.replicas')).toContain('FIELD: replicas <integer>')
  })
})
