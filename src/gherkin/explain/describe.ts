import type { ContainerStatus, KubernetesObject, Pod, PodCondition } from '../../api/types.ts'
import { stateOf } from '../states.ts'
import { shownState } from './changes.ts'

const LINE_SHOWN = 240
/** What objects say of themselves that is long, or never why a step failed. */
const INVENTORY: ReadonlySet<string> = new Set([
  ...['images', 'nodeInfo', 'features', 'runtimeHandlers', 'daemonEndpoints', 'addresses', 'allocatable', 'capacity'],
  ...[
    'observedGeneration',
    'hostIP',
    'hostIPs',
    'podIP',
    'podIPs',
    'qosClass',
    'resources',
    'startTime',
    'volumesInUse',
  ],
  ...['volumesAttached', 'managedFields', 'config', 'runtimeClassName'],
])
/** Of what has no status. */
const UNTOLD: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status'])

/** An object and its state in few lines: what `kubectl describe` would be read for. */
export function described(object: KubernetesObject, stamp: (at: number) => string): string {
  const lines = object.kind === 'Pod' ? podLines(object as Pod, stamp) : statusLines(object, stamp)
  const { namespace, name } = object.metadata
  const where = namespace === undefined || namespace === 'default' ? '' : ` in namespace "${namespace}"`
  return [`${object.kind} "${name}"${where} is ${headline(object)}`, ...lines.map(shortened)].join('\n')
}

function headline(object: KubernetesObject): string {
  if (object.kind !== 'Pod') return stateOf(object)
  const { nodeName } = (object as Pod).spec
  return `${shownState(object)}, ${nodeName === undefined || nodeName === '' ? 'on no node' : `on ${nodeName}`}`
}

const shortened = (line: string) => `  ${line.length > LINE_SHOWN ? `${line.slice(0, LINE_SHOWN)}…` : line}`

function podLines({ status }: Pod, stamp: (at: number) => string): string[] {
  const init = (status?.initContainerStatuses ?? []).map((each) => `init container ${containerText(each, stamp)}`)
  const main = (status?.containerStatuses ?? []).map((each) => `container ${containerText(each, stamp)}`)
  const { reason, message } = status ?? {}
  const said = reason || message ? [`${reason ?? ''}: ${message ?? ''}`] : []
  const bad = (status?.conditions ?? []).filter(
    ({ status: is, type }) => (is === 'True') === BAD.has(type) && type !== 'ContainersReady',
  )
  return [...said, ...init, ...main, ...bad.map((each) => conditionText(each, stamp))]
}

/** Conditions that are good when they are not True. */
const BAD: ReadonlySet<string> = new Set(['DisruptionTarget', 'PodResizePending', 'PodResizeInProgress'])

function containerText(status: ContainerStatus, stamp: (at: number) => string): string {
  const { name, image, ready, restartCount, state = {}, lastState } = status
  const { waiting, running, terminated } = state
  const ended = terminated ?? lastState?.terminated
  const is = waiting
    ? `waiting, ${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}`
    : running
      ? `running since ${stamp(Date.parse(running.startedAt ?? ''))}, ${ready ? 'ready' : 'not ready'}`
      : ''
  const end = ended
    ? `ended with exit code ${ended.exitCode} (${ended.reason}) at ${stamp(Date.parse(ended.finishedAt ?? ''))}`
    : ''
  const restarts = restartCount > 0 ? `restarted ${restartCount} ${restartCount === 1 ? 'time' : 'times'}` : ''
  return `${name} (${image}): ${[is, restarts, end].filter(Boolean).join('; ')}`
}

type Condition = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message' | 'lastTransitionTime'>

function conditionText(condition: Condition, stamp: (at: number) => string): string {
  const { type, status, reason, message, lastTransitionTime } = condition
  const since = lastTransitionTime === undefined ? '' : ` since ${stamp(Date.parse(lastTransitionTime))}`
  const why = [reason, message].filter(Boolean).join(': ')
  return `${type}: ${status}${since}${why && `, ${why}`}`
}

/** Numbers and words on one line; conditions and lists a line an item. */
function statusLines(object: KubernetesObject, stamp: (at: number) => string): string[] {
  const { status, spec } = object as { readonly status?: object; readonly spec?: object }
  // What has nothing to say of its state is what was asked for.
  const says = Object.values(status ?? {}).some(
    (value) => Object.keys(Object(value)).length > 0 || Object(value) !== value,
  )
  const entries = Object.entries(says ? status! : (spec ?? object)).filter(
    ([name]) => !INVENTORY.has(name) && (says || !UNTOLD.has(name)),
  )
  const isPlain = (value: unknown) => typeof value !== 'object' || value === null
  const plain = entries.filter(([, value]) => isPlain(value)).map(([name, value]) => `${name}: ${String(value)}`)
  const rest = entries
    .filter(([, value]) => !isPlain(value))
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((item) =>
        name === 'conditions' ? conditionText(item as Condition, stamp) : `${name}: ${JSON.stringify(item)}`,
      ),
    )
  return [...(plain.length > 0 ? [plain.join(', ')] : []), ...rest]
}
