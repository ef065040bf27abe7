import { isDNS1123Label, isDNS1123Subdomain, isLabelKey, isLabelValue, quote } from '../../../../api/names.ts'
import type { ConfigMapNodeConfigSource, Node, NodeConfigSource, Taint } from '../../../../api/types.ts'
import { isDualStack, validateLegacyCIDR } from './addresses.ts'
import { duplicate, type Errors, forbidden, invalid, invalidEach, required } from './field-error.ts'
import { configMapKey, NOT_POSITIVE } from './formats.ts'
import { internalForm } from './internal-form.ts'
import { validateResourceQuantity } from './resources.ts'
import { validateTaintEffect } from './scheduling.ts'

const TAINTS = 'scheduler.alpha.kubernetes.io/taints'
const AVOID_PODS = 'scheduler.alpha.kubernetes.io/preferAvoidPods'

/** All of a Node but its metadata. Source: pkg/apis/core/validation/validation.go ValidateNode. */
export function validateNode(node: Node): Errors {
  const errors: Errors = []
  validateAnnotations(errors, node)
  validateTaints(errors, 'metadata.taints', node.spec?.taints)
  validateQuantities(errors, node)
  const swap = node.status?.nodeInfo?.swap?.capacity
  if (swap !== undefined && swap <= 0) invalid(errors, 'metadata.nodeSwapStatus.capacity', swap, NOT_POSITIVE)
  validateDeclaredFeatures(errors, node)
  const cidrs = node.spec?.podCIDRs ?? []
  for (const [i, cidr] of cidrs.entries()) validateLegacyCIDR(errors, `spec.podCIDRs[${i}]`, cidr)
  if (cidrs.length > 2 || (cidrs.length === 2 && !isDualStack(cidrs))) {
    invalid(errors, 'spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family')
  }
  return errors
}

/** Source: ValidateNodeUpdate, without ValidateNode, which the strategy runs before it. */
export function validateNodeChange(node: Node, old: Node): Errors {
  const errors: Errors = []
  validateAnnotations(errors, node)
  validateQuantities(errors, node)
  validateDeclaredFeatures(errors, node)
  validateAddresses(errors, node)
  validateKept(errors, node, old)
  const { configSource, taints } = node.spec ?? {}
  if (configSource) validateConfigSource(errors, 'spec.configSource', configSource, false)
  for (const name of ['assigned', 'active', 'lastKnownGood'] as const) {
    const source = node.status?.config?.[name]
    if (source) validateConfigSource(errors, `status.config.${name}`, source, true)
  }
  validateTaints(errors, 'metadata.taints', taints)
  return errors
}

function parseAnnotation(errors: Errors, node: Node, annotation: string, field: string): unknown {
  const text = node.metadata.annotations?.[annotation]
  if (!text) return undefined
  try {
    return JSON.parse(text)
  } catch {
    invalid(errors, field, annotation, jsonError(text))
    return undefined
  }
}

/** The commonest of encoding/json's messages. */
function jsonError(text: string): string {
  const at = text.trim()[0] ?? ''
  return at === '' ? 'unexpected end of JSON input' : `invalid character '${at}' looking for beginning of value`
}

function validateAnnotations(errors: Errors, node: Node): void {
  const taints = parseAnnotation(errors, node, TAINTS, 'metadata.annotations')
  if (Array.isArray(taints)) validateTaints(errors, `metadata.annotations.${TAINTS}`, taints as readonly Taint[])
  const field = 'metadata.annotations.AvoidPods'
  const avoid = parseAnnotation(errors, node, AVOID_PODS, field) as
    | { preferAvoidPods?: readonly AvoidEntry[] }
    | undefined
  for (const [i, entry] of (avoid?.preferAvoidPods ?? []).entries()) {
    const controller = entry.podSignature?.podController
    const path = `metadata.annotations.${AVOID_PODS}[${i}].PodSignature`
    if (!controller) required(errors, path)
    else if (!controller.controller) {
      invalid(errors, `${path}.PodController.Controller`, false, 'must point to a controller')
    }
  }
}

interface AvoidEntry {
  readonly podSignature?: { readonly podController?: { readonly controller?: boolean } }
}

