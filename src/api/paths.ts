import type { ApiRequest } from './request.ts'

/** The URL's path of a collection, of an object or of a sub-resource of it. */
export function pathOf({
  resource,
  namespace,
  name,
  verb,
}: Pick<ApiRequest, 'resource' | 'namespace' | 'name' | 'verb'>): string {
  const { group, version, resource: plural, subresource } = resource
  const parts = [group === '' ? '/api' : `/apis/${group}`, version]
  if (namespace !== undefined) parts.push('namespaces', encodeURIComponent(namespace))
  parts.push(plural)
  // What is created has its name inside, unless it is created below something that has one.
  if (name !== undefined && (verb !== 'create' || subresource !== undefined)) parts.push(encodeURIComponent(name))
  if (subresource !== undefined) parts.push(subresource)
  return parts.join('/')
}
