import type { AdmissionPlugin } from '../contract.ts'
import { defaultTolerationSeconds, type TolerationDefaults } from './defaulttolerationseconds.ts'
import { namespaceLifecycle } from './namespacelifecycle.ts'
import { nodeRestriction } from './noderestriction.ts'
import { priority } from './priority.ts'
import { serviceAccount } from './serviceaccount.ts'
import { taintNodesByCondition } from './taintnodesbycondition.ts'

/** In the order upstream runs them. Source: pkg/kubeapiserver/options/plugins.go AllOrderedPlugins */
export const admissionPlugins = (tolerations?: TolerationDefaults): readonly AdmissionPlugin[] => [
  namespaceLifecycle,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  defaultTolerationSeconds(tolerations),
  priority,
]
