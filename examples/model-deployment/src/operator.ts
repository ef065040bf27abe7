import {
  type Charts,
  type Client,
  createCharts,
  type Deployment,
  type EventRecorder,
  type InCluster,
  isStatus,
  type Loop,
  type Process,
  type Program,
  type ResourceClient,
  resourceClient,
  type Status,
  startLoop,
} from 'kubedrill/extension'
import { deploymentOf, labelsOf, serviceOf } from './dependents.js'
import { MODEL_DEPLOYMENTS, type ModelDeployment, type ModelStatus } from './model-deployment.js'
import { rolloutMachine } from './rollout.js'

/** The operator's binary: image example.com/model-operator. */
export function operatorProgram(cluster: InCluster): Program {
  return {
    start(process) {
      const client = cluster.connect(process)
      if (typeof client === 'string') {
        process.log(`no way to the API server: ${client}`, 'stderr')
        return process.exit(1)
      }
      const operator = new Operator(process, client, cluster.recorder(process, client, 'model-operator'))
      process.log('watching ModelDeployments')
      process.onSignal(() => process.exit(0))
      process.onEnd(() => operator.stop())
    },
  }
}

/** Level-based, as every controller: whatever has happened, the key of a model is worked through as things are now. */
class Operator {
  readonly #client: Client
  readonly #models: ResourceClient<ModelDeployment>
  readonly #recorder: EventRecorder
  readonly #loop: Loop
  readonly #rollouts: Charts<typeof rolloutMachine>
  /** The version each model was last asked to have. */
  readonly #asked = new Map<string, string>()
  readonly #stops: (() => void)[]

  constructor(process: Process, client: Client, recorder: EventRecorder) {
    this.#client = client
    this.#models = resourceClient(client, MODEL_DEPLOYMENTS)
    this.#recorder = recorder
    const component = `model-operator/${process.pod?.metadata.name}`
    this.#loop = startLoop({ component, world: process.world, reconcile: (key) => this.#reconcile(key) })
    this.#rollouts = createCharts(rolloutMachine, process.world, component, (key) => this.#loop.queue.add(key))
    this.#stops = [
      this.#models.watch({}, ({ object: { metadata } }) =>
        this.#loop.queue.add(`${metadata.namespace}/${metadata.name}`),
      ),
      client.watch('Deployment', { labelSelector: 'model' }, ({ object: { metadata } }) =>
        this.#loop.queue.add(`${metadata.namespace}/${metadata.labels?.model}`),
      ),
    ]
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    for (const key of [...this.#rollouts.keys()]) this.#rollouts.stop(key)
    this.#loop.stop()
  }

  #reconcile(key: string): Status | undefined {
    const [namespace, name] = key.split('/') as [string, string]
    const model = this.#models.get(name, namespace)
    if (model === undefined || model.metadata.deletionTimestamp !== undefined) {
      // What it owned is the garbage collector's.
      this.#rollouts.stop(key)
      this.#asked.delete(key)
      return undefined
    }
    this.#follow(key, model)
    const deployments = this.#client.list('Deployment', { namespace, labelSelector: `model=${name}` })
    const wanted = deployments.find(({ metadata }) => metadata.labels?.version === model.spec.version)
    if (wanted === undefined) return refusalOf(this.#client.create(deploymentOf(model)))
    if (isLoaded(wanted, model)) {
      const refused = this.#switchTo(model) ?? this.#remove(deployments.filter((each) => each !== wanted))
      if (refused !== undefined) return refused
      this.#rollouts.send(key, { type: 'loaded' })
    }
    return this.#report(key, model, wanted)
  }

  /** Begins the model's chart, or tells it that another version is asked for. */
  #follow(key: string, { spec: { version } }: ModelDeployment): void {
    const before = this.#asked.get(key)
    this.#asked.set(key, version)
    if (!this.#rollouts.has(key)) this.#rollouts.start(key, undefined)
    else if (before !== version) this.#rollouts.send(key, { type: 'versionChanged' })
  }

  /** Sends the model's requests to its new version. */
  #switchTo(model: ModelDeployment): Status | undefined {
    const { namespace, name } = model.metadata
    const service = this.#client.get('Service', name!, namespace)
    if (service === undefined) return refusalOf(this.#client.create(serviceOf(model)))
    const selector = labelsOf(model)
    if (service.spec?.selector?.version === selector.version) return undefined
    this.#recorder.event(model, 'Normal', 'Switched', `Serving version ${selector.version}`)
    return refusalOf(
      this.#client.update('Service', name!, namespace, (current) => ({
        ...current,
        spec: { ...current.spec, selector },
      })),
    )
  }

  #remove(deployments: readonly Deployment[]): Status | undefined {
    for (const { metadata } of deployments) {
      const refused = refusalOf(this.#client.delete('Deployment', metadata.name!, metadata.namespace))
      if (refused !== undefined) return refused
    }
    return undefined
  }

  #report(key: string, { metadata }: ModelDeployment, wanted: Deployment): Status | undefined {
    const servingVersion = this.#client.get('Service', metadata.name!, metadata.namespace)?.spec?.selector?.version
    const status: ModelStatus = {
      phase: String(this.#rollouts.state(key)?.value),
      readyReplicas: wanted.status?.readyReplicas ?? 0,
      ...(servingVersion !== undefined && { servingVersion }),
    }
    return refusalOf(
      this.#models.updateStatus(metadata.name!, metadata.namespace, (current) =>
        isSame(current.status, status) ? undefined : { ...current, status },
      ),
    )
  }
}

function isLoaded({ status, metadata }: Deployment, { spec }: ModelDeployment): boolean {
  return status?.observedGeneration === metadata.generation && (status?.availableReplicas ?? 0) >= spec.replicas
}

function isSame(a: ModelStatus | undefined, b: ModelStatus): boolean {
  return a?.phase === b.phase && a.servingVersion === b.servingVersion && a.readyReplicas === b.readyReplicas
}

function refusalOf(answer: unknown): Status | undefined {
  return isStatus(answer) && answer.status === 'Failure' ? answer : undefined
}
