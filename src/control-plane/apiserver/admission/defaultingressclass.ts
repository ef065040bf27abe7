import type { Ingress, KubernetesObject } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'
import { newestDefault } from './defaultclass.ts'

/** An Ingress that names no class gets the default one. Source: plugin/pkg/admission/network/defaultingressclass/admission.go */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  resources: ['ingresses.networking.k8s.io'],
  operations: ['CREATE'],
  admit(object, { subresource, server }) {
    const ingress = object as Ingress
    if (subresource !== undefined || ingress.spec?.ingressClassName !== undefined) return object
    if (ingress.metadata?.annotations?.['kubernetes.io/ingress.class'] !== undefined) return object
    const found = newestDefault(server.readAll('IngressClass'), ['ingressclass.kubernetes.io/is-default-class'])
    if (found === undefined) return object
    return { ...ingress, spec: { ...ingress.spec, ingressClassName: found.metadata.name } } as KubernetesObject
  },
}
