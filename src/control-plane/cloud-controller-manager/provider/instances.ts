import type { Node, NodeAddress } from '../../../api/types.ts'
import { type Cloud, type CloudAnswer, type Instance, isCloudError } from '../../../cloud/contract.ts'
import { instanceIdOf, providerId } from '../../../cloud/index.ts'
import type { InstancesV2 } from '../cloud-provider.ts'

/** Machines of the simulated cloud, found by a node's provider id or else by its name. */
export function instancesOf(cloud: Cloud): InstancesV2 {
  const find = (node: Node): CloudAnswer<Instance | undefined> => {
    const id = node.spec?.providerID
    if (!id) return cloud.instances.describe(node.metadata.name)
    return cloud.instances.describe(instanceIdOf(cloud, id) ?? id)
  }
  return {
    exists(node) {
      const found = find(node)
      return isCloudError(found) ? found : found !== undefined && found.state !== 'terminated'
    },
    isShutdown(node) {
      const found = find(node)
      return isCloudError(found) ? found : found?.state === 'stopped'
    },
    metadata(node) {
      const found = find(node)
      if (isCloudError(found)) return found
      if (found === undefined || found.state === 'terminated') return { error: 'instance not found' }
      return {
        providerID: providerId(cloud, found),
        instanceType: found.type,
        nodeAddresses: addressesOf(found),
        zone: found.zone,
        region: cloud.region,
      }
    },
  }
}

function addressesOf({ privateIP, publicIP, name }: Instance): readonly NodeAddress[] {
  return [
    { type: 'InternalIP', address: privateIP },
    ...(publicIP === undefined ? [] : [{ type: 'ExternalIP', address: publicIP } as const]),
    { type: 'Hostname', address: name },
  ]
}
