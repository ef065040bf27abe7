import { type Cloud, isCloudError } from '../../../cloud/contract.ts'
import type { Routes } from '../cloud-provider.ts'

/** Routes of the simulated cloud, named after the cluster and what they are made for; they lead to machines, not to addresses. */
export function routesOf({ routes, instances }: Cloud): Routes {
  return {
    list(clusterName) {
      const known = routes.describe()
      if (isCloudError(known)) return known
      return known
        .filter(({ name }) => name.startsWith(`${clusterName}-`))
        .map(({ name, destination, instance }) => {
          const machine = instances.get(instance)
          const blackhole = machine === undefined || machine.state === 'terminated'
          return { name, destinationCIDR: destination, targetNode: machine?.name ?? '', blackhole }
        })
    },
    create(clusterName, nameHint, { targetNode, destinationCIDR }) {
      const machine = instances.byName(targetNode)
      if (machine === undefined) return { error: 'instance not found' }
      const name = `${clusterName}-${nameHint}`
      const made = routes.create({ name, destination: destinationCIDR, instance: machine.id })
      return isCloudError(made) ? made : undefined
    },
    delete(_clusterName, { name }) {
      return routes.delete(name)
    },
  }
}
