import type { KubernetesObject, Node } from '../../api/types.ts'

/** What Events about a node refer to: no revision of it. Source: pkg/controller/util/node/controller_utils.go RecordNodeEvent */
export function nodeReference({ metadata: { name, uid } }: Node): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: uid! } }
}
