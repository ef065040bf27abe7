import type { ComponentName } from '../cluster/contract.ts'
import { DURATION, parseDuration } from './durations.ts'

/** An object a step speaks of: `Deployment "web"`, `Pod "dev/web-0"`. */
export interface ObjectRef {
  readonly kind: string
  readonly name: string
  /** Undefined: the default namespace, or none for kinds that live in no namespace. */
  readonly namespace?: string
}

export type Count =
  | { readonly bound: 'exactly' | 'at least' | 'at most'; readonly number: number; readonly text: string }
  | { readonly bound: 'all'; readonly number: undefined; readonly text: string }

/** Some Pods: how many of which. */
export interface PodsRef {
  readonly count: Count
  readonly owner?: ObjectRef
  readonly labelSelector?: string
  readonly node?: string
  readonly namespace?: string
  readonly text: string
}

export interface ComponentRef {
  readonly component: ComponentName
  /** The host it runs on; undefined: wherever it runs. */
  readonly host?: string
  readonly text: string
}

export interface Principal {
  readonly user: string
  readonly groups: readonly string[]
}

/** What a solution has to survive. */
export type Disturbance = { readonly text: string } & (
  | { readonly what: 'reboot' | 'drain'; readonly node: string }
  | { readonly what: 'reschedule' }
  | { readonly what: 'time'; readonly ms: number }
)

export interface ParameterTypeDefinition {
  readonly name: string
  readonly regexp: RegExp
  readonly transformer: (...groups: string[]) => unknown
  /** What it stands for, with an example where it is not a set of words. */
  readonly says: string
  /** Whether its regular expression is a set of words. */
  readonly isWords?: boolean
}

export function objectRef(kind: string, path: string): ObjectRef {
  const slash = path.indexOf('/')
  return slash < 0 ? { kind, name: path } : { kind, namespace: path.slice(0, slash), name: path.slice(slash + 1) }
}

export function parseCount(text: string): Count {
  const number = Number(/\d+/.exec(text)?.[0] ?? (/\b(a|an|one)\b/.test(text) ? 1 : 0))
  if (/^(the|all|every)\b/.test(text) && !/^all \d/.test(text)) return { bound: 'all', number: undefined, text }
  if (text.startsWith('at least')) return { bound: 'at least', number, text }
  if (text.startsWith('at most')) return { bound: 'at most', number, text }
  // "a Pod is Running": one such Pod is enough
  if (/^(a|an)\b/.test(text)) return { bound: 'at least', number, text }
  return { bound: 'exactly', number, text }
}

/** Whether `found` of `all` is what the count asks for. */
export function counts(count: Count, found: number, all: number): boolean {
  if (count.bound === 'all') return all > 0 && found === all
  if (count.bound === 'at least') return found >= count.number
  if (count.bound === 'at most') return found <= count.number
  return found === count.number
}

function component(text: string): ComponentRef {
  const host = / (?:on|of) (?:[Nn]ode )?"([^"]+)"/.exec(text)?.[1]
  const member = /etcd member "([^"]+)"/.exec(text)?.[1]
  if (member) return { component: 'etcd', host: member, text }
  const names: readonly (readonly [RegExp, ComponentRef['component']])[] = [
    [/etcd/, 'etcd'],
    [/API server|apiserver/, 'kube-apiserver'],
    [/cloud.controller.manager/, 'cloud-controller-manager'],
    [/controller.manager/, 'kube-controller-manager'],
    [/scheduler/, 'kube-scheduler'],
    [/kubelet/, 'kubelet'],
    [/containerd|container runtime/, 'containerd'],
    [/kube-proxy/, 'kube-proxy'],
    [/CoreDNS/, 'coredns'],
  ]
  return { component: names.find(([pattern]) => pattern.test(text))![1], host, text }
}

export function principal(text: string): Principal {
  const [, name = '', groupNames] = /"([^"]+)"(?: of groups? "([^"]+)")?/.exec(text) ?? []
  if (text.startsWith('an anonymous')) return { user: 'system:anonymous', groups: ['system:unauthenticated'] }
  if (!/^(the )?service ?account/i.test(text))
    return { user: name, groups: [...(groupNames?.split(/,\s*/) ?? []), 'system:authenticated'] }
  const { namespace = 'default', name: account } = objectRef('ServiceAccount', name)
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  return { user: `system:serviceaccount:${namespace}:${account}`, groups }
}

function disturbance(text: string): Disturbance {
  const node = /^node "([^"]+)"/.exec(text)?.[1]
  if (node !== undefined) return { text, what: text.endsWith('reboots') ? 'reboot' : 'drain', node }
  if (text.startsWith('its Pods')) return { text, what: 'reschedule' }
  return { text, what: 'time', ms: parseDuration(text) }
}

const words = (name: string, says: string, regexp: RegExp): ParameterTypeDefinition => ({
  name,
  regexp,
  transformer: (text) => text,
  says,
  isWords: true,
})

