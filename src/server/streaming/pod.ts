import { badRequest, failure } from '../../api/status.ts'
import { isStatus, type Pod, type Status } from '../../api/types.ts'
import type { Door } from '../door.ts'

/** A pod as the API server itself sees it. Only to be called inside `world.inject`. */
export function readPod(door: Door, namespace: string, name: string): Pod | Status {
  const found = door.call((api) =>
    api.handle({
      verb: 'get',
      credentials: { type: 'user', user: { name: 'system:apiserver', groups: ['system:masters'] } },
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace,
      name,
    }),
  )
  if (found === undefined) return failure(503, 'ServiceUnavailable', 'connection refused')
  return isStatus(found.body) ? found.body : (found.body as Pod)
}

/**
 * The container meant by a log, exec or attach request; the default container of an annotation is kubectl's business.
 * Source: pkg/registry/core/pod/strategy.go validateContainer
 */
export function chooseContainer({ metadata, spec }: Pod, asked: string | undefined): string | Status {
  const { name } = metadata
  const names = [spec.initContainers, spec.containers, spec.ephemeralContainers].flatMap((containers) =>
    (containers ?? []).map((container) => container.name),
  )
  if (asked !== undefined)
    return names.includes(asked) ? asked : badRequest(`container ${asked} is not valid for pod ${name}`)
  if (spec.containers.length === 1) return spec.containers[0]!.name
  return badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`)
}
