import type { Network, NetworkAnswer, Serve } from '../network/contract.ts'
import { type Charts, type ChartWorld, createCharts } from '../sim/chart.ts'
import { backendMachine } from './backend-machine.ts'
import type { BackendHealth, HealthCheck } from './contract.ts'

/** Every 10 s; two that pass make a machine healthy, three that fail make it unhealthy. */
const TIMES = { intervalMs: 10_000, healthyThreshold: 2, unhealthyThreshold: 3 }

/** The load balancers' checkers stand outside of the machines' network. */
const CHECKER = { host: 'gateway', ip: '192.168.64.1' }

interface Target {
  readonly machine: string
  readonly ip: string
  readonly check: HealthCheck
  readonly listeners: Set<() => void>
  health: BackendHealth
  /** Ends the waiting for the last answer to become stale. */
  forget: () => void
}

/** Asks machines how they are. A machine that is asked the same for many load balancers is asked once. */
export class HealthChecks {
  readonly #network: Network
  readonly #charts: Charts<typeof backendMachine>
  readonly #targets = new Map<string, Target>()
  #stopListening: (() => void) | undefined

  constructor(network: Network, world: ChartWorld) {
    this.#network = network
    this.#charts = createCharts(backendMachine, world, 'cloud/backend', (key, effect) => {
      if (effect.type === 'check') this.#check(key)
      else this.#believe(key, effect.health)
    })
  }

  /** @param machine the name of the machine at that address */
  watch(machine: string, ip: string, check: HealthCheck, listener: () => void): () => void {
    this.#stopListening ??= this.#network.onChange((host) => this.#networkChanged(host))
    const key = keyOf(ip, check)
    let target = this.#targets.get(key)
    if (target === undefined) {
      target = { machine, ip, check, listeners: new Set(), health: 'initial', forget: () => {} }
      this.#targets.set(key, target)
      this.#charts.start(key, TIMES)
    }
    target.listeners.add(listener)
    return () => this.#unwatch(key, listener)
  }

  health(ip: string, check: HealthCheck): BackendHealth {
    return this.#targets.get(keyOf(ip, check))?.health ?? 'initial'
  }

  #unwatch(key: string, listener: () => void): void {
    const target = this.#targets.get(key)
    if (target === undefined || !target.listeners.delete(listener) || target.listeners.size > 0) return
    target.forget()
    this.#targets.delete(key)
    this.#charts.stop(key)
    if (this.#targets.size > 0) return
    this.#stopListening?.()
    this.#stopListening = undefined
  }

  #networkChanged(host: string | undefined): void {
    for (const [key, { machine }] of this.#targets)
      if (host === undefined || host === machine) this.#charts.send(key, { type: 'stale' })
  }

  #check(key: string): void {
    const target = this.#targets.get(key)!
    const { ip, check } = target
    target.forget()
    const answer = this.#ask(ip, check)
    const passed = answer !== undefined && (check.path === undefined || answer.status === 200)
    this.#charts.send(key, { type: passed ? 'passed' : 'failed' })
    if (this.#targets.get(key) !== target || target.health !== (passed ? 'healthy' : 'unhealthy')) return
    // Whoever cannot say when he would answer otherwise has to be asked on.
    if (answer !== undefined && check.path !== undefined && answer.onStale === undefined) return
    this.#restUntilStale(key, target, answer)
  }

  #ask(ip: string, { port, path }: HealthCheck): NetworkAnswer | undefined {
    const connection = this.#network.connect<Serve>(CHECKER, { ip, port }, () => 0)
    if (connection.outcome !== 'connected') return undefined
    if (path === undefined) return {}
    return connection.serve({ protocol: 'HTTP', from: CHECKER.ip, method: 'GET', path, headers: {} })
  }

  #restUntilStale(key: string, target: Target, answer: NetworkAnswer | undefined): void {
    const tell = () => this.#charts.send(key, { type: 'stale' })
    const stops = [this.#network.onListen(target.ip, target.check.port, 'TCP', tell)]
    if (answer?.onStale !== undefined) stops.push(answer.onStale(tell))
    target.forget = () => {
      for (const stop of stops) stop()
    }
    this.#charts.send(key, { type: 'rest' })
  }

  #believe(key: string, health: BackendHealth): void {
    const target = this.#targets.get(key)
    if (target === undefined) return
    target.health = health
    for (const listener of [...target.listeners]) listener()
  }
}

function keyOf(ip: string, { port, path = '' }: HealthCheck): string {
  return `${ip}:${port}${path}`
}
