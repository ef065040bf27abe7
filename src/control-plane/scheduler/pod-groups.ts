import type { Pod } from '../../api/types.ts'

/** Which pods belong to which scheduling group, by `namespace/name`. Source: backend/cache/podgroupstate.go */
export class PodGroups {
  readonly #members = new Map<string, Set<string>>()

  note(key: string, pod: Pod, there: boolean): void {
    const group = groupKey(pod)
    if (group === undefined) return
    let members = this.#members.get(group)
    if (members === undefined) {
      members = new Set()
      this.#members.set(group, members)
    }
    if (there) members.add(key)
    else members.delete(key)
    if (members.size === 0) this.#members.delete(group)
  }

  of(pod: Pod): Iterable<string> {
    return this.#members.get(groupKey(pod) ?? '') ?? []
  }
}

const groupKey = ({ metadata, spec }: Pod): string | undefined =>
  spec.schedulingGroup && `${metadata.namespace}/${spec.schedulingGroup.podGroupName}`
