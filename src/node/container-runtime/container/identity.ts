import type { Pod } from '../../../api/types.ts'
import type { Identity } from '../../contract.ts'
import type { ContainerConfig } from '../contract.ts'

const ROOT: Identity = { uid: 0, gid: 0, groups: [0] }

/** Who a container's processes run as. Source: pkg/kubelet/kuberuntime/security_context.go, containerd WithUser */
export function identityOf({ spec }: Pod, { container, image }: ContainerConfig): Identity {
  const { securityContext: ofPod } = spec
  const { securityContext: own } = container
  const uid = own?.runAsUser ?? ofPod?.runAsUser ?? image.user ?? 0
  const gid = own?.runAsGroup ?? ofPod?.runAsGroup ?? 0
  const { fsGroup, supplementalGroups = [] } = ofPod ?? {}
  if (uid === 0 && gid === 0 && fsGroup === undefined && supplementalGroups.length === 0) return ROOT
  return { uid, gid, groups: [...new Set([gid, ...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups])] }
}
