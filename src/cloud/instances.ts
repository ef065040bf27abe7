import { type Charts, type ChartWorld, createCharts } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import { type Calls, refuse } from './calls.ts'
import type {
  CloudAnswer,
  CloudError,
  Instance,
  InstanceState,
  Instances,
  Latencies,
  NewInstance,
  Operation,
} from './contract.ts'
import { instanceMachine } from './instance-machine.ts'

/** Seventeen hex digits after a prefix, as ids of clouds have them. */
export function newId(prefix: string, random: Random): string {
  const hex = () => random.next32().toString(16).padStart(8, '0')
  return `${prefix}-0${`${hex()}${hex()}`}`
}

/** The machines of the account. */
export class RentedInstances implements Instances {
  readonly #calls: Calls
  readonly #random: Random
  readonly #latencies: Latencies
  readonly #charts: Charts<typeof instanceMachine>
  /** Terminated ones too. */
  readonly #byId = new Map<string, Instance>()
  readonly #idByName = new Map<string, string>()
  #zones: readonly string[]

  constructor(calls: Calls, world: ChartWorld, random: Random, latencies: Latencies, zones: readonly string[]) {
    this.#calls = calls
    this.#random = random
    this.#latencies = latencies
    this.#zones = zones
    this.#charts = createCharts(instanceMachine, world, 'cloud/instance', (id, { state }) => this.#entered(id, state))
  }

  list(): readonly Instance[] {
    return [...this.#byId.values()].filter(({ state }) => state !== 'terminated')
  }

  get(id: string): Instance | undefined {
    return this.#byId.get(id)
  }

  byName(name: string): Instance | undefined {
    return this.#byId.get(this.#idByName.get(name) ?? '')
  }

  describe(idOrName: string): CloudAnswer<Instance | undefined> {
    const instance = this.get(idOrName) ?? this.byName(idOrName)
    return this.#calls.fault('DescribeInstance', idOrName, instance?.id ?? '', instance?.name ?? '') ?? instance
  }

  create(asked: NewInstance): CloudAnswer<Instance> {
    const refused =
      this.#calls.fault('CreateInstance', asked.name) ?? this.#calls.exceeds('instances', this.#idByName.size + 1)
    if (refused) return refused
    if (!this.#zones.includes(asked.zone))
      return refuse('InvalidParameter', `there is no zone ${asked.zone}, only ${this.#zones.join(', ')}`)
    if (this.byName(asked.name) !== undefined) return refuse('AlreadyExists', `an instance is named ${asked.name}`)
    const instance: Instance = { ...asked, id: newId('i', this.#random), state: 'pending' }
    this.#byId.set(instance.id, instance)
    this.#idByName.set(instance.name, instance.id)
    this.#charts.start(instance.id, this.#latencies)
    return this.get(instance.id)!
  }

  start(id: string): CloudAnswer<Instance> {
    return this.#tell('StartInstance', id, 'start', ['stopped'])
  }

  stop(id: string): CloudAnswer<Instance> {
    return this.#tell('StopInstance', id, 'stop', ['running'])
  }

  terminate(id: string): CloudAnswer<Instance> {
    return this.#tell('TerminateInstance', id, 'terminate', ['pending', 'running', 'stopping', 'stopped'])
  }

  /** Told what is so or under way already, it does nothing. */
  #tell(
    operation: Operation,
    id: string,
    type: 'start' | 'stop' | 'terminate',
    from: readonly InstanceState[],
  ): CloudAnswer<Instance> {
    const instance = this.get(id)
    const refused: CloudError | undefined =
      this.#calls.fault(operation, id, instance?.name ?? '') ??
      (instance === undefined ? refuse('NotFound', `there is no instance ${id}`) : undefined)
    if (refused) return refused
    const { state } = instance!
    if (from.includes(state)) this.#charts.send(id, { type })
    else if (!SO_ALREADY[type].includes(state))
      return refuse('IncorrectState', `instance ${id} is ${state}: it cannot be told to ${type}`)
    return this.get(id)!
  }

  #entered(id: string, state: InstanceState): void {
    const instance = this.#byId.get(id)!
    this.#byId.set(id, { ...instance, state })
    if (state === 'terminated' && this.#idByName.get(instance.name) === id) this.#idByName.delete(instance.name)
    this.#calls.changed('instance', id)
  }
}

const SO_ALREADY: Readonly<Record<'start' | 'stop' | 'terminate', readonly InstanceState[]>> = {
  start: ['pending', 'running'],
  stop: ['stopping', 'stopped'],
  terminate: ['terminating', 'terminated'],
}
