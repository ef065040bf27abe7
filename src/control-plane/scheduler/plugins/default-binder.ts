import { isStatus } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Plugin } from '../framework.ts'

/** Writes the Binding. Source: plugins/defaultbinder/default_binder.go */
export const defaultBinder = (client: Client): Plugin => ({
  name: 'DefaultBinder',
  bind({ metadata: { name, namespace, uid } }, node) {
    const binding = {
      apiVersion: 'v1' as const,
      kind: 'Binding' as const,
      metadata: { name, namespace: namespace!, ...(uid !== undefined && { uid }) },
      target: { kind: 'Node', name: node },
    }
    const answer = client.createSubresource('Pod', name, namespace, 'binding', binding)
    // A Status is also what success looks like there.
    if (!isStatus(answer) || answer.status === 'Success') return undefined
    return { code: 'Error', reasons: [answer.message ?? ''] }
  },
})
