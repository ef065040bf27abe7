import { describe, expect, test } from 'vitest'
import type { ProvisionOptions } from '../external-provisioner/contract.ts'
import { configOfClass, isShared, parseConfig, pathOnNode } from './config.ts'
import { helperPod, parseHelperPod } from './helper-pod.ts'
import { folderOf } from './patterns.ts'

const map = (...nodes: [string, ...string[]][]) =>
  JSON.stringify({ nodePathMap: nodes.map(([node, ...paths]) => ({ node, paths })) })

describe('config.json', () => {
  test.each([
    [map(['a', 'x']), 'path must start with / for path x on node a'],
    [map(['a', '/']), "cannot use root ('/') as path on node a"],
    [map(['a', '/x', '/x']), 'duplicate path /x on node a'],
    [map(['a', '/x'], ['a', '/y']), 'duplicate node a'],
  ])('%s is refused', (text, why) => {
    expect(() => parseConfig(text)).toThrow(why)
  })

  test('names paths by node, with one for all others', () => {
    const config = parseConfig(map(['a', '/x', '/y'], ['DEFAULT_PATH_FOR_NON_LISTED_NODES', '/z']))
    expect(pathOnNode(config, 'a', '', () => 1)).toEqual({ path: '/y' })
    expect(pathOnNode(config, 'a', '/q', () => 0)).toEqual({ error: "config doesn't contain path /q on node a" })
    expect(pathOnNode(config, 'b', '', () => 0)).toEqual({ path: '/z' })
    expect(isShared(config)).toBe(false)
  })

  test('can name one directory that serves all nodes, and classes of their own', () => {
    expect(isShared(parseConfig('{"sharedFileSystemPath": "/s"}'))).toBe(true)
    expect(isShared(parseConfig('{}'))).toMatch(/unconfigured/)
    const config = parseConfig('{"storageClassConfigs": {"fast": {"sharedFileSystemPath": "/f"}}}')
    expect(configOfClass(config, 'fast')).toMatchObject({ sharedPath: '/f' })
    expect(configOfClass(config, 'slow')).toBe('BUG: Got request for unexpected storage class slow')
  })
})

describe('a volume', () => {
  const options = (parameters?: Record<string, string>): ProvisionOptions => ({
    storageClass: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'local-path' },
      provisioner: 'rancher.io/local-path',
      ...(parameters && { parameters }),
    },
    volumeName: 'pvc-1',
    claim: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'shop', labels: { tier: 'gold' } },
      spec: {},
    },
    selectedNode: 'a',
  })

  test('is kept in a folder that names its claim', () => {
    expect(folderOf(options())).toBe('pvc-1_shop_data')
    expect(folderOf(options({ pathPattern: '{{ .PVC.Namespace }}/{{ .PVC.Name }}/{{ .PVC.Labels.tier }}' }))).toBe(
      'shop/data/gold',
    )
  })

  test.each([
    ['{{ .PVC.Name }}', 'pathPattern must start with {{ .PVC.Namespace }}/{{ .PVC.Name }}/: data'],
    ['{{ .PVC.Namespace }}/{{ .PVC.Name }}/../x', 'folder path contains invalid references: shop/data/../x'],
    ['{{ range . }}', '"range ." is not simulated'],
  ])('is refused where the pattern is %s', (pathPattern, why) => {
    expect(() => folderOf(options({ pathPattern }))).toThrow(why)
  })
})

describe('the helper pod', () => {
  const template = parseHelperPod(
    '{metadata: {name: helper-pod}, spec: {containers: [{name: helper-pod, image: busybox}]}}',
  )
  const place = { namespace: 'local-path-storage', serviceAccountName: 'sa', configMap: 'local-path-config' }

  test('runs the script of the ConfigMap over the directory above the volume', () => {
    const task = {
      action: 'create',
      name: 'pvc-1',
      path: '/opt/v/pvc-1',
      mode: 'Filesystem',
      size: '1Ki',
      node: 'a',
      command: '',
    } as const
    expect(helperPod(template, task, place)).toMatchObject({
      metadata: { name: 'helper-pod-create-pvc-1', namespace: 'local-path-storage' },
      spec: {
        nodeName: 'a',
        restartPolicy: 'Never',
        volumes: [{ hostPath: { path: '/opt/v/' } }, { configMap: { name: 'local-path-config' } }],
        containers: [
          {
            command: ['/bin/sh', '/script/setup'],
            args: ['-p', '/opt/v/pvc-1', '-s', '1024', '-m', 'Filesystem', '-a', 'create'],
          },
        ],
      },
    })
  })

  test('has one container and no volumes of its own', () => {
    expect(() => parseHelperPod('{spec: {}}')).toThrow('does not specify any container')
    expect(() => parseHelperPod('{spec: {containers: [{}], volumes: [{}]}}')).toThrow('must not define custom volumes')
  })
})
