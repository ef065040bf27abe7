import { rfc3339 } from '../../../api/time.ts'
import type { KubernetesObject } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'

/** Makes the namespace that is missing. Source: plugin/pkg/admission/namespace/autoprovision/admission.go */
export const namespaceAutoProvision: AdmissionPlugin = {
  name: 'NamespaceAutoProvision',
  operations: ['CREATE'],
  admit(object, { namespace: name, dryRun, server }) {
    if (dryRun || name === undefined || server.read('Namespace', name) !== undefined) return object
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        uid: server.random.uuid(),
        creationTimestamp: rfc3339(server.clock.now()),
        labels: { 'kubernetes.io/metadata.name': name },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    } as KubernetesObject
    const at = (revision: number) => ({
      ...namespace,
      metadata: { ...namespace.metadata, resourceVersion: String(revision) },
    })
    server.etcd.put(`/registry/namespaces/${name}`, at, 0)
    return object
  },
}
