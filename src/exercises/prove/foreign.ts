import type { KubernetesObject } from '../../api/types.ts'
import { names } from './asked.ts'

interface Subject {
  readonly kind: string
  readonly namespace?: string
}
interface Binding extends KubernetesObject {
  readonly subjects?: readonly Subject[]
  readonly roleRef?: { readonly kind: string; readonly name: string }
}

/**
 * The set-up's objects without those that only bring software along, a provisioner for instance: they lie in namespaces
 * that task.md does not name, or grant rights to nobody but Pods there; nor does a role that nobody has hold anybody back.
 */
export function withoutForeign(objects: readonly KubernetesObject[], task: string): readonly KubernetesObject[] {
  const isNamed = ({ metadata }: KubernetesObject) => names(task, metadata.name)
  const isForeign = (namespace = 'default') => namespace !== 'default' && !names(task, namespace)
  const bindings = objects.filter((object): object is Binding => /^(Cluster)?RoleBinding$/.test(object.kind))
  const servesForeign = ({ subjects = [], metadata }: Binding) =>
    isForeign(metadata.namespace) ||
    (subjects.length > 0 && subjects.every(({ kind, namespace }) => kind === 'ServiceAccount' && isForeign(namespace)))
  return objects.filter((object) => {
    const { kind, metadata } = object
    if (isNamed(object)) return true
    if (kind === 'Namespace') return !isForeign(metadata.name)
    if (kind === 'ClusterRoleBinding') return !servesForeign(object)
    if (kind === 'ClusterRole') {
      const bound = bindings.filter(({ roleRef }) => roleRef?.kind === kind && roleRef.name === metadata.name)
      return !bound.every(servesForeign)
    }
    return metadata.namespace === undefined || !isForeign(metadata.namespace)
  })
}
