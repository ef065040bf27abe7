import type { RequestOptions, ResourceRef } from '../api/request.ts'
import { resourceKey } from '../api/resources.ts'
import type { Answer, Kind, KubernetesObject, WatchEvent } from '../api/types.ts'
import type { Client, ListOptions } from './contract.ts'

/** A client of one custom resource, in the version it was made for. Answers and refusals are those of `Client`. */
export interface ResourceClient<T extends KubernetesObject> {
  get(name: string, namespace?: string): T | undefined
  list(options?: ListOptions): readonly T[]
  watch(options: ListOptions, onEvent: (event: WatchEvent<T>) => void): () => void
  create(object: T, options?: RequestOptions): Answer<T>
  update(name: string, namespace: string | undefined, change: (object: T) => T | undefined): Answer<T>
  updateStatus(name: string, namespace: string | undefined, change: (object: T) => T | undefined): Answer<T>
  delete(name: string, namespace?: string, options?: RequestOptions): Answer<KubernetesObject>
}

/** @param resource `{ group: 'example.com', version: 'v1', resource: 'backups' }` */
export function resourceClient<T extends KubernetesObject>(client: Client, resource: ResourceRef): ResourceClient<T> {
  const kind = resourceKey(resource) as Kind
  type Change = (object: KubernetesObject) => KubernetesObject | undefined
  return {
    get: (name, namespace) => client.get(kind, name, namespace) as T | undefined,
    list: (options) => client.list(kind, options) as readonly KubernetesObject[] as readonly T[],
    watch: (options, onEvent) => client.watch(kind, options, onEvent as never),
    create: (object, options) => client.create(object, options, kind),
    update: (name, namespace, change) => client.update(kind, name, namespace, change as Change as never) as Answer<T>,
    updateStatus: (name, namespace, change) =>
      client.updateStatus(kind, name, namespace, change as Change as never) as Answer<T>,
    delete: (name, namespace, options) => client.delete(kind, name, namespace, options),
  }
}
