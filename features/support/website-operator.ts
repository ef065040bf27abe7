import {
  type Client,
  type Deployment,
  type Extension,
  type InCluster,
  isStatus,
  type ObjectMeta,
  resourceClient,
  type Status,
  startLoop,
} from 'kubedrill/extension'
import { extend } from 'kubedrill/gherkin'

/** An operator as the courses write it: every Website gets a Deployment of its own, and says how it is. */
interface Website {
  readonly apiVersion: 'example.com/v1'
  readonly kind: 'Website'
  readonly metadata: ObjectMeta
  readonly spec: { readonly image: string; readonly replicas: number }
  readonly status?: { readonly readyReplicas: number }
}

const WEBSITES = { group: 'example.com', version: 'v1', resource: 'websites' }

function reconcile(client: Client, key: string): Status | undefined {
  const [namespace, name = ''] = key.split('/')
  const websites = resourceClient<Website>(client, WEBSITES)
  const website = websites.get(name, namespace)
  if (website === undefined || website.metadata.deletionTimestamp !== undefined) return undefined
  const wanted = deploymentOf(website)
  const there = client.get('Deployment', name, namespace)
  const answer =
    there === undefined
      ? client.create(wanted)
      : client.update('Deployment', name, namespace, (now) =>
          differs(now, wanted) ? asWanted(now, website) : undefined,
        )
  if (isStatus(answer)) return answer
  const readyReplicas = there?.status?.readyReplicas ?? 0
  if (website.status?.readyReplicas === readyReplicas) return undefined
  const told = websites.updateStatus(name, namespace, (now) => ({ ...now, status: { readyReplicas } }))
  return isStatus(told) ? told : undefined
}

function asWanted(now: Deployment, { spec: { replicas, image } }: Website): Deployment {
  const { template } = now.spec
  const containers = (template.spec?.containers ?? []).map((container) => ({ ...container, image }))
  return { ...now, spec: { ...now.spec, replicas, template: { ...template, spec: { ...template.spec, containers } } } }
}

const differs = (now: Deployment, wanted: Deployment): boolean =>
  now.spec.replicas !== wanted.spec.replicas || imageOf(now) !== imageOf(wanted)

const imageOf = ({ spec }: Deployment): string | undefined => spec.template.spec?.containers[0]?.image

function deploymentOf({ apiVersion, kind, metadata: { name, namespace, uid }, spec }: Website): Deployment {
  const labels = { website: name }
  const owner = { apiVersion, kind, name, uid: uid!, controller: true, blockOwnerDeletion: true }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: namespace!, ownerReferences: [owner] },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels } as unknown as ObjectMeta,
        spec: { containers: [{ name: 'site', image: spec.image }] },
      },
    },
  }
}

const program = (cluster: InCluster) => ({
  start(process: Parameters<InCluster['connect']>[0]) {
    const client = cluster.connect(process)
    if (typeof client === 'string') {
      process.log(client, 'stderr')
      return process.exit(1)
    }
    const component = `website-operator/${process.pod?.metadata.name}`
    const loop = startLoop({ component, world: process.world, reconcile: (key) => reconcile(client, key) })
    const add = ({ namespace, name }: ObjectMeta) => loop.queue.add(`${namespace}/${name}`)
    const stops = [
      resourceClient<Website>(client, WEBSITES).watch({}, ({ object }) => add(object.metadata)),
      client.watch('Deployment', {}, ({ object: { metadata } }) => {
        const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Website')
        if (owner !== undefined) loop.queue.add(`${metadata.namespace}/${owner.name}`)
      }),
    ]
    process.onSignal(() => process.exit(0))
    process.onEnd(() => {
      for (const stop of stops) stop()
      loop.stop()
    })
  },
})

const extension: Extension = {
  name: 'website-operator',
  images: [{ name: 'example.com/website-operator:v1', program }],
}

extend(extension)