/** The parameter types of the vocabulary. The regular expressions are literals, one a line, so that editors find them. */
export const parameterTypes: readonly ParameterTypeDefinition[] = [
  {
    name: 'object',
    says: 'An object: its kind and its name, with its namespace where it is not the one in force: `Deployment "web"`, `Pod "dev/web-0"`, `Certificate.cert-manager.io "x"`.',
    // A custom resource's kind goes with its group: Certificate.cert-manager.io "x"
    regexp: /([A-Z][A-Za-z]*(?:\.[a-z0-9.-]+)?) "([^"]*)"/,
    transformer: (kind, path) => objectRef(kind!, path!),
  },
  {
    name: 'pods',
    says: 'Some Pods, and how many of them: `exactly 3 Pods of Deployment "web"`, `the Pods matching "app=x" on node "n"`, `no Pods of Job "j"`, `a Pod in namespace "dev"`, `every Pod`. An owner may also be a Service (the Pods it selects) or a Node.',
    regexp:
      /((?:exactly \d+|at least \d+|at most \d+|\d+|exactly one|at least one|one|no|the|a|all|all the|all \d+|every) Pods?(?: of [A-Z][A-Za-z.]* "[^"]*"| matching "[^"]*")?(?: in namespace "[^"]*")?(?: on (?:node|Node) "[^"]*")?)/,
    transformer: (text) => podsRef(text!),
  },
  {
    name: 'count',
    says: '`3`, `exactly 3`, `at least 3`, `at most 5`, `one`, `no`.',
    regexp: /(?:exactly |at least |at most )?(?:\d+|one)|no/,
    transformer: (text) => parseCount(text!),
  },
  {
    name: 'duration',
    says: 'A number and a unit (`90 seconds`, `1 minute and 30 seconds`, `1m30s`) or a default of Kubernetes by its name, see below.',
    regexp: new RegExp(DURATION),
    transformer: (text) => parseDuration(text!),
  },
  {
    name: 'within',
    says: 'How long to wait for it: ` within 2 minutes`, or nothing. Without it a step waits for 60 seconds.',
    regexp: new RegExp(`(?: within (?:${DURATION}))?`),
    transformer: (text) => (text ? parseDuration(text.replace(' within ', '')) : undefined),
  },
  {
    name: 'component',
    says: '`the scheduler`, `the controller manager`, `the API server on "cp-1"`, `the kubelet on node "worker-1"`, `kube-proxy on node "worker-1"`, `the container runtime on node "worker-1"`, `the cloud controller manager`, `CoreDNS`, `etcd member "etcd-1"`.',
    regexp:
      /(?:the )?etcd member "[^"]+"|(?:the )?(?:API server|kube-apiserver|cloud controller manager|cloud-controller-manager|controller manager|kube-controller-manager|scheduler|kube-scheduler|kubelet|container runtime|containerd|kube-proxy|CoreDNS|etcd)(?: (?:on|of) (?:node |Node )?"[^"]+")?/,
    transformer: (text) => component(text!),
  },
  words(
    'state',
    'What kubectl prints, or the type of a condition; with a capital: `Running`, `CrashLoopBackOff`, `NotReady`, `Complete`, `Init:0/1`.',
    /[A-Z][A-Za-z]*(?:[:,][A-Za-z0-9/]+)?/,
  ),
  {
    name: 'principal',
    says: '`user "jane"`, `user "jane" of group "developers"` (several, separated by commas: `of groups "developers, testers"`), `service account "dev/builder"`, `an anonymous user`.',
    regexp:
      /(?:the )?user "[^"]+"(?: of groups? "[^"]+")?|(?:the )?service account "[^"]+"|(?:ServiceAccount|User) "[^"]+"|an anonymous user/,
    transformer: (text) => principal(text!),
  },
  words(
    'verb',
    'A verb of the API.',
    /get|list|watch|create|update|patch|delete|deletecollection|impersonate|bind|escalate/,
  ),
  words('truth', 'The status of a condition.', /True|False|Unknown/),
  {
    name: 'disturbance',
    says: '`node "worker-1" reboots` (the simulator only), `node "worker-1" is drained`, `its Pods are rescheduled`, or a duration.',
    regexp: new RegExp(`node "[^"]+" (?:reboots|is drained)|its Pods are rescheduled|(?:${DURATION})`),
    transformer: (text) => disturbance(text!),
  },
  words('action', 'What a component does.', /stops|starts|restarts|crashes/),
  words(
    'nodefault',
    'What happens to a machine.',
    /fails|reboots|recovers|loses power|comes back|is powered off|is powered on|is shut down/,
  ),
  words('loss', 'What happens to its network.', /loses|regains/),
  words('link', 'What happens to a connection.', /cut|healed|restored/),
  words('probe', 'Which probe.', /readiness|liveness|startup/),
  words('outcome', 'What comes of it.', /fails|succeeds|is refused|times out/),
  words('maintenance', 'What is done to a node.', /cordoned|uncordoned|drained/),
  words('eventtype', 'The type of an Event.', /Normal|Warning/),
  words('modal', 'May or may not.', /can|cannot/),
  words('presence', 'Whether there is one.', /a leader|no leader/),
  words('accepts', 'Takes them or not.', /accepts|refuses/),
  words('domain', 'What Pods are spread over.', /nodes?|zones?/),
  words('pressure', 'What a machine runs out of.', /memory|disk|PID/),
  words('amount', 'What containers take of their machine.', /cpu|memory|disk/),
  words('be', 'As grammar has it.', /is|are/),
  words('cloudthing', 'What is rented.', /instances?|disks? on an instance|disks?|snapshots?|load balancers?|routes?/),
  words('instancefate', 'What happens to an instance.', /started|stopped|deleted|terminated/),
  words('balancerscheme', 'For whom.', /internal|internet-facing/),
  words('balancerkind', 'Which kind.', /network|application/),
]

function podsRef(text: string): PodsRef {
  const owner = / of ([A-Z][A-Za-z]*) "([^"]*)"/.exec(text)
  return {
    count: parseCount(text.slice(0, text.indexOf(' Pod'))),
    owner: owner ? objectRef(owner[1]!, owner[2]!) : undefined,
    labelSelector: / matching "([^"]*)"/.exec(text)?.[1],
    node: / on [Nn]ode "([^"]*)"/.exec(text)?.[1],
    namespace: / in namespace "([^"]*)"/.exec(text)?.[1],
    text,
  }
}
