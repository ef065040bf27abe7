import { beforeEach, describe, expect, it } from 'vitest'
import type { ApiResponse } from '../../../api/request.ts'
import type { KubernetesObject, Pod, PodDisruptionBudget, Status } from '../../../api/types.ts'
import { World } from '../testing/world.ts'

const labels = { app: 'web' }
const ready = { type: 'Ready', status: 'True' }

function runningPod(name: string, isReady = true): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'nginx' }] },
    status: { phase: 'Running', conditions: isReady ? [ready] : [] },
  } as KubernetesObject
}

function budget(status: PodDisruptionBudget['status'], spec = {}): KubernetesObject {
  const metadata = { name: 'web', namespace: 'default' }
  const selector = { matchLabels: labels }
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { selector, ...spec },
    status,
  } as never
}

const none = { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, observedGeneration: 1 }
const one = { ...none, disruptionsAllowed: 1, currentHealthy: 2 }

let world: World

beforeEach(() => {
  world = new World()
  const metadata = { name: 'default', namespace: 'default' }
  if (world.ask('get', 'serviceaccounts', 'default', 'default').code === 404)
    world.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata })
})

function given(object: KubernetesObject, resource: string): void {
  world.create(resource, object)
  const { name, namespace } = object.metadata
  world.ask('update', `${resource}/status`, namespace, name, {
    change: (current: KubernetesObject) => ({ ...current, status: (object as Pod).status }) as KubernetesObject,
  } as never)
}

function evict(name: string, options?: { readonly dryRun: boolean }): ApiResponse {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } }
  return world.ask('create', 'pods/eviction', 'default', name, { body, ...(options && { options }) } as never)
}

const isGoing = (name: string): boolean =>
  (world.ask('get', 'pods', 'default', name).body as Pod).metadata.deletionTimestamp !== undefined
const storedBudget = () => world.ask('get', 'policy/poddisruptionbudgets', 'default', 'web').body as PodDisruptionBudget

describe('an eviction', () => {
  it('is refused where the budget allows no disruption, with the cause', () => {
    given(runningPod('a'), 'pods')
    given(budget(none), 'policy/poddisruptionbudgets')
    const { code, body } = evict('a')
    expect(code).toBe(429)
    expect((body as Status).details?.causes).toEqual([
      { reason: 'DisruptionBudget', message: 'The disruption budget web needs 1 healthy pods and has 1 currently' },
    ])
    expect(isGoing('a')).toBe(false)
  })

  it('takes a disruption and names the pod in the budget', () => {
    given(runningPod('a'), 'pods')
    given(budget(one), 'policy/poddisruptionbudgets')
    expect(evict('a').code).toBe(201)
    expect(isGoing('a')).toBe(true)
    expect(storedBudget().status).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { a: expect.any(String) },
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }],
    })
  })

  it('leaves no mark when it is a dry run', () => {
    given(runningPod('a'), 'pods')
    given(budget(one), 'policy/poddisruptionbudgets')
    expect(evict('a', { dryRun: true }).code).toBe(201)
    expect(isGoing('a')).toBe(false)
    expect(storedBudget().status?.disruptionsAllowed).toBe(1)
  })

  it('waits for a controller that is behind', () => {
    given(runningPod('a'), 'pods')
    given(budget({ ...one, observedGeneration: 0 }), 'policy/poddisruptionbudgets')
    const { code, retryAfterSeconds } = evict('a')
    expect([code, retryAfterSeconds]).toEqual([429, 10])
  })

  it.each([
    ['AlwaysAllow', 201],
    ['IfHealthyBudget', 429],
  ])('of a pod that is not ready answers to unhealthyPodEvictionPolicy %s', (policy, code) => {
    given(runningPod('a', false), 'pods')
    given(budget({ ...none, currentHealthy: 0 }, { unhealthyPodEvictionPolicy: policy }), 'policy/poddisruptionbudgets')
    expect(evict('a').code).toBe(code)
  })

  it('checks what the client knows of the pod before it marks it', () => {
    given(runningPod('a'), 'pods')
    const body = { metadata: { name: 'a', namespace: 'default' }, deleteOptions: { preconditions: { uid: 'other' } } }
    const { code } = world.ask('create', 'pods/eviction', 'default', 'a', { body } as never)
    expect(code).toBe(409)
    const { status } = world.ask('get', 'pods', 'default', 'a').body as Pod
    expect(status?.conditions?.map(({ type }) => type)).toEqual(['Ready'])
  })
})
