import type { CustomResourceSubresourceScale, KubernetesObject, Scale } from '../../../api/types.ts'
import type { FieldError } from '../registry/contract.ts'
import { invalid } from '../registry/validation/field-error.ts'
import { isObject, type JsonObject } from './schema.ts'

/** Replicas of a custom resource. Source: apiextensions-apiserver/pkg/registry/customresource/etcd.go ScaleREST, validator.go */
const partsOf = (path: string) => path.replace(/^\./, '').split('.')

function at(object: unknown, path: string): unknown {
  return partsOf(path).reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), object)
}

function set(object: JsonObject, [first = '', ...rest]: readonly string[], value: unknown): JsonObject {
  const inner = object[first]
  return { ...object, [first]: rest.length === 0 ? value : set(isObject(inner) ? inner : {}, rest, value) }
}

export function scaleOf(paths: CustomResourceSubresourceScale) {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = paths
  const number = (value: unknown) => (typeof value === 'number' ? value : 0)
  return {
    of: (object: KubernetesObject): Scale => {
      const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
      const selector = labelSelectorPath === undefined ? undefined : at(object, labelSelectorPath)
      return {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as Scale['metadata'],
        spec: { replicas: number(at(object, specReplicasPath)) },
        status: {
          replicas: number(at(object, statusReplicasPath)),
          ...(typeof selector === 'string' && selector !== '' && { selector }),
        },
      }
    },
    apply: (object: KubernetesObject, replicas: number): KubernetesObject =>
      set(object as unknown as JsonObject, partsOf(specReplicasPath), replicas) as unknown as KubernetesObject,
  }
}

/** Source: apimachinery/pkg/apis/meta/v1/unstructured/helpers.go NestedFieldNoCopy, NestedInt64 */
function accessorError(object: unknown, path: string): string | undefined {
  const of = (value: unknown, expected: string) =>
    `.${partsOf(path).join('.')} accessor error: ${typeof value === 'object' ? JSON.stringify(value) : String(value)} is of the type ${goType(value)}, expected ${expected}`
  let value = object
  for (const name of partsOf(path)) {
    if (value === undefined) return undefined
    if (!isObject(value)) return of(value, 'map[string]interface{}')
    value = value[name]
  }
  if (value === undefined || (typeof value === 'number' && Number.isInteger(value))) return undefined
  return of(value, 'int64')
}

function goType(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'object') return 'map[string]interface {}'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'int64' : 'float64') : typeof value
}

export function scaleErrors(
  object: KubernetesObject,
  paths: CustomResourceSubresourceScale,
  status: boolean,
): FieldError[] {
  const errors: FieldError[] = []
  for (const path of status ? [paths.statusReplicasPath] : [paths.specReplicasPath, paths.statusReplicasPath]) {
    const value = at(object, path)
    const problem = accessorError(object, path)
    if (problem !== undefined) invalid(errors, path, 0, problem)
    if (typeof value !== 'number') continue
    if (value < 0) invalid(errors, path, value, 'should be a non-negative integer')
    else if (value > 2147483647) invalid(errors, path, value, 'should be less than or equal to 2147483647')
  }
  return errors
}
