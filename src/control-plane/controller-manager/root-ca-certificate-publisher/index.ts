import { isStatus, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { isNamespaceTerminating } from '../pod-control.ts'

/** Puts the cluster's CA into every namespace, for pods to trust the API server by. Source: pkg/controller/certificates/rootcacertpublisher/publisher.go */
export const rootCACertificatePublisherController: ControllerDescriptor = {
  name: 'root-ca-certificate-publisher-controller',
  account: 'root-ca-cert-publisher',
  component: 'root-ca-cert-publisher',
  start: startRootCACertificatePublisher,
}

const NAME = 'kube-root-ca.crt'
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

function startRootCACertificatePublisher({ client, informers, world, authority }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/root-ca-certificate-publisher-controller',
    world,
    reconcile: (namespace) => publish(client, namespace, authority.rootCA),
  })
  const stops = [
    informers.on('Namespace', ({ type, object }, old) => {
      const active = type !== 'DELETED' && object.status?.phase === 'Active'
      if (active && old?.status?.phase !== 'Active') loop.queue.add(object.metadata.name)
    }),
    informers.on('ConfigMap', ({ object: { metadata } }) => loop.queue.add(metadata.namespace!), {
      fieldSelector: `metadata.name=${NAME}`,
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

function publish(client: Client, namespace: string, rootCA: string): Status | undefined {
  if (client.get('Namespace', namespace)?.status?.phase !== 'Active') return undefined
  const data = { 'ca.crt': rootCA }
  const annotations = { 'kubernetes.io/description': DESCRIPTION }
  const there = client.get('ConfigMap', NAME, namespace)
  if (there?.data?.['ca.crt'] === rootCA && Object.keys(there.data).length === 1) return undefined
  const answer =
    there === undefined
      ? client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace, annotations }, data })
      : client.update('ConfigMap', NAME, namespace, (now) => ({
          ...now,
          metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, ...annotations } },
          data,
        }))
  return isStatus(answer) && !isNamespaceTerminating(answer) ? answer : undefined
}
