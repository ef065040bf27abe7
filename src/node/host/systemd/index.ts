import type { Network } from '../../../network/contract.ts'
import { type Chart, type ChartWorld, startChart } from '../../../sim/chart.ts'
import type { Random } from '../../../sim/random.ts'
import type { Program } from '../../contract.ts'
import { createProcess, type ProcessHandle } from '../../process.ts'
import type { Files } from '../file-tree.ts'
import type { Journal } from '../journal.ts'
import { type UnitEffect, unitMachine } from './machine.ts'
import { commandOf, readUnit, type UnitFile, unitNames } from './unit-file.ts'

/** What systemd is given of the machine it runs on. */
export interface SystemdDeps {
  readonly host: string
  readonly ip: string
  readonly world: ChartWorld
  readonly network: Network
  readonly random: Random
  readonly files: Files
  readonly journal: Journal
  /** What a binary does, by its path: `/usr/bin/kubelet`. */
  program(path: string): Program | undefined
  nextPid(): number
  /** Which boot, from 0. */
  boot(): number
}

/** A unit as systemctl shows it. */
export interface UnitStatus {
  readonly name: string
  readonly file: UnitFile
  readonly active: 'active' | 'activating' | 'deactivating' | 'inactive' | 'failed'
  /** `running`, `dead`, `failed`, `auto-restart`, `stop-sigterm` */
  readonly sub: string
  readonly enabled: boolean
  /** Virtual ms of the last change of state; undefined when it never ran in this boot. */
  readonly since: number | undefined
  readonly pid: number | undefined
  readonly argv: readonly string[]
  /** Of the last process that has ended. */
  readonly lastExit: { readonly pid: number; readonly code: number } | undefined
}

const WANTS = '/etc/systemd/system/multi-user.target.wants'

/** systemd on one machine: knows the service units, runs them, restarts them, starts the enabled ones at boot. */
export class Systemd {
  readonly #deps: SystemdDeps
  readonly #units = new Map<string, Unit>()

  constructor(deps: SystemdDeps) {
    this.#deps = deps
  }

