import { describe, expect, test } from 'vitest'
import type { ClusterRoleBinding, KubernetesObject, Namespace } from '../api/types.ts'
import { isStatus } from '../api/types.ts'
import { startLoop } from '../client/work-loop.ts'
import type { ControllerDescriptor } from '../control-plane/controller-manager/controller.ts'
import type { Extension } from './extension.ts'
import { createCluster } from './index.ts'

/** Gives every Namespace the label `cost-center`. */
const costCenter: ControllerDescriptor = {
  name: 'cost-center-controller',
  account: 'cost-center-controller',
  component: 'cost-center-controller',
  start({ client, informers, world }) {
    const labelled = ({ metadata, ...rest }: Namespace): Namespace => ({
      ...rest,
      metadata: { ...metadata, labels: { ...metadata.labels, 'cost-center': 'none' } },
    })
    const reconcile = (name: string) => {
      if (client.get('Namespace', name)?.metadata.labels?.['cost-center'] !== undefined) return undefined
      const answer = client.update('Namespace', name, undefined, labelled)
      return isStatus(answer) ? answer : undefined
    }
    const loop = startLoop({ component: 'controller-manager/cost-center-controller', world, reconcile })
    const stop = informers.on('Namespace', ({ object }) => loop.queue.add(object.metadata.name))
    return {
      stop() {
        stop()
        loop.stop()
      },
    }
  },
}

const noSecrets: Extension = {
  name: 'no-secrets',
  admissionPlugins: [
    {
      name: 'NoSecrets',
      resources: ['secrets'],
      operations: ['CREATE'],
      admit: (object) => ({
        ...object!,
        metadata: { ...object!.metadata, annotations: { seen: 'NoSecrets' } },
      }),
    },
  ],
}

const centers: Extension = { name: 'centers', controllers: [costCenter] }

const secret: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } }

describe('a controller of an extension', () => {
  const labelOf = (flags: Record<string, string>) => {
    const cluster = createCluster({ extensions: [centers], extraArgs: { 'kube-controller-manager': flags } })
    cluster.client().create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'cost-center-controller' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'cost-center-controller', namespace: 'kube-system' }],
    } as ClusterRoleBinding)
    cluster.clock.advance(60_000)
    return cluster.client().get('Namespace', 'default')?.metadata.labels?.['cost-center']
  }
  test('runs in kube-controller-manager', () => expect(labelOf({})).toBe('none'))
  test('is stopped by name', () =>
    expect(labelOf({ controllers: '*,bootstrapsigner,tokencleaner,-cost-center-controller' })).toBeUndefined())
})

describe('an admission plug-in of an extension', () => {
  const created = (flags: Record<string, string>) => {
    const cluster = createCluster({ extensions: [noSecrets], extraArgs: { 'kube-apiserver': flags } })
    const answer = cluster.client().create(secret)
    return isStatus(answer) ? answer.message : answer.metadata.annotations
  }
  test('is asked', () => expect(created({})).toEqual({ seen: 'NoSecrets' }))
  test('is turned off by name', () => expect(created({ 'disable-admission-plugins': 'NoSecrets' })).toBeUndefined())
})

test('a program of an extension is its Pod’s service account', () => {
  const heard: string[] = []
  const who: Extension = {
    name: 'who',
    images: [
      {
        name: 'example.com/who:v1',
        program: (cluster) => ({
          start(process) {
            const client = cluster.connect(process)
            heard.push(typeof client === 'string' ? client : client.user)
          },
        }),
      },
    ],
  }
  const cluster = createCluster({ extensions: [who] })
  const pod = (name: string, spec: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'example.com/who:v1' }], ...spec },
  })
  cluster.client().create(pod('a', {}))
  cluster.clock.advance(20_000)
  cluster.client().create(pod('b', { automountServiceAccountToken: false }))
  cluster.clock.advance(20_000)
  expect(heard).toEqual([
    'system:serviceaccount:default:default',
    'open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory',
  ])
})

test.each([
  [{ name: 'x', controllers: [{ ...costCenter, name: 'job-controller' }] }, 'its controllers', 'job-controller'],
  [{ name: 'x', admissionPlugins: [{ name: 'LimitRanger' }] }, 'its admissionPlugins', 'LimitRanger'],
  [{ name: 'x', schedulerPlugins: { NodeName: () => ({ name: 'NodeName' }) } }, 'its schedulerPlugins', 'NodeName'],
])('names that are taken are refused: %#', (extension, part, name) => {
  expect(() => createCluster({ extensions: [extension] })).toThrow(
    `extension x: the name "${name}" of ${part} is taken`,
  )
})