/** Source: validateNodeTaints. */
function validateTaints(errors: Errors, field: string, taints: readonly Taint[] = []): void {
  const seen = new Set<string>()
  for (const [i, taint] of taints.entries()) {
    const { key = '', value = '', effect = '' } = taint
    const path = `${field}[${i}]`
    invalidEach(errors, `${path}.key`, key, isLabelKey(key))
    const wrong = isLabelValue(value)
    if (wrong.length > 0) invalid(errors, `${path}.value`, value, wrong.join(';'))
    if (effect === '') required(errors, `${path}.effect`)
    else validateTaintEffect(errors, `${path}.effect`, effect)
    if (seen.has(`${effect}/${key}`)) {
      duplicate(errors, path, internalForm('Taint', { ...taint }), 'taints must be unique by key and effect pair')
    }
    seen.add(`${effect}/${key}`)
  }
}

function validateQuantities(errors: Errors, { status }: Node): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, quantity] of Object.entries(status?.[list] ?? {})) {
      validateResourceQuantity(errors, `status.${list}.${name}`, name, quantity)
    }
  }
}

const FEATURE_RULE =
  "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes"

function validateDeclaredFeatures(errors: Errors, { status }: Node): void {
  const { declaredFeatures: features = [] } = (status ?? {}) as { readonly declaredFeatures?: readonly string[] }
  const field = 'status.declaredFeatures'
  for (const [i, feature] of features.entries()) {
    const name = `invalid feature name ${quote(feature)}`
    if (feature.length > 253) invalid(errors, `${field}[${i}]`, feature, `${name}: must be no more than 253 characters`)
    else if (!/^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/.test(feature)) {
      invalid(errors, `${field}[${i}]`, feature, `${name}: ${FEATURE_RULE}`)
    }
    const next = features[i + 1]
    if (feature === next) duplicate(errors, `${field}[${i + 1}]`, next)
    else if (next !== undefined && feature > next) {
      invalid(errors, `${field}[${i + 1}]`, next, 'list must be sorted alphabetically')
    }
  }
}

function validateAddresses(errors: Errors, { status }: Node): void {
  const seen = new Set<string>()
  for (const [i, { type, address }] of (status?.addresses ?? []).entries()) {
    const key = `${type}/${address}`
    if (seen.has(key)) duplicate(errors, `status.addresses[${i}]`, internalForm('NodeAddress', { type, address }))
    seen.add(key)
  }
}

function validateKept(errors: Errors, node: Node, old: Node): void {
  const before = old.spec?.podCIDRs ?? []
  const now = node.spec?.podCIDRs ?? []
  const detail = 'node updates may not change podCIDR except from "" to valid'
  if (before.length > 0) {
    const changed = before.length === now.length ? before.filter((cidr, i) => cidr !== now[i]).length : 1
    for (let i = 0; i < changed; i++) forbidden(errors, 'spec.podCIDRs', detail)
  }
  const provider = old.spec?.providerID
  if (provider && provider !== node.spec?.providerID) {
    forbidden(errors, 'spec.providerID', 'node updates may not change providerID except from "" to valid')
  }
  if ((node.spec?.externalID ?? '') !== (old.spec?.externalID ?? '')) {
    forbidden(errors, 'spec.externalID', 'may not be updated')
  }
}

function validateConfigSource(errors: Errors, field: string, { configMap }: NodeConfigSource, observed: boolean): void {
  if (configMap) validateConfigMapSource(errors, `${field}.configMap`, configMap, observed)
  else invalid(errors, field, { ConfigMap: null }, 'exactly one reference subfield must be non-nil')
}

function validateConfigMapSource(
  errors: Errors,
  field: string,
  source: ConfigMapNodeConfigSource,
  observed: boolean,
): void {
  const { namespace, name, kubeletConfigKey: key } = source
  for (const member of ['uid', 'resourceVersion'] as const) {
    if (observed && !source[member]) required(errors, `${field}.${member}`)
    if (!observed && source[member]) forbidden(errors, `${field}.${member}`, `${member} must not be set in spec`)
  }
  if (!namespace) required(errors, `${field}.namespace`)
  else invalidEach(errors, `${field}.namespace`, namespace, isDNS1123Label(namespace))
  if (!name) required(errors, `${field}.name`)
  else invalidEach(errors, `${field}.name`, name, isDNS1123Subdomain(name))
  if (!key) required(errors, `${field}.kubeletConfigKey`)
  else invalidEach(errors, `${field}.kubeletConfigKey`, key, configMapKey(key))
}