  /** At power-on: reads the unit files and starts what is enabled, containerd before what needs it. */
  boot(): void {
    this.daemonReload()
    const enabled = [...this.#units.keys()].filter((name) => this.isEnabled(name))
    for (const name of enabled.sort((a, b) => rank(a) - rank(b))) this.#units.get(name)!.send('start')
  }

  /** Power is gone: every process ends without a word. */
  powerOff(): void {
    for (const unit of this.#units.values()) unit.powerOff()
  }

  /** @returns false: there is no such unit */
  do(action: 'start' | 'stop' | 'restart' | 'reset', name: string): boolean {
    const unit = this.#unit(name)
    if (unit === undefined) return false
    const stopped = unit.state === 'inactive' || unit.state === 'failed'
    unit.send(action === 'restart' && stopped ? 'start' : action)
    return true
  }

  /** Kills the unit's main process (`systemctl kill -s SIGKILL`): what comes next is the unit's Restart=. */
  crash(name: string, code = 137): void {
    this.#units.get(unitName(name))?.handle?.end(code)
  }

  /** Asks the unit's main process to end (`systemctl kill`). */
  terminate(name: string): void {
    this.#units.get(unitName(name))?.handle?.signal('SIGTERM')
  }

  enable(name: string): boolean {
    const full = unitName(name)
    const file = readUnit(this.#deps.files, full)
    if (file === undefined) return false
    this.#deps.files.write(`${WANTS}/${full}`, this.#deps.files.read(file.path) ?? '')
    return true
  }

  disable(name: string): boolean {
    const full = unitName(name)
    if (readUnit(this.#deps.files, full) === undefined) return false
    this.#deps.files.remove(`${WANTS}/${full}`)
    return true
  }

  isEnabled(name: string): boolean {
    return this.#deps.files.read(`${WANTS}/${unitName(name)}`) !== undefined
  }

  daemonReload(): void {
    for (const name of unitNames(this.#deps.files)) this.#unit(name)?.reload()
  }

  /** The unit's files differ from what was read: `daemon-reload` is due. */
  needsReload(name: string): boolean {
    return this.#units.get(unitName(name))?.isOutdated() ?? false
  }

  status(name: string): UnitStatus | undefined {
    const full = unitName(name)
    const unit = this.#unit(full)
    return unit && { ...unit.status(), enabled: this.isEnabled(full) }
  }

  /** All loaded units, by name. */
  list(): readonly UnitStatus[] {
    return [...this.#units.keys()].sort().flatMap((name) => this.status(name) ?? [])
  }

  #unit(name: string): Unit | undefined {
    const full = unitName(name)
    let unit = this.#units.get(full)
    if (unit !== undefined) return unit
    const file = readUnit(this.#deps.files, full)
    if (file === undefined) return undefined
    unit = new Unit(this.#deps, file)
    this.#units.set(full, unit)
    return unit
  }
}

/** `kubelet` -> `kubelet.service` */
export function unitName(name: string): string {
  return name.endsWith('.service') ? name : `${name}.service`
}

function rank(name: string): number {
  return name === 'containerd.service' ? 0 : 1
}

/** One unit: its chart, its process and what systemd says about both. */
class Unit {
  readonly #deps: SystemdDeps
  readonly #actor: Chart<typeof unitMachine>
  #file: UnitFile
  #since: number | undefined
  #pid: number | undefined
  #argv: readonly string[] = []
  #lastExit: { pid: number; code: number } | undefined
  handle: ProcessHandle | undefined

  constructor(deps: SystemdDeps, file: UnitFile) {
    this.#deps = deps
    this.#file = file
    this.#actor = startChart(unitMachine, deps.world, `systemd/${deps.host}/${file.name}`, file, (effect) =>
      this.#perform(effect),
    )
  }

  get state(): string {
    return this.#actor.getSnapshot().value as string
  }

  send(type: 'start' | 'stop' | 'restart' | 'reset'): void {
    this.#actor.send({ type })
  }

  isOutdated(): boolean {
    const file = readUnit(this.#deps.files, this.#file.name)
    return file !== this.#file && JSON.stringify(file) !== JSON.stringify(this.#file)
  }

  reload(): void {
    const file = readUnit(this.#deps.files, this.#file.name)
    if (file === undefined || file === this.#file) return
    this.#file = file
    this.#actor.send({ type: 'configure', timings: file })
  }

  powerOff(): void {
    const handle = this.handle
    this.handle = undefined
    this.#actor.send({ type: 'power.off' })
    handle?.kill()
    this.#since = undefined
    this.#pid = undefined
    this.#lastExit = undefined
  }

  status(): Omit<UnitStatus, 'enabled'> {
    const [active, sub] = SHOWN[this.state] ?? ['inactive', 'dead']
    return {
      name: this.#file.name,
      file: this.#file,
      active,
      sub,
      since: this.#since,
      pid: active === 'active' || active === 'deactivating' ? this.#pid : undefined,
      argv: this.#argv,
      lastExit: this.#lastExit,
    }
  }

  #perform(effect: UnitEffect): void {
    if (effect.type === 'spawn') this.#spawn()
    else if (effect.type === 'terminate') this.handle?.signal('SIGTERM')
    else if (effect.type === 'changed') this.#since = this.#deps.world.clock.now()
    else if (effect.type === 'say')
      for (const line of wording(this.#file, effect, this.#pid ?? 0)) this.#log(line, 'systemd', 1)
  }

  #spawn(): void {
    const { files, program } = this.#deps
    const command = commandOf(files, this.#file)
    const path = typeof command === 'string' ? '' : (command.argv[0] ?? '')
    const main = program(path)
    if (typeof command === 'string') this.#cannot(command)
    else if (main === undefined) {
      this.#cannot(`Unable to locate executable '${path}': No such file or directory`)
      this.#log(`${this.#file.name}: Failed at step EXEC spawning ${path}: No such file or directory`, 'systemd', 1)
    } else {
      this.#argv = command.argv
      this.#run(main, command.env)
    }
  }

  #run(main: Program, env: Readonly<Record<string, string>>): void {
    const { world, network, random, files, host, ip, nextPid } = this.#deps
    const pid = nextPid()
    const identifier = (this.#argv[0] ?? '').split('/').at(-1)!
    this.#pid = pid
    const handle: ProcessHandle = createProcess({
      world,
      network,
      random,
      argv: this.#argv,
      env,
      files,
      host,
      ip,
      log: (line) => this.#log(line, identifier, pid),
      onExit: (code) => this.#exited(handle, pid, code),
    })
    this.handle = handle
    main.start(handle.process)
  }

  #exited(handle: ProcessHandle, pid: number, code: number): void {
    if (this.handle !== handle) return
    this.handle = undefined
    this.#lastExit = { pid, code }
    this.#actor.send({ type: 'exited', code })
  }

  /** Exit status 203/EXEC, as when the binary is missing. */
  #cannot(why: string): void {
    this.#log(`${this.#file.name}: ${why}`, 'systemd', 1)
    this.#pid = this.#deps.nextPid()
    const pid = this.#pid
    this.#deps.world.clock.defer(() => {
      this.#lastExit = { pid, code: 203 }
      this.#actor.send({ type: 'exited', code: 203 })
    })
  }

  #log(message: string, identifier: string, pid: number): void {
    const { journal, world, boot } = this.#deps
    journal.add({ at: world.clock.now(), unit: this.#file.name, identifier, pid, message, boot: boot() })
  }
}

const SHOWN: Readonly<Record<string, readonly [UnitStatus['active'], string]>> = {
  inactive: ['inactive', 'dead'],
  failed: ['failed', 'failed'],
  active: ['active', 'running'],
  autoRestart: ['activating', 'auto-restart'],
  deactivating: ['deactivating', 'stop-sigterm'],
  restarting: ['deactivating', 'stop-sigterm'],
}

/** The words of systemd 252 and later. */
function wording(file: UnitFile, effect: Extract<UnitEffect, { type: 'say' }>, pid: number): readonly string[] {
  const title = `${file.name} - ${file.description}`
  if (effect.what === 'started') return [`Started ${title}.`]
  if (effect.what === 'stopping') return [`Stopping ${title}...`]
  if (effect.what === 'stopped') return [`${file.name}: Deactivated successfully.`, `Stopped ${title}.`]
  if (effect.what === 'scheduled')
    return [`${file.name}: Scheduled restart job, restart counter is at ${effect.restarts}.`]
  const code = effect.code ?? 0
  if (pid === 0) return []
  if (code === 0) return [`${file.name}: Deactivated successfully.`]
  if (code === 137)
    return [
      `${file.name}: Main process exited, code=killed, status=9/KILL`,
      `${file.name}: Failed with result 'signal'.`,
    ]
  return [
    `${file.name}: Main process exited, code=exited, status=${code}/${exitName(code)}`,
    `${file.name}: Failed with result 'exit-code'.`,
  ]
}

/** Names of exit statuses. Source: systemd.exec(5) */
export function exitName(code: number): string {
  if (code === 0) return 'SUCCESS'
  if (code === 1) return 'FAILURE'
  if (code === 2) return 'INVALIDARGUMENT'
  return code === 203 ? 'EXEC' : 'n/a'
}
