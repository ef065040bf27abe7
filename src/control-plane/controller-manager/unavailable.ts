import { type ControllerManagerFlags, isFeatureEnabled } from './flags.ts'

/** Controllers that feature gates keep off in v1.36 unless they are given. Source: cmd/kube-controller-manager/app, requiredFeatureGates */
const gated: Readonly<Record<string, readonly string[]>> = {
  'podcertificaterequest-cleaner-controller': ['PodCertificateRequest'],
  'kube-apiserver-serving-clustertrustbundle-publisher-controller': ['ClusterTrustBundle'],
  'storageversion-garbage-collector-controller': ['APIServerIdentity', 'StorageVersionAPI'],
  'storage-version-migrator-controller': ['StorageVersionMigrator'],
  'resourcepoolstatusrequest-controller': ['DRAResourcePoolStatus'],
  'podgroup-protection-controller': ['GenericWorkload'],
}

/** On by default: says nothing of whether the controller runs. */
const ON = new Set(['APIServerIdentity'])

/** The gates a controller needs that are off. */
export const gatesOff = (flags: ControllerManagerFlags, name: string): readonly string[] =>
  (gated[name] ?? []).filter((gate) => !ON.has(gate) && !isFeatureEnabled(flags, gate))

const ofTheCloud = new Set(['service-lb-controller', 'node-route-controller', 'cloud-node-lifecycle-controller'])

/**
 * What the log says of controllers that --controllers names and that do not run.
 * Source: cmd/kube-controller-manager/app/controller_descriptor.go BuildController
 *
 * @param there the controllers that can run
 */
export function unavailable(flags: ControllerManagerFlags, there: ReadonlySet<string>): readonly string[] {
  const asked = new Set(flags.controllers.filter((name) => name !== '*' && !name.startsWith('-') && !there.has(name)))
  return [...asked].map((name) => {
    if (gatesOff(flags, name).length > 0)
      return `I controller_descriptor.go:99] "Controller is disabled by a feature gate" controller="${name}" requiredFeatureGates=${JSON.stringify(gated[name])}`
    if (ofTheCloud.has(name))
      return `I controller_descriptor.go:107] "Skipping a cloud provider controller" controller="${name}"`
    return `W controllermanager.go:687] "Warning: skipping controller: kubedrill does not simulate it" controller="${name}"`
  })
}
