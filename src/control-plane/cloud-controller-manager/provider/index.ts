import type { Cloud } from '../../../cloud/contract.ts'
import type { CloudProvider } from '../cloud-provider.ts'
import { instancesOf } from './instances.ts'
import { loadBalancersOf } from './load-balancers.ts'
import { routesOf } from './routes.ts'

/** The provider that `--cloud-provider=kubedrill` names: the interface of the controllers, filled in by the simulated cloud. */
export function kubedrillProvider(cloud: Cloud): CloudProvider {
  return {
    name: cloud.provider,
    instances: instancesOf(cloud),
    loadBalancer: loadBalancersOf(cloud),
    routes: routesOf(cloud),
    onChange: (listener) =>
      cloud.onChange(({ resource }) => {
        if (resource === 'instance' || resource === 'route') listener()
      }),
  }
}
