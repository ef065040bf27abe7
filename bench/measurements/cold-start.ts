import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Measurement } from '../measurement.ts'

const run = promisify(execFile)
const GIVE_UP_MS = 60_000

export const coldStartMeasurement: Measurement = {
  name: 'cold-start',
  title: 'kubedrill serve, until kubectl sees 3 Ready nodes and CoreDNS Running',
  outside: true,
  async run() {
    const directory = mkdtempSync(join(tmpdir(), 'kubedrill-bench-'))
    const kubeconfig = join(directory, 'kubeconfig')
    const start = performance.now()
    const server = spawn(process.execPath, ['bin/kubedrill.js', 'serve', '--port', '0', '--kubeconfig', kubeconfig], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await firstLine(server)
      const ready = performance.now() - start
      await until(async () => (await nodesReady(kubeconfig)) && (await coreDNSRuns(kubeconfig)), start)
      const seen = performance.now() - start
      const { resident, peak } = memoryOf(server.pid!)
      return {
        'ready line': { value: ready, unit: 'ms' },
        'seen by kubectl': { value: seen, unit: 'ms', limit: 1500 },
        'resident memory': { value: resident, unit: 'MB', limit: 200 },
        'peak memory': { value: peak, unit: 'MB' },
      }
    } finally {
      server.kill('SIGTERM')
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

function firstLine(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    server.stdout!.once('data', () => resolve())
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`kubedrill serve ended with ${code} before it was ready`)))
  })
}

async function until(condition: () => Promise<boolean>, start: number): Promise<void> {
  while (!(await condition())) {
    if (performance.now() - start > GIVE_UP_MS) throw new Error('the cluster did not become ready within a minute')
    await sleep(5)
  }
}

async function kubectl(kubeconfig: string, ...args: string[]): Promise<string> {
  // A cache of its own, or the first start would pay for discovery and the later ones not.
  const cache = ['--cache-dir', join(kubeconfig, '..', 'cache')]
  return run('kubectl', ['--kubeconfig', kubeconfig, ...cache, ...args]).then(
    ({ stdout }) => stdout,
    () => '',
  )
}

async function nodesReady(kubeconfig: string): Promise<boolean> {
  const lines = (await kubectl(kubeconfig, 'get', 'nodes', '--no-headers')).trim().split('\n')
  return lines.length === 3 && lines.every((line) => line.split(/\s+/)[1] === 'Ready')
}

async function coreDNSRuns(kubeconfig: string): Promise<boolean> {
  const args = ['get', 'pods', '-n', 'kube-system', '-l', 'k8s-app=kube-dns', '--no-headers']
  const lines = (await kubectl(kubeconfig, ...args)).trim().split('\n')
  return lines.some((line) => line.split(/\s+/)[2] === 'Running')
}

/** MB; 0 where there is no /proc. */
function memoryOf(pid: number): { readonly resident: number; readonly peak: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0)
    return { resident: kilobytes('VmRSS') / 1024, peak: kilobytes('VmHWM') / 1024 }
  } catch {
    return { resident: 0, peak: 0 }
  }
}
