import { expect, it } from 'vitest'
import type { ClusterRole, ClusterRoleBinding, KubernetesObject } from '../../../api/types.ts'
import { Random } from '../../../sim/random.ts'
import { createApiServer } from '../index.ts'
import { World } from '../testing/world.ts'

const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate'
const ROLES = 'rbac/clusterroles'
const BINDINGS = 'rbac/clusterrolebindings'

class Restarted {
  readonly #world = new World({})

  get<T extends KubernetesObject>(resource: string, name: string): T {
    return this.#world.ask('get', resource, undefined, name).body as unknown as T
  }

  change<T extends KubernetesObject>(resource: string, name: string, change: (object: T) => Partial<T>): void {
    const object = this.get<T>(resource, name)
    const { code, body } = this.#world.ask('update', resource, undefined, name, {
      body: { ...object, ...change(object) },
    })
    expect(code, JSON.stringify(body)).toBe(200)
  }

  restart(): void {
    createApiServer({ clock: this.#world.clock, etcd: this.#world.etcd, random: new Random(2) })
  }
}

it('gives a role back the rules it lacks, one right each, and leaves what has been added', () => {
  const world = new Restarted()
  const before = world.get<ClusterRole>(ROLES, 'system:node-proxier').rules!
  const own = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] }
  world.change<ClusterRole>(ROLES, 'system:node-proxier', () => ({ rules: [...before.slice(1), own] }))
  world.restart()
  const { rules, metadata } = world.get<ClusterRole>(ROLES, 'system:node-proxier')
  const rights = before[0]!.resources!.flatMap((resource) =>
    before[0]!.verbs.map((verb) => ({ apiGroups: before[0]!.apiGroups, resources: [resource], verbs: [verb] })),
  )
  expect(rules).toEqual([...before.slice(1), own, ...rights])
  expect(metadata.annotations).toEqual({ [AUTO_UPDATE]: 'true' })
})

it('gives a binding back its subjects and labels', () => {
  const world = new Restarted()
  const { subjects, metadata } = world.get<ClusterRoleBinding>(BINDINGS, 'system:node-proxier')
  const own = { kind: 'User', name: 'ada', apiGroup: 'rbac.authorization.k8s.io' } as const
  const change = (object: ClusterRoleBinding) => ({
    subjects: [own],
    metadata: { ...object.metadata, labels: { team: 'blue' } },
  })
  world.change<ClusterRoleBinding>(BINDINGS, 'system:node-proxier', change)
  world.restart()
  const now = world.get<ClusterRoleBinding>(BINDINGS, 'system:node-proxier')
  expect(now.subjects).toEqual([own, ...subjects!])
  expect(now.metadata.labels).toEqual({ ...metadata.labels, team: 'blue' })
  expect(now.metadata.uid).toBe(metadata.uid)
})

it('leaves alone what is annotated so, and what is as it should be', () => {
  const world = new Restarted()
  world.change<ClusterRole>(ROLES, 'system:node-proxier', ({ metadata }) => ({
    rules: [],
    metadata: { ...metadata, annotations: { [AUTO_UPDATE]: 'false' } },
  }))
  const admin = world.get<ClusterRole>(ROLES, 'admin').metadata.resourceVersion
  world.restart()
  expect(world.get<ClusterRole>(ROLES, 'system:node-proxier').rules ?? []).toEqual([])
  expect(world.get<ClusterRole>(ROLES, 'admin').metadata.resourceVersion).toBe(admin)
})
