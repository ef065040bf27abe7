import type { APIService } from '../../../api/types.ts'

/** Whether the server made an APIService by itself: once when it started, or as long as a definition asks for it. */
export const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged'

interface Priority {
  readonly group: number
  readonly version: number
}

const at = (group: number, version = 15): Priority => ({ group, version })

/**
 * Where the built-in groups stand in discovery.
 * Source: pkg/controlplane/apiserver/aggregator.go DefaultGenericAPIServicePriorities, cmd/kube-apiserver/app/aggregator.go
 */
const priorities: Readonly<Record<string, Priority>> = {
  '/v1': at(18_000, 1),
  'apps/v1': at(17_800),
  'events.k8s.io/v1': at(17_750),
  'authentication.k8s.io/v1': at(17_700),
  'authorization.k8s.io/v1': at(17_600),
  'autoscaling/v1': at(17_500),
  'autoscaling/v2': at(17_500, 30),
  'batch/v1': at(17_400),
  'certificates.k8s.io/v1': at(17_300),
  'networking.k8s.io/v1': at(17_200),
  'policy/v1': at(17_100),
  'rbac.authorization.k8s.io/v1': at(17_000),
  'storage.k8s.io/v1': at(16_800),
  'apiextensions.k8s.io/v1': at(16_700),
  'admissionregistration.k8s.io/v1': at(16_700),
  'scheduling.k8s.io/v1': at(16_600),
  'coordination.k8s.io/v1': at(16_500),
  'node.k8s.io/v1': at(16_300),
  'discovery.k8s.io/v1': at(16_200),
  'resource.k8s.io/v1': at(16_200, 21),
  'flowcontrol.apiserver.k8s.io/v1': at(16_100, 21),
}

/** The APIService of a group and version that this server serves itself; undefined for one that is none of its own. */
export function builtInApiService(group: string, version: string): APIService | undefined {
  const priority = priorities[`${group}/${version}`]
  return priority && localApiService(group, version, 'onstart', priority)
}

/** Definitions come after everything built in. Source: pkg/controlplane/controller/crdregistration handleVersionUpdate */
export const customApiService = (group: string, version: string): APIService =>
  localApiService(group, version, 'true', at(1000, 100))

function localApiService(group: string, version: string, managed: string, priority: Priority): APIService {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}`, labels: { [AUTOMANAGED]: managed } },
    spec: {
      ...(group !== '' && { group }),
      version,
      groupPriorityMinimum: priority.group,
      versionPriority: priority.version,
    },
  }
}
