import type { ResourceInfo } from '../../api/request-info.ts'
import { failure } from '../../api/status.ts'
import { type Answer, isStatus, type Pod, type Status } from '../../api/types.ts'
import type { Door } from '../door.ts'
import type { Exchange } from '../exchange.ts'
import { readPod } from './pod.ts'
import { answerPortForward } from './port-forward.ts'
import { answerRemoteCommand } from './remote-command.ts'
import { isWebSocket } from './upgrade.ts'

/** exec, attach and port-forward of pods. */
export async function answerStream(door: Door, exchange: Exchange, info: ResourceInfo): Promise<void> {
  const pod = await door.options.world.inject(() => podFor(door, exchange, info))
  if (isStatus(pod)) return exchange.status(pod)
  if (info.subresource === 'portforward') return answerPortForward(door, exchange, pod)
  return answerRemoteCommand(door, exchange, pod, info.subresource === 'attach' ? 'attach' : 'exec')
}

/** A WebSocket is opened with GET but does what POST does: both must be allowed. Source: subresources.go ensureAuthorizedForVerb */
function podFor(door: Door, exchange: Exchange, info: ResourceInfo): Answer<Pod> {
  const { group, resource, subresource, namespace = '', name = '' } = info
  const verbs = isWebSocket(exchange) ? [info.verb, 'create'] : [info.verb]
  for (const verb of verbs) {
    const attributes = { group, resource, verb, subresource, namespace, name }
    const refused: Status | undefined = door.review(exchange, { resourceAttributes: attributes })
    if (refused !== undefined) return refused
  }
  if (door.options.connect() === undefined) return failure(503, 'ServiceUnavailable', 'connection refused')
  return readPod(door, namespace, name)
}
