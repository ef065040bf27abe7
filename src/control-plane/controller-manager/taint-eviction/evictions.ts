import { disruptionTarget, setCondition } from '../../../api/conditions.ts'
import { keyOf, splitKey } from '../../../api/meta.ts'
import { isStatus, type Pod, type Status, type Taint } from '../../../api/types.ts'
import { type Charts, createCharts } from '../../../sim/chart.ts'
import type { ControllerContext } from '../controller.ts'
import { type Loop, startLoop } from '../machine.ts'
import { podEvictionMachine } from './machine.ts'
import { tolerationTime } from './tolerance.ts'

const COMPONENT = 'controller-manager/taint-eviction-controller'
/** Source: pkg/controller/tainteviction/taint_eviction.go retries */
const RETRIES = 5

/** The pods whose time on a tainted node runs: one chart each. Source: taint_eviction.go processPodOnNode */
export class TaintEvictions {
  readonly #context: ControllerContext
  /** NoExecute taints by node, of nodes that have some. */
  readonly #tainted = new Map<string, readonly Taint[]>()
  /** Since when a pod's time runs, by key. */
  readonly #since = new Map<string, number>()
  readonly #charts: Charts<typeof podEvictionMachine>
  readonly #deletions: Loop

  constructor(context: ControllerContext) {
    const { world } = context
    this.#context = context
    this.#charts = createCharts(podEvictionMachine, world, COMPONENT, (key) => this.#due(key))
    this.#deletions = startLoop({
      component: COMPONENT,
      world,
      reconcile: (key) => this.#evict(key),
      maxRetries: RETRIES,
    })
  }

  stop(): void {
    for (const key of [...this.#charts.keys()]) this.#charts.stop(key)
    this.#deletions.stop()
  }

  nodeGone(name: string): void {
    this.#tainted.delete(name)
  }

  taintsChanged(node: string, taints: readonly Taint[]): void {
    if (taints.length === 0) this.#tainted.delete(node)
    else this.#tainted.set(node, taints)
    for (const pod of this.#context.client.list('Pod', { fieldSelector: `spec.nodeName=${node}` }))
      this.#process(pod, taints)
  }

  podChanged(pod: Pod): void {
    const taints = this.#tainted.get(pod.spec.nodeName ?? '')
    if (taints !== undefined) this.#process(pod, taints)
  }

  cancel(key: string): void {
    if (!this.#since.delete(key)) return
    this.#charts.stop(key)
    this.#announce(key, 'Cancelling deletion of')
  }

  #process(pod: Pod, taints: readonly Taint[]): void {
    const key = keyOf(pod)
    const delayMs = tolerationTime(pod.spec.tolerations, taints)
    if (delayMs === 0 || delayMs === Number.POSITIVE_INFINITY) {
      this.cancel(key)
      if (delayMs === 0) this.#schedule(key, 0)
      return
    }
    const now = this.#context.world.clock.now()
    // Time that runs already is not prolonged by another taint.
    if ((this.#since.get(key) ?? now) < now) return
    this.cancel(key)
    this.#schedule(key, delayMs)
  }

  #schedule(key: string, delayMs: number): void {
    this.#since.set(key, this.#context.world.clock.now())
    this.#charts.start(key, { delayMs })
  }

  #due(key: string): void {
    this.#since.delete(key)
    // The chart is still in the middle of its last step.
    this.#context.world.clock.defer(() => !this.#since.has(key) && this.#charts.stop(key))
    this.#announce(key, 'Marking for deletion')
    this.#deletions.queue.add(key)
  }

  #announce(key: string, what: 'Marking for deletion' | 'Cancelling deletion of'): void {
    const { namespace, name } = splitKey(key)
    // As upstream the reference has no uid.
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: namespace! } }
    this.#context.recorder.event(pod, 'Normal', 'TaintManagerEviction', `${what} Pod ${key}`)
  }

  /** Source: taint_eviction.go addConditionAndDeletePod */
  #evict(key: string): Status | undefined {
    const { client, world } = this.#context
    const { namespace, name } = splitKey(key)
    if (client.get('Pod', name, namespace) === undefined) return undefined
    const marked = client.updateStatus('Pod', name, namespace, (pod) => withDisruptionTarget(pod, world.clock.now()))
    if (isStatus(marked)) return marked.reason === 'NotFound' ? undefined : marked
    const deleted = client.delete('Pod', name, namespace)
    return isStatus(deleted) && deleted.reason !== 'NotFound' ? deleted : undefined
  }
}

function withDisruptionTarget(pod: Pod, now: number): Pod {
  const condition = disruptionTarget(pod, 'DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint')
  const conditions = setCondition(pod.status?.conditions, condition, now)
  return conditions === pod.status?.conditions ? pod : { ...pod, status: { ...pod.status, conditions } }
}
