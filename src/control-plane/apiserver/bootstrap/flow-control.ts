import type {
  FlowControlSubject,
  FlowSchema,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
} from '../../../api/types.ts'

/** What every API server suggests and insists on. Source: apiserver/pkg/apis/flowcontrol/bootstrap/default.go */

const metadataOf = (name: string) => ({
  name,
  generation: 1,
  annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' },
})

function level(name: string, spec: PriorityLevelConfiguration['spec']): PriorityLevelConfiguration {
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: metadataOf(name),
    spec,
    status: {},
  }
}

const limited = (name: string, shares: number, lendable: number, queues: number, handSize = 6) =>
  level(name, {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
      lendablePercent: lendable,
    },
  })

export const priorityLevels = (): readonly PriorityLevelConfiguration[] => [
  limited('system', 30, 33, 64),
  limited('node-high', 40, 25, 64),
  limited('leader-election', 10, 0, 16, 4),
  limited('workload-high', 40, 50, 128),
  limited('workload-low', 100, 90, 128),
  limited('global-default', 20, 50, 128),
  level('catch-all', {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
  }),
  level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
]

const groups = (...names: readonly string[]): readonly FlowControlSubject[] =>
  names.map((name) => ({ kind: 'Group', group: { name } }))

const users = (...names: readonly string[]): readonly FlowControlSubject[] =>
  names.map((name) => ({ kind: 'User', user: { name } }))

const serviceAccounts: FlowControlSubject = {
  kind: 'ServiceAccount',
  serviceAccount: { namespace: 'kube-system', name: '*' },
}

const ALL = ['*']

const everything = (subjects: readonly FlowControlSubject[]): PolicyRulesWithSubjects => ({
  subjects,
  resourceRules: [{ verbs: ALL, apiGroups: ALL, resources: ALL, clusterScope: true, namespaces: ALL }],
  nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
})

const leases = (verbs: readonly string[]) => ({
  verbs,
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  namespaces: ALL,
})

const nodes = { verbs: ALL, apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true, namespaces: ALL }

type Method = 'ByUser' | 'ByNamespace' | undefined

function schema(
  name: string,
  levelName: string,
  matchingPrecedence: number,
  method: Method,
  rule: PolicyRulesWithSubjects,
): FlowSchema {
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: metadataOf(name),
    spec: {
      priorityLevelConfiguration: { name: levelName },
      matchingPrecedence,
      ...(method !== undefined && { distinguisherMethod: { type: method } }),
      rules: [rule],
    },
    status: {},
  }
}

const anybody = groups('system:unauthenticated', 'system:authenticated')

export const flowSchemas = (): readonly FlowSchema[] => [
  schema('system-nodes', 'system', 500, 'ByUser', everything(groups('system:nodes'))),
  schema('system-leader-election', 'leader-election', 100, 'ByUser', {
    subjects: [...users('system:kube-controller-manager', 'system:kube-scheduler'), serviceAccounts],
    resourceRules: [leases(['get', 'create', 'update'])],
  }),
  schema('system-node-high', 'node-high', 400, 'ByUser', {
    subjects: groups('system:nodes'),
    resourceRules: [nodes, leases(ALL)],
  }),
  schema(
    'kube-controller-manager',
    'workload-high',
    800,
    'ByNamespace',
    everything(users('system:kube-controller-manager')),
  ),
  schema('kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', everything([serviceAccounts])),
  schema('service-accounts', 'workload-low', 9000, 'ByUser', everything(groups('system:serviceaccounts'))),
  schema('kube-scheduler', 'workload-high', 800, 'ByNamespace', everything(users('system:kube-scheduler'))),
  schema('global-default', 'global-default', 9900, 'ByUser', everything(anybody)),
  schema('probes', 'exempt', 2, undefined, {
    subjects: anybody,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  schema('exempt', 'exempt', 1, undefined, everything(groups('system:masters'))),
  schema('catch-all', 'catch-all', 10_000, 'ByUser', everything(anybody)),
]
