import type {
  Container,
  ContainerPort,
  EnvVar,
  HTTPGetAction,
  Lifecycle,
  Probe,
  ResourceFieldSelector,
} from '../../../../api/types.ts'
import { canonicalResources, canonicalText } from './resource-list.ts'

/**
 * Host, path, tag and digest of an image; what does not look like that has no tag at all.
 * Source: github.com/distribution/reference regexp.go ReferenceRegexp
 */
const IMAGE =
  /^(?:(?:localhost|[A-Za-z\d-]*[A-Z][A-Za-z\d-]*|[A-Za-z\d-]+(?:\.[A-Za-z\d-]+)+|[A-Za-z\d.-]+(?=:)|\[[a-fA-F\d:]+\])(?::\d+)?\/)?[a-z\d]+(?:(?:\.|_|__|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:\.|_|__|-+)[a-z\d]+)*)*(?::(\w[\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z\d]*(?:[-_+.][A-Za-z][A-Za-z\d]*)*:[a-fA-F\d]{32,}))?$/

/** `Always` for `:latest` and for no tag. Source: defaults.go SetDefaults_Container, pkg/util/parsers ParseImageName. */
export function pullPolicyOf(image: string | undefined): string {
  const match = IMAGE.exec(image ?? '')
  if (match === null) return 'IfNotPresent'
  const [, tag, digest] = match
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent'
}

const httpGetDefaults = (action: HTTPGetAction): HTTPGetAction =>
  action.path && action.scheme ? action : { ...action, path: action.path || '/', scheme: action.scheme || 'HTTP' }

/** Source: defaults.go SetDefaults_Probe. */
export function probeDefaults(probe: Probe): Probe {
  const httpGet = probe.httpGet && httpGetDefaults(probe.httpGet)
  const grpc = probe.grpc && (probe.grpc.service === undefined ? { ...probe.grpc, service: '' } : probe.grpc)
  return {
    ...probe,
    ...(httpGet && { httpGet }),
    ...(grpc && { grpc }),
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  }
}

const handlerDefaults = <T extends { readonly httpGet?: HTTPGetAction }>(handler: T): T =>
  handler.httpGet ? { ...handler, httpGet: httpGetDefaults(handler.httpGet) } : handler

const lifecycleDefaults = ({ postStart, preStop, ...rest }: Lifecycle): Lifecycle => ({
  ...rest,
  ...(postStart && { postStart: handlerDefaults(postStart) }),
  ...(preStop && { preStop: handlerDefaults(preStop) }),
})

const portDefaults = (port: ContainerPort): ContainerPort => (port.protocol ? port : { ...port, protocol: 'TCP' })

/** A quantity is never absent in Go: it is written as 0. */
export function resourceFieldDefaults(selector: ResourceFieldSelector): ResourceFieldSelector {
  const divisor = canonicalText(selector.divisor ?? '0')
  return divisor === selector.divisor ? selector : { ...selector, divisor }
}

function envDefaults(env: EnvVar): EnvVar {
  const { fieldRef, fileKeyRef, resourceFieldRef } = env.valueFrom ?? {}
  if (resourceFieldRef) {
    const complete = resourceFieldDefaults(resourceFieldRef)
    return complete === resourceFieldRef ? env : { ...env, valueFrom: { ...env.valueFrom, resourceFieldRef: complete } }
  }
  if (fieldRef && !fieldRef.apiVersion) {
    return { ...env, valueFrom: { ...env.valueFrom, fieldRef: { ...fieldRef, apiVersion: 'v1' } } }
  }
  if (fileKeyRef && fileKeyRef.optional === undefined) {
    return { ...env, valueFrom: { ...env.valueFrom, fileKeyRef: { ...fileKeyRef, optional: false } } }
  }
  return env
}

function resourcesDefaults(container: Container): Container['resources'] {
  const { limits, requests, ...rest } = container.resources ?? {}
  return {
    ...rest,
    ...(limits && { limits: canonicalResources(limits) }),
    ...(requests && { requests: canonicalResources(requests) }),
  }
}

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_Container and zz_generated.defaults.go. `resources` is never absent. */
export function containerDefaults<T extends Container>(container: T): T {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle, ports, env } = container
  return {
    ...container,
    resources: resourcesDefaults(container),
    ...(ports && { ports: ports.map(portDefaults) }),
    ...(env && { env: env.map(envDefaults) }),
    ...(livenessProbe && { livenessProbe: probeDefaults(livenessProbe) }),
    ...(readinessProbe && { readinessProbe: probeDefaults(readinessProbe) }),
    ...(startupProbe && { startupProbe: probeDefaults(startupProbe) }),
    ...(lifecycle && { lifecycle: lifecycleDefaults(lifecycle) }),
    terminationMessagePath: container.terminationMessagePath || '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy || 'File',
    imagePullPolicy: container.imagePullPolicy || pullPolicyOf(container.image),
  }
}
