import type { NetworkPolicy, NetworkPolicyPort, NetworkPolicySpec } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { resourceTexts } from '../columns/resource-texts.ts'
import { formatLabelSelector } from '../columns/selectors.ts'
import { defineKind } from '../kind.ts'
import { validateNetworkPolicy, validateNetworkPolicyUpdate } from '../validation/networkpolicy.ts'

interface Rule {
  readonly ports?: readonly NetworkPolicyPort[]
}

function ruleDefaults<T extends Rule>(rule: T): T {
  if (!rule.ports?.some(({ protocol }) => protocol === undefined)) return rule
  return {
    ...rule,
    ports: rule.ports.map((port) => (port.protocol === undefined ? { ...port, protocol: 'TCP' } : port)),
  }
}

const policyTypes = ({ egress = [] }: NetworkPolicySpec): readonly string[] =>
  egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']

/** Source: pkg/apis/networking/v1/defaults.go SetDefaults_NetworkPolicy, SetDefaults_NetworkPolicyPort. */
function defaults(policy: NetworkPolicy): NetworkPolicy {
  const { spec } = policy
  if (!spec) return policy
  return {
    ...policy,
    spec: {
      ...spec,
      // A struct in Go: it is written out even when it is empty.
      podSelector: spec.podSelector ?? {},
      ...(spec.ingress && { ingress: spec.ingress.map(ruleDefaults) }),
      ...(spec.egress && { egress: spec.egress.map(ruleDefaults) }),
      policyTypes: spec.policyTypes?.length ? spec.policyTypes : policyTypes(spec),
    },
  }
}

export const networkPolicy = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  singular: 'networkpolicy',
  shortNames: ['netpol'],
  namespaced: true,
  schema: 'io.k8s.api.networking.v1.NetworkPolicy',
  defaults,
  validate: validateNetworkPolicy,
  validateUpdate: validateNetworkPolicyUpdate,
  columns: [
    nameColumn,
    column('Pod-Selector', resourceTexts.NetworkPolicy.podSelector, (each) =>
      formatLabelSelector(each.spec?.podSelector ?? {}),
    ),
    ageColumn,
  ],
})
