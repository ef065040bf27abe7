import { describe, expect, test } from 'vitest'
import { localNamespaces } from './local-names.ts'

function names() {
  const made = localNamespaces('1a2b')
  made.adopt('default')
  made.adopt('dev')
  made.adopt('kube-system')
  return made
}

describe('namespaces of a scenario in a cluster that others use too', () => {
  test('have names of their own; those of the cluster keep theirs', () => {
    const { of, owns } = names()
    expect(['default', 'dev', 'kube-system', 'prod'].map(of)).toEqual([
      'kubedrill-1a2b',
      'dev-1a2b',
      'kube-system',
      'prod',
    ])
    expect(['default', 'dev-1a2b', 'kube-system'].map(owns)).toEqual([false, true, false])
  })

  test.each([
    ['web.default.svc.cluster.local', 'web.kubedrill-1a2b.svc.cluster.local'],
    ['http://web.dev/', 'http://web.dev-1a2b/'],
    ['http://web.dev:8080/default/x', 'http://web.dev-1a2b:8080/default/x'],
    ['http://web/', 'http://web/'],
    ['in API group "" in the namespace "dev"', 'in API group "" in the namespace "dev-1a2b"'],
    ['No resources found in default namespace.', 'No resources found in kubedrill-1a2b namespace.'],
    [
      'error processing PVC default/data: PVC is not bound',
      'error processing PVC kubedrill-1a2b/data: PVC is not bound',
    ],
    ['/opt/pvc-1_default_data', '/opt/pvc-1_kubedrill-1a2b_data'],
    ['the default of kubernetes.io/dev', 'the default of kubernetes.io/dev'],
  ])('%s', (text, local) => {
    expect(names().inText(text)).toBe(local)
  })

  test('in command lines', () => {
    const line = 'get pods -n dev --namespace=default -ndev --raw /api/v1/namespaces/dev/pods dev'
    expect(names().inCommand(line.split(' ')).join(' ')).toBe(
      'get pods -n dev-1a2b --namespace=kubedrill-1a2b -ndev-1a2b --raw /api/v1/namespaces/dev-1a2b/pods dev',
    )
  })
})
