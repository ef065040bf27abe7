import { rfc3339 } from '../../../api/time.ts'
import type { Pod } from '../../../api/types.ts'
import type { NetworkAnswer, NetworkRequest } from '../../../network/contract.ts'
import { steady } from '../../../network/steady.ts'
import type { ContainerRuntime } from '../../container-runtime/contract.ts'
import { usageOf } from '../../container-runtime/usage/idle.ts'
import type { FileTree } from '../../contract.ts'
import { nodeUsage, resourceMetrics } from './resource-metrics.ts'

/** What the kubelet's own HTTP server needs. */
export interface KubeletServerParts {
  readonly nodeName: string
  readonly runtime: ContainerRuntime
  readonly files: FileTree
  readonly configuration: object
  readonly bootedAt: number
  now(): number
  pods(): readonly Pod[]
}

/** The client certificate with which the API server comes to kubelets. Source: kubeadm, apiserver-kubelet-client */
export const CLIENT_CERTIFICATE_HEADER = 'x-kubedrill-client-certificate'

/** localhost:10248. Source: pkg/kubelet/kubelet.go ListenAndServe, healthz */
export function answerHealthPort({ protocol, path }: NetworkRequest): NetworkAnswer {
  if (protocol !== 'HTTP') return {}
  return path === '/healthz' ? { ...OK, onStale: steady } : NOT_FOUND
}

/** :10250, for those who show who they are: a bearer token or a client certificate. Source: pkg/kubelet/server/server.go */
export function answerKubeletPort(parts: KubeletServerParts, request: NetworkRequest): NetworkAnswer {
  if (request.protocol !== 'HTTP') return {}
  const { headers = {} } = request
  if (headers.authorization === undefined && headers[CLIENT_CERTIFICATE_HEADER] === undefined)
    return { status: 401, body: 'Unauthorized', headers: TEXT }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, body: '405: Method Not Allowed', headers: TEXT }
  const path = (request.path ?? '/').replace(/\?.*$/, '').replace(/(.)\/$/, '$1')
  return routes[path]?.(parts) ?? logFile(parts.files, path) ?? NOT_FOUND
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' }
const JSON_TYPE = { 'content-type': 'application/json' }
const METRICS = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores' }
const OK = { status: 200, body: 'ok', headers: TEXT }
const NOT_FOUND: NetworkAnswer = { status: 404, body: '404 page not found\n', headers: TEXT }

const routes: Readonly<Record<string, (parts: KubeletServerParts) => NetworkAnswer>> = {
  '/healthz': () => OK,
  '/healthz/ping': () => OK,
  '/healthz/syncloop': () => OK,
  '/pods': ({ pods }) => json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods() }),
  '/runningpods': (parts) => json(runningPods(parts)),
  '/configz': ({ configuration }) => json({ kubeletconfig: configuration }),
  '/metrics/resource': ({ runtime, bootedAt, now }) => ({
    status: 200,
    body: resourceMetrics(runtime, bootedAt, now()),
    headers: METRICS,
  }),
  '/metrics': (parts) => ({ status: 200, body: ownMetrics(parts), headers: METRICS }),
  '/stats/summary': (parts) => json(summary(parts)),
}

function json(body: object): NetworkAnswer {
  return { status: 200, body: JSON.stringify(body), headers: JSON_TYPE }
}

function runningPods({ pods }: KubeletServerParts): object {
  const running = pods().filter(({ status }) => status?.phase === 'Running')
  const items = running.map(({ metadata: { name, namespace, uid }, spec: { containers } }) => ({
    metadata: { name, namespace, uid },
    spec: { containers: containers.map((each) => ({ name: each.name, image: each.image, resources: {} })) },
    status: {},
  }))
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items }
}

function ownMetrics({ nodeName, runtime, pods }: KubeletServerParts): string {
  const containers = [...runtime.containers()]
  const states = ['created', 'exited', 'running'] as const
  const counts = states.map((state) => containers.filter((each) => each.state === state).length)
  return `# HELP kubelet_node_name [ALPHA] The node's name. The count is always 1.
# TYPE kubelet_node_name gauge
kubelet_node_name{node="${nodeName}"} 1
# HELP kubelet_running_containers [ALPHA] Number of containers currently running
# TYPE kubelet_running_containers gauge
${states.map((state, i) => `kubelet_running_containers{container_state="${state}"} ${counts[i]}\n`).join('')}# HELP kubelet_running_pods [ALPHA] Number of pods that have a running pod sandbox
# TYPE kubelet_running_pods gauge
kubelet_running_pods ${pods().filter(({ status }) => status?.phase === 'Running').length}
`
}

/** Source: kubelet/pkg/apis/stats/v1alpha1/types.go Summary */
function summary({ nodeName, runtime, bootedAt, now, pods }: KubeletServerParts): object {
  const time = rfc3339(now())
  const node = nodeUsage(runtime, bootedAt, now())
  const figures = ({ cpu, memory, cpuSeconds }: { cpu: number; memory: number; cpuSeconds: number }) => ({
    cpu: { time, usageNanoCores: Math.round(cpu * 1e9), usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9) },
    memory: { time, usageBytes: memory, workingSetBytes: memory },
  })
  const statsOf = (pod: Pod) => {
    const sandbox = runtime.sandboxesOf(pod.metadata.uid ?? '')[0]
    const running =
      sandbox === undefined ? [] : runtime.containersOf(sandbox.id).filter((each) => each.state === 'running')
    const usages = running.map((each) => ({ each, usage: usageOf(each, now()) }))
    const sum = (key: 'cpu' | 'memory' | 'cpuSeconds') => usages.reduce((total, { usage }) => total + usage[key], 0)
    const { name, namespace, uid } = pod.metadata
    return {
      podRef: { name, namespace, uid },
      startTime: pod.status?.startTime,
      containers: usages.map(({ each, usage }) => ({
        name: each.config.container.name,
        startTime: rfc3339(each.startedAt ?? 0),
        ...figures(usage),
      })),
      ...figures({ cpu: sum('cpu'), memory: sum('memory'), cpuSeconds: sum('cpuSeconds') }),
    }
  }
  return { node: { nodeName, startTime: rfc3339(bootedAt), ...figures(node) }, pods: pods().map(statsOf) }
}

/** /logs/ shows /var/log. */
function logFile(files: FileTree, path: string): NetworkAnswer | undefined {
  const at = /^\/logs(\/.*)?$/.exec(path)
  if (at === null || at[1]?.includes('..')) return undefined
  const full = `/var/log${at[1] ?? ''}`
  const content = files.read(full)
  if (content !== undefined) return { status: 200, body: content, headers: TEXT }
  if (!files.isDirectory(full)) return undefined
  const names = files.list(full).map((name) => (files.isDirectory(`${full}/${name}`) ? `${name}/` : name))
  const links = names.map((name) => `<a href="${name}">${name}</a>\n`).join('')
  return {
    status: 200,
    body: `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links}</pre>\n`,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  }
}
