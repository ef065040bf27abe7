import { equal } from '../../../api/equal.ts'
import type { Service, ServicePort } from '../../../api/types.ts'

/** Source: k8s.io/cloud-provider/service/helpers/helper.go LoadBalancerCleanupFinalizer */
export const CLEANUP = 'service.kubernetes.io/load-balancer-cleanup'

/** With a class it is another implementation's. Source: k8s.io/cloud-provider/controllers/service/controller.go wantsLoadBalancer */
export function wantsLoadBalancer({ spec }: Service): boolean {
  return spec?.type === 'LoadBalancer' && spec.loadBalancerClass === undefined
}

export function hasFinalizer({ metadata }: Service): boolean {
  return (metadata.finalizers ?? []).includes(CLEANUP)
}

/** Source: controller.go needsCleanup */
export function needsCleanup(service: Service): boolean {
  if (!hasFinalizer(service)) return false
  return service.metadata.deletionTimestamp !== undefined || service.spec?.type !== 'LoadBalancer'
}

/** Whether a change of a Service is one that its load balancer is concerned by. Source: controller.go needsUpdate */
export function needsUpdate(old: Service, service: Service): boolean {
  const wants = wantsLoadBalancer(service)
  if (!wants && !wantsLoadBalancer(old)) return false
  if (wants !== wantsLoadBalancer(old)) return true
  return !equal(traitsOf(old), traitsOf(service))
}

function traitsOf({ metadata, spec = {} }: Service): unknown {
  return [
    spec.loadBalancerSourceRanges ?? [],
    (spec.ports ?? []).map(portTraits),
    spec.sessionAffinity ?? '',
    spec.sessionAffinityConfig ?? {},
    spec.loadBalancerIP ?? '',
    spec.externalIPs ?? [],
    metadata.annotations ?? {},
    metadata.uid ?? '',
    spec.externalTrafficPolicy ?? '',
    spec.healthCheckNodePort ?? 0,
    (spec.ipFamilies ?? []).length,
  ]
}

/** Source: controller.go portEqualForLB */
function portTraits({ name = '', protocol, port, nodePort = 0, targetPort, appProtocol = '' }: ServicePort): unknown {
  return [name, protocol ?? '', port, nodePort, targetPort ?? 0, appProtocol]
}
