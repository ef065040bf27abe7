import { describe, expect, it } from 'vitest'
import { reachOf } from './reach.ts'

const files: Readonly<Record<string, string>> = {
  'shared.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: kube-system}\n',
  'own.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
}
const reach = (text: string, docString?: string) => reachOf([{ text, docString }], (path) => files[path])

describe('a scenario is alone on a real cluster where it changes what others see', () => {
  it.each([
    ['node "worker-1" is drained'],
    ['exactly 3 Pods of Deployment "web" are still Ready after node "worker-1" is drained'],
    ['Node "worker-1" is patched with:'],
    ['field "spec.unschedulable" of Node "worker-1" is set to "true"'],
    ['these manifests are applied:', '{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}}'],
    ['Deployment "kube-system/coredns" is scaled to 0 replicas'],
    ['kubectl "drain worker-1 --ignore-daemonsets" is run'],
    ['kubectl "apply -f shared.yaml" is run'],
    ['kubectl "label node worker-1 disk=ssd" is run'],
    ['kubectl "delete clusterrole reader" is run'],
    ['the manifests in "shared.yaml" are applied'],
  ])('%s', (text, docString?: string) => expect(reach(text, docString).alone).toBe(true))

  it.each([
    ['a cluster'],
    ['namespace "dev"'],
    ['these manifests are applied:', '{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: dev}}'],
    ['these manifests are applied:', 'kind: [broken'],
    ['Pod "web-0" is deleted'],
    ['kubectl "apply -f own.yaml" is run'],
    ['kubectl "get nodes" is run'],
    ['kubectl "create namespace dev" is run'],
    ['node "worker-1" is Ready'],
  ])('not by %s', (text, docString?: string) => expect(reach(text, docString).alone).toBe(false))

  it('counts on nodes where it says on which, and needs some where something is to run', () => {
    expect(reach('exactly 2 Pods of DaemonSet "agent" are Ready')).toMatchObject({
      countsNodes: true,
      needsNodes: true,
    })
    expect(reach('Deployment "web" is Available')).toMatchObject({ countsNodes: false, needsNodes: true })
    expect(reach('user "jane" cannot list "pods" in namespace "prod"')).toMatchObject({ needsNodes: false })
  })
})
