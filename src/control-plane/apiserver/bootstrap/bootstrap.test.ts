import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ClusterRole, KubernetesObject, PolicyRule } from '../../../api/types.ts'
import { bootstrapObjects } from './index.ts'
import { kubeadmAccess } from './kubeadm.ts'
import { parseRule } from './rules.ts'

const RECORDED = new URL('../../../../../shared/golden/initial-objects.json', import.meta.url)

const KINDS = {
  'rbac.authorization.k8s.io/v1/clusterroles': 'ClusterRole',
  'rbac.authorization.k8s.io/v1/clusterrolebindings': 'ClusterRoleBinding',
  'rbac.authorization.k8s.io/v1/roles': 'Role',
  'rbac.authorization.k8s.io/v1/rolebindings': 'RoleBinding',
  'scheduling.k8s.io/v1/priorityclasses': 'PriorityClass',
} as const

type Recorded = Readonly<Record<string, { readonly items: readonly KubernetesObject[] }>>

describe.skipIf(!existsSync(RECORDED))('objects of a fresh cluster (skipped without ../shared/golden)', () => {
  const recorded = existsSync(RECORDED) ? (JSON.parse(readFileSync(RECORDED, 'utf8')) as Recorded) : {}
  const ours = bootstrapObjects()

  for (const [resource, kind] of Object.entries(KINDS))
    it(`has the ${kind}s of the recording`, () => {
      const mine = ours.filter((object) => object.kind === kind).map(content)
      const theirs = (recorded[resource]?.items ?? []).map((object) => content({ ...object, kind } as KubernetesObject))
      expect(new Map(mine)).toEqual(new Map(theirs))
    })

  it('leads the aggregation controller to the recorded rules', () => {
    const items = (recorded['rbac.authorization.k8s.io/v1/clusterroles']?.items ?? []) as ClusterRole[]
    for (const name of ['view', 'edit', 'admin'])
      expect(sorted(gathered(name)), name).toEqual(sorted(items.find((r) => r.metadata.name === name)?.rules ?? []))
  })
})

describe('kubeadmAccess', () => {
  it('makes the group of admin.conf administrators', () => {
    const binding = kubeadmAccess().find((object) => object.metadata.name === 'kubeadm:cluster-admins')
    expect(binding).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'Group', name: 'kubeadm:cluster-admins' }],
    })
  })

  it('binds only roles that exist', () => {
    const all = [...bootstrapObjects(), ...kubeadmAccess()]
    const roles = new Set(all.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`))
    for (const object of all)
      if (object.kind === 'ClusterRoleBinding' || object.kind === 'RoleBinding') {
        const { roleRef, metadata } = object as { roleRef: { kind: string; name: string } } & KubernetesObject
        const namespace = roleRef.kind === 'Role' ? metadata.namespace : ''
        expect(roles).toContain(`${roleRef.kind} ${namespace} ${roleRef.name}`)
      }
  })
})

describe('parseRule', () => {
  it('refuses a text of neither form', () => {
    expect(() => parseRule('get pods')).toThrow('not a rule: get pods')
  })
})

/** What must agree; the rules of aggregated roles are another's to fill in. */
function content(object: KubernetesObject): [string, unknown] {
  const { metadata, kind, apiVersion: _version, ...rest } = object as KubernetesObject & Partial<ClusterRole>
  const { name, namespace, labels, annotations, generation } = metadata
  const { rules, ...others } = rest as Partial<ClusterRole>
  const kept = others.aggregationRule === undefined ? { rules: sorted(rules ?? []) } : {}
  return [
    `${kind} ${namespace ?? ''}/${name}`,
    { labels, annotations, generation: generation ?? undefined, ...others, ...kept },
  ]
}

function gathered(name: string): PolicyRule[] {
  const label = `rbac.authorization.k8s.io/aggregate-to-${name}`
  const sources = (bootstrapObjects() as ClusterRole[]).filter((each) => each.metadata.labels?.[label] === 'true')
  return sources.flatMap((each) => (each.aggregationRule ? gathered(each.metadata.name) : [...(each.rules ?? [])]))
}

const sorted = (rules: readonly PolicyRule[]): string[] =>
  rules
    .map(({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }) =>
      JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs].map((each) => [...each].sort())),
    )
    .sort()
