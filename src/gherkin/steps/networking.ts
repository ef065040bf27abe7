import type { Service } from '../../api/types.ts'
import type { RequestOutcome, RequestSource } from '../../cluster/contract.ts'
import { type Count, counts, type ObjectRef } from '../parameter-types.ts'
import { find, namespaceOf, onePodOf } from '../pods.ts'
import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** What reaches what. Requests are made from inside: resolved by the cluster DNS, routed by the node's rules. */
export const networkSteps: readonly StepDefinition[] = needing(
  (...args) => (args.some((arg) => (arg as Partial<ObjectRef> | undefined)?.kind === 'Node') ? 'hosts' : undefined),
  [
    step(
      '{object} has {count} ready endpoint(s){within}',
      {
        says: 'How many addresses of a Service are ready in its EndpointSlices.',
        example: 'Then Service "web" has 3 ready endpoints within 1 minute',
      },
      (world: World, ref: ObjectRef, count: Count, within?: number) =>
        world.eventually(() => {
          const ready = readyEndpoints(world, ref)
          return counts(count, ready, ready)
            ? undefined
            : `Service "${ref.name}" has ${ready} ready endpoints, not ${count.text}`
        }, within),
    ),
    step(
      'a request from {object} to {string} returns status {int}{within}',
      {
        says: 'An HTTP request from inside a Pod, or (the simulator only) from a Node.',
        example: 'Then a request from Pod "client" to "http://web/" returns status 200 within 10 seconds',
      },
      (world: World, ref: ObjectRef, url: string, status: number, within?: number) =>
        world.eventually(() => statusProblem(world, ref, url, status), within),
    ),
    step(
      'a request from {object} to {string} is answered with {string}{within}',
      {
        says: 'A text that the body of the answer contains.',
        example:
          'Then a request from Pod "client" to "http://web/" is answered with "Welcome to nginx" within 10 seconds',
      },
      (world: World, ref: ObjectRef, url: string, words: string, within?: number) =>
        world.eventually(async () => {
          const answer = await request(world, ref, url)
          if (answer.body?.includes(world.target.translate(words))) return undefined
          const found = answer.body ?? answer.because ?? answer.outcome
          return `${url} from ${ref.kind} "${ref.name}" is answered with ${answer.status ?? 'nothing'}:\n${found}${hops(answer)}`
        }, within),
    ),
    step(
      'a request from {object} to {string} is answered with header {string} {string}{within}',
      {
        says: 'A header of the answer, whatever case its name is in, and a text that its value contains.',
        example:
          'Then a request from Pod "client" to "http://web/" is answered with header "Content-Type" "text/html" within 10 seconds',
      },
      (world: World, ref: ObjectRef, url: string, name: string, words: string, within?: number) =>
        world.eventually(async () => headerProblem(url, name, words, await request(world, ref, url)), within),
    ),
    step(
      '{int} request(s) from {object} to {string} is/are answered by {count} different Pod(s)',
      {
        says: 'How requests are spread.',
        example: 'Then 90 requests from Pod "client" to "http://web/" are answered by exactly 2 different Pods',
      },
      (world: World, times: number, ref: ObjectRef, url: string, count: Count) =>
        // Rules follow endpoints with a delay (kube-proxy's minSyncPeriod), so this waits as other assertions do.
        world.eventually(async () => {
          const answers: RequestOutcome[] = []
          for (let made = 0; made < times; made++) answers.push(await request(world, ref, url))
          const failed = answers.find(({ outcome }) => outcome !== 'answered')
          if (failed) return `a request to ${url} was ${failed.outcome}: ${failed.because}${hops(failed)}`
          if (answers.some(({ pod }) => pod === undefined))
            world.incapable(`tell which Pod answers ${url}: use an image that answers with its host's name`)
          const pods = new Set(answers.map(({ pod }) => pod))
          if (counts(count, pods.size, pods.size)) return undefined
          return `${times} requests to ${url} were answered by ${pods.size} Pods: ${[...pods].join(', ')}`
        }, undefined),
    ),
    step(
      'a connection from {object} to {string} {outcome}',
      { says: 'To a URL or host:port.', example: 'Then a connection from Pod "client" to "db:5432" is refused' },
      (world: World, ref: ObjectRef, target: string, outcome: string) => {
        // What was just stopped or made takes effect a little later: rules are synced, DNS servers linger.
        return world.eventually(() => connectionProblem(world, ref, target, outcome), undefined)
      },
    ),
    step(
      '{string} resolves from {object} to the cluster IP of {object}',
      {
        says: "What the cluster's DNS answers the Pod.",
        example: 'Then "web.default.svc.cluster.local" resolves from Pod "client" to the cluster IP of Service "web"',
      },
      (world: World, name: string, from: ObjectRef, service: ObjectRef) =>
        world.eventually(async () => {
          const wanted = (find(world, service) as Service | undefined)?.spec.clusterIP
          const found = await resolve(world, from, name)
          return wanted !== undefined && found.includes(wanted)
            ? undefined
            : `"${name}" resolves to ${found.join(', ') || 'nothing'}, not ${wanted}`
        }, undefined),
    ),
    step(
      '{string} does not resolve from {object}',
      {
        says: 'The name is not known to whoever asks.',
        example: 'Then "web.other.svc.cluster.local" does not resolve from Pod "client"',
      },
      (world: World, name: string, from: ObjectRef) =>
        world.eventually(async () => {
          const found = await resolve(world, from, name)
          return found.length > 0 ? `"${name}" resolves to ${found.join(', ')}` : undefined
        }, undefined),
    ),
  ],
)

