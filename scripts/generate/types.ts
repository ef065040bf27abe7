import { type FieldFacts, type TypeFacts, types } from './facts.ts'

/** Types of another group that share their name with a core one get their group as a prefix, as in client-go's docs. */
const renamed: Readonly<Record<string, string>> = {
  'io.k8s.api.events.v1.Event': 'EventsEvent',
  'io.k8s.api.events.v1.EventList': 'EventsEventList',
  'io.k8s.api.events.v1.EventSeries': 'EventsEventSeries',
  'io.k8s.api.discovery.v1.EndpointPort': 'EndpointSlicePort',
  'io.k8s.api.core.v1.ResourceClaim': 'ContainerResourceClaim',
  'io.k8s.api.flowcontrol.v1.Subject': 'FlowControlSubject',
  'io.k8s.api.storage.v1.TokenRequest': 'CSITokenRequest',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference': 'ConversionServiceReference',
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference': 'APIServiceReference',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig': 'ConversionWebhookClientConfig',
}

function nameOf(type: string): string {
  const short = type.slice(type.lastIndexOf('.') + 1)
  if (/autoscaling\.v1\.(HorizontalPodAutoscaler|CrossVersionObjectReference)/.test(type)) return `${short}V1`
  return renamed[type] ?? short
}

const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  object: 'Readonly<Record<string, unknown>>',
  any: 'unknown',
}

function typescriptOf(field: FieldFacts): string {
  if (field.ref) return nameOf(field.ref)
  if (field.items) return `readonly ${parenthesized(typescriptOf(field.items))}[]`
  if (field.map) return `Readonly<Record<string, ${typescriptOf(field.map)}>>`
  if (field.format === 'int-or-string') return 'number | string'
  return scalars[field.type ?? 'any']!
}

const parenthesized = (type: string) => (/[ |]/.test(type) ? `(${type})` : type)

function interfaceOf(name: string, type: TypeFacts): string {
  const gvk = type.gvk?.[0]?.split('/')
  const isKind = gvk !== undefined && type.fields?.metadata?.ref?.endsWith('ObjectMeta')
  const fields = Object.entries(type.fields ?? {}).map(([field, facts]) => {
    if (gvk && field === 'kind') return `  readonly kind: '${gvk[2]}'`
    if (gvk && field === 'apiVersion') return `  readonly apiVersion: '${[gvk[0], gvk[1]].filter(Boolean).join('/')}'`
    if (name === 'ObjectMeta' && field === 'name') return '  readonly name: string'
    // The objects made of a template get names of their own.
    if (!isKind && field === 'metadata' && type.fields?.metadata?.ref?.endsWith('ObjectMeta'))
      return '  readonly metadata?: Partial<ObjectMeta>'
    const required = facts.required || (isKind && (field === 'metadata' || field === 'spec'))
    return `  readonly ${/^[\w$]+$/.test(field) ? field : `'${field}'`}${required ? '' : '?'}: ${typescriptOf(facts)}`
  })
  return `export interface ${name} {\n${fields.join('\n')}\n}\n`
}

/** The TypeScript declarations of every stable v1.36 type, plus `Kinds`: kind name -> type. */
export function typescriptDeclarations(): string {
  const declarations = Object.entries(types).map(([type, facts]) => {
    const name = nameOf(type)
    if (facts.fields) return interfaceOf(name, facts)
    return `export type ${name} = ${typescriptOf(facts.scalar ?? {})}\n`
  })
  const kinds = Object.entries(types)
    .filter(([type, facts]) => facts.gvk && facts.fields?.metadata?.ref?.endsWith('ObjectMeta') && !renamed[type])
    .map(([type]) => `  ${nameOf(type)}: ${nameOf(type)}`)
  return `// Made by scripts/generate from facts/types.json.\n\n${declarations.join('\n')}\nexport interface Kinds {\n${kinds.join('\n')}\n}\n`
}
