import type { DaemonSet, KubernetesObject } from '../../api/types.ts'

export interface CloudControllerManagerOptions {
  readonly version: string
  readonly podCIDR: string
  /** The name of the provider: --cloud-provider. */
  readonly provider: string
  /** --configure-cloud-routes */
  readonly routes: boolean
}

const NAME = 'cloud-controller-manager'
const LABELS = { 'k8s-app': NAME }
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'

/**
 * What one applies to a cluster whose kubelets run with --cloud-provider=external.
 * Source: kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller (its example manifest)
 */
export function cloudControllerManager(options: CloudControllerManagerOptions): readonly KubernetesObject[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: 'kube-system' } },
    ...access(),
    daemonSet(options),
  ]
}

function access(): readonly KubernetesObject[] {
  const apiGroup = 'rbac.authorization.k8s.io'
  const subject = { kind: 'ServiceAccount', name: NAME, namespace: 'kube-system' }
  const rule = (group: string, resources: string, verbs: string) => ({
    apiGroups: [group],
    resources: resources.split(' '),
    verbs: verbs.split(' '),
  })
  return [
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name: `system:${NAME}` },
      rules: [
        rule('', 'events', 'create patch update'),
        rule('', 'nodes', 'delete get list patch update watch'),
        rule('', 'nodes/status', 'patch update'),
        rule('', 'services', 'get list patch update watch'),
        rule('', 'services/status', 'patch update'),
        rule('', 'serviceaccounts', 'create get list watch'),
        rule('', 'serviceaccounts/token', 'create'),
        rule('coordination.k8s.io', 'leases', 'create get list update watch'),
      ],
    } as KubernetesObject,
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: `system:${NAME}` },
      roleRef: { apiGroup, kind: 'ClusterRole', name: `system:${NAME}` },
      subjects: [subject],
    } as KubernetesObject,
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: { name: `${NAME}:apiserver-authentication-reader`, namespace: 'kube-system' },
      roleRef: { apiGroup, kind: 'Role', name: 'extension-apiserver-authentication-reader' },
      subjects: [subject],
    } as KubernetesObject,
  ]
}

/** One on each control plane node; it must come up before any node is initialised. */
function daemonSet({ version, podCIDR, provider, routes }: CloudControllerManagerOptions): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: NAME, namespace: 'kube-system', labels: LABELS },
    spec: {
      selector: { matchLabels: LABELS },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels: LABELS } as never,
        spec: {
          serviceAccountName: NAME,
          priorityClassName: 'system-cluster-critical',
          hostNetwork: true,
          nodeSelector: { [CONTROL_PLANE]: '' },
          tolerations: [
            { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' },
            { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoSchedule' },
            { key: CONTROL_PLANE, operator: 'Exists', effect: 'NoSchedule' },
          ],
          containers: [
            {
              name: NAME,
              image: `registry.k8s.io/${NAME}:${version}`,
              imagePullPolicy: 'IfNotPresent',
              command: [
                `/usr/local/bin/${NAME}`,
                `--cloud-provider=${provider}`,
                '--controllers=*',
                '--leader-elect=true',
                '--use-service-account-credentials=true',
                '--allocate-node-cidrs=true',
                `--configure-cloud-routes=${routes}`,
                `--cluster-cidr=${podCIDR}`,
              ],
              resources: { requests: { cpu: '100m', memory: '50Mi' } },
              livenessProbe: {
                httpGet: { host: '127.0.0.1', path: '/healthz', port: 10258, scheme: 'HTTPS' },
                initialDelaySeconds: 20,
                timeoutSeconds: 5,
              },
            },
          ],
        },
      },
    },
  }
}
