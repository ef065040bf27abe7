import { AppsV1Api, CoreV1Api, KubeConfig, VersionApi, Watch } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kubeconfig } from './kubeconfig.ts'
import { Served } from './testing/served.ts'

describe('@kubernetes/client-node', () => {
  let served: Served
  const config = new KubeConfig()
  beforeAll(async () => {
    served = await Served.start()
    config.loadFromString(kubeconfig(served.server.url, served.credentials))
    await served.json('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  })
  afterAll(() => served.stop())

  it('reads the version and works with objects', async () => {
    expect((await config.makeApiClient(VersionApi).getCode()).gitVersion).toBe('v1.36.2')
    const core = config.makeApiClient(CoreV1Api)
    const body = { metadata: { name: 'c' }, data: { a: 'b' } }
    const made = await core.createNamespacedConfigMap({ namespace: 'default', body })
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date)
    const { items } = await core.listNamespacedConfigMap({ namespace: 'default' })
    expect(items.map(({ metadata }) => metadata?.name)).toContain('c')
    await core.replaceNamespacedConfigMap({ namespace: 'default', name: 'c', body: { ...made, data: { a: 'c' } } })
    await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'c' })
    await expect(core.readNamespacedConfigMap({ namespace: 'default', name: 'c' })).rejects.toMatchObject({ code: 404 })
  })

  it('reads and writes the scale of a Deployment', async () => {
    const apps = config.makeApiClient(AppsV1Api)
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
    const spec = { replicas: 2, selector: { matchLabels: { a: 'b' } }, template }
    await apps.createNamespacedDeployment({ namespace: 'default', body: { metadata: { name: 'd' }, spec } })
    const scale = await apps.readNamespacedDeploymentScale({ namespace: 'default', name: 'd' })
    await apps.replaceNamespacedDeploymentScale({
      namespace: 'default',
      name: 'd',
      body: { ...scale, spec: { replicas: 5 } },
    })
    expect((await apps.readNamespacedDeployment({ namespace: 'default', name: 'd' })).spec?.replicas).toBe(5)
  })

  it('watches', async () => {
    const seen: string[] = []
    const watch = await new Watch(config).watch(
      '/api/v1/namespaces/default/configmaps',
      {},
      (phase, object) => seen.push(`${phase} ${object.metadata.name}`),
      () => {},
    )
    const body = { metadata: { name: 'w' } }
    await config.makeApiClient(CoreV1Api).createNamespacedConfigMap({ namespace: 'default', body })
    await expect.poll(() => seen).toContain('ADDED w')
    watch.abort()
  })
})
