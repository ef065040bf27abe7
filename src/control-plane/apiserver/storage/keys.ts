/** Where objects are kept in etcd. Sources: pkg/kubeapiserver/default_storage_factory_builder.go SpecialDefaultResourcePrefixes, apiserver/pkg/server/storage/storage_factory.go ResourcePrefix */
const SPECIAL: ReadonlyMap<string, string> = new Map([
  ['replicationcontrollers', 'controllers'],
  ['endpoints', 'services/endpoints'],
  ['services', 'services/specs'],
  ['nodes', 'minions'],
  ['ingresses.networking.k8s.io', 'ingress'],
  ['customresourcedefinitions.apiextensions.k8s.io', 'apiextensions.k8s.io/customresourcedefinitions'],
  ['apiservices.apiregistration.k8s.io', 'apiregistration.k8s.io/apiservices'],
])

/** `/registry/pods/`: the prefix of all keys of a resource. */
export function storagePrefix(group: string, resource: string): string {
  const qualified = group === '' ? resource : `${resource}.${group}`
  return `/registry/${SPECIAL.get(qualified) ?? resource}/`
}

/** `/registry/pods/default/web`, `/registry/namespaces/default`. */
export function storageKey(prefix: string, namespace: string | undefined, name: string): string {
  return namespace === undefined ? prefix + name : `${prefix}${namespace}/${name}`
}
