import type { EventLimit } from './eventratelimit.ts'
import type { NodeSelectors } from './podnodeselector.ts'
import type { PodSecurityConfiguration } from './podsecurity.ts'
import type { TolerationRestriction } from './podtolerationrestriction.ts'
import type { LimitedResource } from './resourcequota.ts'

/** What --admission-control-config-file says of each plug-in. Source: apiserver/pkg/apis/apiserver AdmissionConfiguration */
export interface AdmissionConfiguration {
  readonly EventRateLimit?: { readonly limits?: readonly EventLimit[] }
  readonly PodNodeSelector?: { readonly podNodeSelectorPluginConfig?: NodeSelectors }
  readonly PodSecurity?: PodSecurityConfiguration
  readonly PodTolerationRestriction?: TolerationRestriction
  readonly ResourceQuota?: { readonly limitedResources?: readonly LimitedResource[] }
}
