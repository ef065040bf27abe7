import { stringify } from 'yaml'
import type { Kind, KubernetesObject } from '../../api/types.ts'
import { RECORDED_KINDS } from '../history.ts'
import { ifReadable } from '../target.ts'
import type { World } from '../world.ts'
import { changeText, stateChanges } from './changes.ts'
import { eventsTold, eventText } from './events.ts'
import { stamp } from './stamp.ts'

/** Kinds whose objects a reader of a report looks for; of others the timeline tells. */
const KEPT: readonly Kind[] = [
  ...(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'Pod'] as const),
  ...(['Service', 'EndpointSlice', 'ConfigMap', 'PersistentVolumeClaim', 'PersistentVolume', 'Role'] as const),
  ...(['RoleBinding', 'NetworkPolicy', 'PodDisruptionBudget', 'HorizontalPodAutoscaler', 'Namespace', 'Node'] as const),
]
const OBJECTS_KEPT = 200

/** Everything a scenario did and what came of it, instant by instant: steps, changes of state, Events. */
export function timelineText(world: World): string {
  const at = (ms: number) => stamp(world, ms)
  const steps = world.story.steps.flatMap(({ index, text, order, from }) =>
    from === undefined ? [] : [{ at: from, order: order + 0.5, line: `step ${index + 1}  ${text}` }],
  )
  const changes = stateChanges(world)
    .filter(({ order }) => order > world.bootOrder)
    .map((change) => ({
      at: change.at,
      order: change.order,
      line: `  ${changeText({ change, times: 1, last: change }, at)}`,
    }))
  const events = ifReadable(() => eventsTold(world), []).map((told) => ({
    at: told.at,
    order: told.order,
    line: `  event ${eventText(told.event)}`,
  }))
  return [...steps, ...changes, ...events]
    .sort((a, b) => a.at - b.at || a.order - b.order)
    .map((entry) => `${at(entry.at).padEnd(8)} ${entry.line}`)
    .join('\n')
}

/** What there is, outside kube-system, as YAML documents. */
export function clusterState(world: World): string {
  const kinds = world.target.cluster === undefined ? RECORDED_KINDS : KEPT
  const objects: KubernetesObject[] = kinds.flatMap((kind) =>
    ifReadable(() => [...world.client.list(kind)], []).filter(
      ({ metadata: { namespace, name } }) =>
        !(namespace ?? '').startsWith('kube-') && name !== 'kube-root-ca.crt' && world.target.owns(namespace),
    ),
  )
  const shown = objects.slice(0, OBJECTS_KEPT)
  const more = objects.length > shown.length ? [`# and ${objects.length - shown.length} more objects\n`] : []
  return [...shown.map((object) => stringify(plain(object))), ...more].join('---\n')
}

/** Without what nobody reads. */
function plain(object: KubernetesObject): object {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
