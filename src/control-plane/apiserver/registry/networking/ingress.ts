import type { Ingress, IngressRule } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { resourceTexts } from '../columns/resource-texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { validateIngress, validateIngressStatusUpdate, validateIngressUpdate } from '../validation/ingress.ts'

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
const MOST_HOSTS = 3

/** Source: printers.go formatHosts. */
function hostsText(rules: readonly IngressRule[] = []): string {
  const named: string[] = []
  let more = false
  for (const { host } of rules) {
    if (named.length === MOST_HOSTS) more = true
    else if (host) named.push(host)
  }
  const text = named.join(',') || '*'
  return more ? `${text} + ${rules.length - MOST_HOSTS} more...` : text
}

/** Source: printers.go ingressLoadBalancerStatusStringer; Tables are always made wide, so nothing is shortened. */
const addressText = ({ status }: Ingress): string =>
  [...new Set((status?.loadBalancer?.ingress ?? []).map((each) => each.ip || each.hostname || ''))]
    .filter(Boolean)
    .sort()
    .join(',')

/** Source: pkg/registry/networking/ingress/strategy.go WarningsOnCreate. */
function warnings({ metadata, spec }: Ingress, old: Ingress | undefined): readonly string[] {
  const annotated = metadata.annotations?.[CLASS_ANNOTATION] !== undefined && spec?.ingressClassName === undefined
  if (old || !annotated) return []
  return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
}

const texts = resourceTexts.Ingress

export const ingress = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  resource: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  namespaced: true,
  subresources: statusSubresource,
  schema: 'io.k8s.api.networking.v1.Ingress',
  prepareForCreate: (ingress) => ({ ...ingress, status: { loadBalancer: {} } }),
  prepareForUpdate: (ingress, old) => ({ ...ingress, status: old.status }) as Ingress,
  prepareForStatusUpdate: (ingress, old) => ({ ...ingress, spec: old.spec }) as Ingress,
  warnings,
  validate: validateIngress,
  validateUpdate: validateIngressUpdate,
  validateStatusUpdate: validateIngressStatusUpdate,
  columns: [
    nameColumn,
    column('Class', texts.class, ({ spec }) => spec?.ingressClassName ?? '<none>'),
    column('Hosts', texts.hosts, ({ spec }) => hostsText(spec?.rules)),
    column('Address', texts.address, addressText),
    column('Ports', texts.ports, ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')),
    ageColumn,
  ],
})
