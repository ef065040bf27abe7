import { failure } from '../api/status.ts'
import type { Status } from '../api/types.ts'

/** What the API server answers when nobody listens at a kubelet's port: the error of its own HTTP request. */
export function noKubelet({ ip, up }: { readonly ip: string; readonly up: boolean }, path: string): Status {
  const why = up ? 'connect: connection refused' : 'i/o timeout'
  return failure(500, '', `Get "https://${ip}:10250/containerLogs/${path}": dial tcp ${ip}:10250: ${why}`)
}
