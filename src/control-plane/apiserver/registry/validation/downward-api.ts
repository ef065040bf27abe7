import { isLabelKey } from '../../../../api/names.ts'
import { parseQuantity } from '../../../../api/quantity.ts'
import type { DownwardAPIVolumeFile, ObjectFieldSelector, ResourceFieldSelector } from '../../../../api/types.ts'
import { type Errors, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { fileMode, localNonReserved } from './paths.ts'

/** Fields of a pod that its containers may read. Source: pkg/apis/core/validation/validation.go. */

const volumeFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

export const envFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

/** What a field path may name at all. Source: pkg/apis/core/pods/helpers.go ConvertDownwardAPIFieldLabel. */
const podFields = new Set([...volumeFields, ...envFields, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase'])

export function validateDownwardAPIItems(
  errors: Errors,
  field: string,
  items: readonly DownwardAPIVolumeFile[] = [],
): void {
  for (const item of items) validateDownwardAPIFile(errors, field, item)
}

export function validateDownwardAPIFile(errors: Errors, field: string, file: DownwardAPIVolumeFile): void {
  if (!file.path) required(errors, `${field}.path`)
  localNonReserved(errors, `${field}.path`, file.path ?? '')
  if (file.fieldRef) {
    validateFieldSelector(errors, `${field}.fieldRef`, file.fieldRef, volumeFields)
    if (file.resourceFieldRef) {
      invalid(errors, field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
    }
  } else if (file.resourceFieldRef) {
    validateResourceSelector(errors, `${field}.resourceFieldRef`, file.resourceFieldRef, true)
  } else required(errors, field, 'one of fieldRef and resourceFieldRef is required')
  fileMode(errors, `${field}.mode`, file.mode)
}

/** `metadata.labels['app']`. Source: pkg/fieldpath SplitMaybeSubscriptedPath. */
function subscripted(path: string): { readonly path: string; readonly subscript: string } | undefined {
  const match = /^(.+?)\['(.*)'\]$/.exec(path)
  return match ? { path: match[1]!, subscript: match[2]! } : undefined
}

function conversionError(version: string, path: string): string | undefined {
  if (version !== 'v1') return `unsupported pod version: ${version}`
  const parts = subscripted(path)
  if (parts) {
    const known = parts.path === 'metadata.annotations' || parts.path === 'metadata.labels'
    return known ? undefined : `field label does not support subscript: ${path}`
  }
  return podFields.has(path) || path === 'spec.host' ? undefined : `field label not supported: ${path}`
}

export function validateFieldSelector(
  errors: Errors,
  field: string,
  { apiVersion = '', fieldPath = '' }: ObjectFieldSelector,
  supported: readonly string[],
): void {
  if (apiVersion === '') {
    required(errors, `${field}.apiVersion`)
    return
  }
  if (fieldPath === '') {
    required(errors, `${field}.fieldPath`)
    return
  }
  const wrong = conversionError(apiVersion, fieldPath)
  if (wrong) {
    invalid(errors, `${field}.fieldPath`, fieldPath, `error converting fieldPath: ${wrong}`)
    return
  }
  const parts = subscripted(fieldPath)
  if (parts) {
    const key = parts.path === 'metadata.annotations' ? parts.subscript.toLowerCase() : parts.subscript
    invalidEach(errors, field, key, isLabelKey(key))
    return
  }
  const path = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath
  if (!supported.includes(path)) notSupported(errors, `${field}.fieldPath`, path, supported)
}

const resources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]

export function validateResourceSelector(
  errors: Errors,
  field: string,
  selector: ResourceFieldSelector,
  inVolume: boolean,
): void {
  const { resource = '' } = selector
  if (inVolume && !selector.containerName) required(errors, `${field}.containerName`)
  else if (resource === '') required(errors, `${field}.resource`)
  else if (!resources.includes(resource) && !isHugePages(resource)) {
    notSupported(errors, `${field}.resource`, resource, resources)
  }
  validateDivisor(errors, `${field}.divisor`, resource, selector.divisor ?? '0')
}

const isHugePages = (resource: string): boolean => /^(requests|limits)\.hugepages-/.test(resource)

const byteDivisors = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei'
const byteDivisorSet = new Set(byteDivisors.split(', '))

const resourceTitles: Readonly<Record<string, string>> = {
  memory: 'memory',
  'ephemeral-storage': 'local ephemeral storage',
}

function validateDivisor(errors: Errors, field: string, resource: string, divisor: string): void {
  const { nano, canonical } = parseQuantity(divisor)
  if (nano === 0n) return
  const kind = resource.slice(resource.indexOf('.') + 1)
  if (kind === 'cpu') {
    const detail = "only divisor's values 1m and 1 are supported with the cpu resource"
    if (canonical !== '1' && canonical !== '1m') invalid(errors, field, resource, detail)
    return
  }
  const title = isHugePages(resource) ? 'hugepages' : resourceTitles[kind]
  if (title && !byteDivisorSet.has(canonical)) {
    invalid(errors, field, resource, `only divisor's values ${byteDivisors} are supported with the ${title} resource`)
  }
}
