import { createRecorder } from '../../client/recorder.ts'
import type { Process } from '../../node/contract.ts'
import type { InCluster } from '../extension.ts'
import type { ControlPlane } from './control-plane.ts'
import { componentUser } from './kube-controller-manager.ts'

const NOT_IN_CLUSTER =
  'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined'
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** The cluster as programs in its Pods reach it: by their service account. Source: client-go/rest/config.go InClusterConfig */
export function inCluster(plane: ControlPlane, readsBehind = false): InCluster {
  return {
    connect(process) {
      const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env
      if (!host || !port) return NOT_IN_CLUSTER
      if (process.pod === undefined || process.files.read(TOKEN) === undefined)
        return `open ${TOKEN}: no such file or directory`
      return plane.client(process.host, `${host}:${port}`, componentUser(accountOf(process)), readsBehind)
    },
    recorder: (process, client, component) => createRecorder(client, component, process.world, process.random),
  }
}

function accountOf({ pod }: Process): string {
  return `system:serviceaccount:${pod!.metadata.namespace}:${pod!.spec.serviceAccountName ?? 'default'}`
}
