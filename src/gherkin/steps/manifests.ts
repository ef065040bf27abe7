import type { Deployment, KubernetesObject, Pod } from '../../api/types.ts'
import type { ObjectRef } from '../parameter-types.ts'
import { find, podsOf } from '../pods.ts'
import { apply, done, parseManifests, submit } from '../request.ts'
import { isIn } from '../states.ts'
import { SpecError, type StepDefinition, step } from '../step.ts'
import { DEFAULT_WAIT_MS, type World } from '../world.ts'

/** Images that end at once unless told what to run: a Pod of one is there to be used from, so it sleeps. */
const TOOLS = /(^|\/)(busybox|alpine|debian|ubuntu|curl|netshoot)(:|$)/

/** What is put into the cluster. The short forms wait until what they made is ready, or stuck for good. */
export const manifestSteps: readonly StepDefinition[] = [
  step(
    'these manifests are applied:',
    {
      says: 'As `kubectl apply`: one or more YAML documents, which must be accepted.',
      example: `Given these manifests are applied:
  """yaml
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: settings}
  data: {mode: fast}
  """`,
    },
    (world: World, text: string) => applyAll(world, text),
  ),
  step(
    'the manifests in {string} are applied',
    {
      says: 'The same from a file, whose path is relative to the working directory.',
      example: 'Given the manifests in "manifests/web.yaml" are applied',
    },
    (world: World, path: string) => {
      if (world.options.readFile === undefined) world.incapable('read files')
      const text = textOf(path, world.options.readFile!)
      return applyAll(world, String(world.target.namingNodes?.(text) ?? text), path)
    },
  ),
  step(
    'these manifests are submitted:',
    {
      says: 'The manifests are sent and may be refused: what came of it, `the request is denied …` and `the response message …` say.',
      example: `When these manifests are submitted:
  """yaml
  {apiVersion: v1, kind: Pod, metadata: {name: root}, spec: {containers: [{name: c, image: nginx}], hostPID: true}}
  """`,
    },
    async (world: World, text: string) => {
      for (const object of parseManifests(text)) {
        world.attempt = await submit(world, object)
        if (world.attempt.code >= 400) break
      }
      await world.settle()
    },
  ),
  step(
    'a Deployment {string} of image {string} with {int} replica(s)',
    {
      says: 'A Deployment whose Pods carry the label app=NAME, with one container of that name. Waits until it is complete or stuck.',
      example: 'Given a Deployment "web" of image "nginx:1.27" with 2 replicas',
    },
    async (world: World, path: string, image: string, replicas: number) => {
      const deployment = deploymentOf(world, path, image, replicas)
      done(world, await apply(world, deployment))
      await ready(world, {
        kind: 'Deployment',
        name: deployment.metadata.name,
        namespace: deployment.metadata.namespace,
      })
    },
  ),
  step(
    'a Pod {string} of image {string}',
    {
      says: 'A Pod with the label app=NAME. Tools (curl, busybox, …) sleep, to be used from. Waits until it is Ready or stuck.',
      example: 'Given a Pod "client" of image "curl:8"',
    },
    async (world: World, path: string, image: string) => {
      const { name, namespace } = split(world, path)
      const pod: Pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace, labels: { app: name } },
        spec: { containers: [{ name, image, ...(TOOLS.test(image) ? { command: ['sleep', 'infinity'] } : {}) }] },
      }
      done(world, await apply(world, pod))
      await ready(world, { kind: 'Pod', name, namespace })
    },
  ),
  step(
    'a Service {string} selecting {string} on port {int}',
    {
      says: 'A ClusterIP Service; it selects by labels, separated by commas.',
      example: 'Given a Service "web" selecting "app=web" on port 80',
    },
    async (world: World, path: string, selector: string, port: number) => {
      const pairs = selector.split(',').map((pair) => pair.split('='))
      if (pairs.some((pair) => pair.length !== 2))
        throw new SpecError(`a Service selects by "key=value", not "${selector}"`)
      const service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: split(world, path),
        spec: { selector: Object.fromEntries(pairs), ports: [{ port, protocol: 'TCP' }] },
      }
      done(world, await apply(world, service))
      await world.settle()
    },
  ),
]

function split(world: World, path: string): { name: string; namespace: string } {
  const slash = path.indexOf('/')
  return slash < 0
    ? { name: path, namespace: world.namespace }
    : { namespace: path.slice(0, slash), name: path.slice(slash + 1) }
}

function textOf(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path)
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string }
    throw new SpecError(
      code === 'ENOENT'
        ? `${path}: there is no such file; paths are relative to the directory that the features are run in`
        : `${path}: ${message}`,
    )
  }
}

async function applyAll(world: World, text: string, file?: string): Promise<void> {
  const objects = parseManifests(text, file)
  if (objects.length === 0) throw new SpecError('there is no manifest to apply')
  for (const object of objects) done(world, await apply(world, object as KubernetesObject))
  await world.advance(0)
}

function deploymentOf(world: World, path: string, image: string, replicas: number): Deployment {
  const { name, namespace } = split(world, path)
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels } as never, spec: { containers: [{ name, image }] } },
    },
  }
}

const STUCK = [
  'CrashLoopBackOff',
  'ErrImagePull',
  'ImagePullBackOff',
  'CreateContainerConfigError',
  'Unschedulable',
  'Failed',
  'Succeeded',
]

/** Waits until the object is ready, is stuck for good, or the default wait is over; which of these, later steps say. */
async function ready(world: World, ref: ObjectRef): Promise<void> {
  const isReady = () => {
    const object = find(world, ref)
    return object !== undefined && isIn(object, ref.kind === 'Pod' ? 'Ready' : 'Complete')
  }
  const isStuck = () => {
    const pods =
      ref.kind === 'Pod'
        ? [find(world, ref)]
        : podsOf(world, { count: { bound: 'all', number: undefined, text: '' }, owner: ref, text: '' })
    return pods.some((pod) => pod !== undefined && STUCK.some((word) => isIn(pod, word)))
  }
  await world.until(() => isReady() || isStuck(), DEFAULT_WAIT_MS)
}