function readyEndpoints(world: World, ref: ObjectRef): number {
  if (ref.kind !== 'Service') throw new SpecError(`only a Service has endpoints, not ${ref.kind} "${ref.name}"`)
  const labelSelector = `kubernetes.io/service-name=${ref.name}`
  const slices = world.client.list('EndpointSlice', { namespace: namespaceOf(world, ref), labelSelector })
  return slices.flatMap((slice) => slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length
}

export async function statusProblem(world: World, ref: ObjectRef, url: string, status: number) {
  const answer = await request(world, ref, url)
  if (answer.status === status) return undefined
  const found = answer.status ?? `${answer.outcome}, ${answer.because}`
  return `${url} from ${ref.kind} "${ref.name}": ${found}${hops(answer)}`
}

function headerProblem(url: string, name: string, words: string, answer: RequestOutcome): string | undefined {
  const { headers = {} } = answer
  const value = headers[name.toLowerCase()]
  if (value?.includes(words)) return undefined
  if (answer.outcome !== 'answered') return `${url}: ${answer.outcome}, ${answer.because}${hops(answer)}`
  const others = Object.entries(headers).map(([key, each]) => `${key}: ${each}`)
  const found = value === undefined ? `has no header ${name}` : `has ${name}: ${value}, without "${words}"`
  return `the answer of ${url} (status ${answer.status}) ${found}${others.length > 0 ? `\n  ${others.join('\n  ')}` : ''}`
}

const OUTCOMES: Readonly<Record<string, RequestOutcome['outcome']>> = {
  succeeds: 'answered',
  'is refused': 'refused',
  'times out': 'timeout',
}

/** @param outcome succeeds, is refused, times out, or fails in any way */
export async function connectionProblem(world: World, ref: ObjectRef, target: string, outcome: string) {
  const url = /^\w+:\/\//.test(target) ? target : `http://${target}`
  const { outcome: found, because } = await request(world, ref, url)
  const wanted = OUTCOMES[outcome]
  if (wanted === undefined ? found !== 'answered' : found === wanted) return undefined
  if (found !== 'answered') return `the connection to ${target} ends with: ${found}, ${because}`
  const policy = world.client.list('NetworkPolicy').find(({ metadata }) => world.target.owns(metadata.namespace))
  const idle = policy !== undefined && world.target.cluster !== undefined
  return `the connection to ${target} succeeds${idle ? `: NetworkPolicy is not simulated, so "${policy.metadata.name}" is stored and stops nothing` : ''}`
}

/** Who asks: a Pod, one Pod of an owner, or a Node's host. */
function asker(world: World, ref: ObjectRef): RequestSource {
  if (ref.kind === 'Node') return { host: ref.name }
  const { name, namespace } = onePodOf(world, ref).metadata
  return { pod: name, namespace: namespace ?? 'default' }
}

const request = (world: World, ref: ObjectRef, url: string) =>
  world.target.request(asker(world, ref), world.target.translate(url))
const resolve = (world: World, ref: ObjectRef, name: string) =>
  world.target.resolve(asker(world, ref), world.target.translate(name))
const hops = ({ hops: list }: { readonly hops: readonly string[] }) =>
  list.length > 0 ? `\n  ${list.join('\n  ')}` : ''
