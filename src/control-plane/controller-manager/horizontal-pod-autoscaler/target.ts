import { groupOf, versionOf } from '../../../api/meta.ts'
import { type Answer, type CrossVersionObjectReference, isStatus, type Kind, type Scale } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { KindInfo } from '../controller.ts'
import { clientKind, customKindsOf } from '../custom-kinds.ts'
import { noMatches } from './metrics-client.ts'

/** What is to be scaled, and how many replicas it has. */
export interface Target {
  readonly specReplicas: number
  readonly statusReplicas: number
  /** As text; `''` where the target names none. */
  readonly selector: string
  scale(replicas: number): Answer<unknown>
}

/** The kinds of a group, custom resources among them, as discovery tells them. Source: apimachinery/pkg/api/meta RESTMapper */
export function mappingsOf(
  client: Client,
  kinds: readonly KindInfo[],
  group: string,
  kind: string,
): readonly KindInfo[] {
  const named = (each: KindInfo) => each.kind === kind && groupOf(each.apiVersion) === group
  const builtIn = kinds.filter(named)
  return builtIn.length > 0 ? builtIn : client.list('CustomResourceDefinition').flatMap(customKindsOf).filter(named)
}

/** @returns a text where it cannot be had */
export function findTarget(
  client: Client,
  kinds: readonly KindInfo[],
  { apiVersion = '', kind, name }: CrossVersionObjectReference,
  namespace: string,
): Target | string {
  const group = groupOf(apiVersion)
  const [mapping] = mappingsOf(client, kinds, group, kind)
  if (mapping === undefined) return noMatches(group, kind)
  const resource = { group, version: versionOf(mapping.apiVersion), resource: mapping.resource, subresource: 'scale' }
  const answer = client.read!({ verb: 'get', resource, namespace, name })
  if (isStatus(answer)) return answer.message ?? ''
  const { spec, status } = answer as Scale
  return {
    specReplicas: spec?.replicas ?? 0,
    statusReplicas: status?.replicas ?? 0,
    selector: status?.selector ?? '',
    scale(replicas) {
      const change = (scale: Scale) => ({ ...scale, spec: { ...scale.spec, replicas } })
      return client.updateSubresource!(clientKind(mapping) as Kind, name, namespace, 'scale', change as never)
    },
  }
}
