import type { CSIDriver } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import type { Column } from '../contract.ts'
import { defineKind } from '../kind.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { validateCSIDriver, validateCSIDriverUpdate } from '../validation/storage/csi.ts'

/** Source: pkg/apis/storage/v1/defaults.go SetDefaults_CSIDriver. */
function defaults(driver: CSIDriver): CSIDriver {
  const given = driver.spec ?? {}
  const spec = {
    ...given,
    attachRequired: given.attachRequired ?? true,
    podInfoOnMount: given.podInfoOnMount ?? false,
    storageCapacity: given.storageCapacity ?? false,
    fsGroupPolicy: given.fsGroupPolicy ?? 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: given.volumeLifecycleModes?.length ? given.volumeLifecycleModes : ['Persistent'],
    requiresRepublish: given.requiresRepublish ?? false,
    seLinuxMount: given.seLinuxMount ?? false,
  }
  return { ...driver, spec }
}

/** Behind the alpha gate VolumeLimitScaling. Source: pkg/registry/storage/csidriver/strategy.go PrepareForCreate. */
function withoutGated(driver: CSIDriver): CSIDriver {
  if (driver.spec.preventPodSchedulingIfMissing === undefined) return driver
  const { preventPodSchedulingIfMissing: _, ...spec } = driver.spec
  return { ...driver, spec }
}

/** Generations are counted from the first change on. Source: strategy.go PrepareForUpdate. */
function prepareForUpdate(given: CSIDriver, old: CSIDriver): CSIDriver {
  const driver = old.spec.preventPodSchedulingIfMissing === undefined ? withoutGated(given) : given
  if (semanticallyEqual(driver.spec, old.spec)) return driver
  return { ...driver, metadata: { ...driver.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}

const IN_SECRETS =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes'

/** Source: strategy.go WarningsOnCreate, WarningsOnUpdate. */
function warnings({ spec }: CSIDriver, old: CSIDriver | undefined): readonly string[] {
  const { tokenRequests = [], serviceAccountTokenInSecrets } = spec
  if (tokenRequests.length === 0 || serviceAccountTokenInSecrets !== undefined) return []
  return old !== undefined && semanticallyEqual(tokenRequests, old.spec.tokenRequests) ? [] : [IN_SECRETS]
}

const texts = {
  attachRequired:
    'attachRequired indicates this CSI volume driver requires an attach operation (because it implements the CSI ControllerPublishVolume() method), and that the Kubernetes attach detach controller should call the attach volume interface which checks the volumeattachment status and waits until the volume is attached before proceeding to mounting. The CSI external-attacher coordinates with CSI volume driver and updates the volumeattachment status when the attach operation is complete. If the value is specified to false, the attach operation will be skipped. Otherwise the attach operation will be called.\n\nThis field is immutable.',
  podInfoOnMount:
    'podInfoOnMount indicates this CSI volume driver requires additional pod information (like podName, podUID, etc.) during mount operations, if set to true. If set to false, pod information will not be passed on mount. Default is false.\n\nThe CSI driver specifies podInfoOnMount as part of driver deployment. If true, Kubelet will pass pod information as VolumeContext in the CSI NodePublishVolume() calls. The CSI driver is responsible for parsing and validating the information passed in as VolumeContext.\n\nThe following VolumeContext will be passed if podInfoOnMount is set to true. This list might grow, but the prefix will be used. "csi.storage.k8s.io/pod.name": pod.Name "csi.storage.k8s.io/pod.namespace": pod.Namespace "csi.storage.k8s.io/pod.uid": string(pod.UID) "csi.storage.k8s.io/ephemeral": "true" if the volume is an ephemeral inline volume\n                                defined by a CSIVolumeSource, otherwise "false"\n\n"csi.storage.k8s.io/ephemeral" is a new feature in Kubernetes 1.16. It is only required for drivers which support both the "Persistent" and "Ephemeral" VolumeLifecycleMode. Other drivers can leave pod info disabled and/or ignore this field. As Kubernetes 1.15 doesn\'t support this field, drivers can only support one mode when deployed on such a cluster and the deployment determines which mode that is, for example via a command line parameter of the driver.\n\nThis field was immutable in Kubernetes < 1.29 and now is mutable.',
  storageCapacity:
    'storageCapacity indicates that the CSI volume driver wants pod scheduling to consider the storage capacity that the driver deployment will report by creating CSIStorageCapacity objects with capacity information, if set to true.\n\nThe check can be enabled immediately when deploying a driver. In that case, provisioning new volumes with late binding will pause until the driver deployment has published some suitable CSIStorageCapacity object.\n\nAlternatively, the driver can be deployed with the field unset or false and it can be flipped later when storage capacity information has been published.\n\nThis field was immutable in Kubernetes <= 1.22 and now is mutable.',
  tokenRequests:
    'tokenRequests indicates the CSI driver needs pods\' service account tokens it is mounting volume for to do necessary authentication. Kubelet will pass the tokens in VolumeContext in the CSI NodePublishVolume calls. The CSI driver should parse and validate the following VolumeContext: "csi.storage.k8s.io/serviceAccount.tokens": {\n  "<audience>": {\n    "token": <token>,\n    "expirationTimestamp": <expiration timestamp in RFC3339>,\n  },\n  ...\n}\n\nNote: Audience in each TokenRequest should be different and at most one token is empty string. To receive a new token after expiry, RequiresRepublish can be used to trigger NodePublishVolume periodically.',
  requiresRepublish:
    'requiresRepublish indicates the CSI driver wants `NodePublishVolume` being periodically called to reflect any possible change in the mounted volume. This field defaults to false.\n\nNote: After a successful initial NodePublishVolume call, subsequent calls to NodePublishVolume should only update the contents of the volume. New mount points will not be seen by a running container.',
  modes:
    'volumeLifecycleModes defines what kind of volumes this CSI volume driver supports. The default if the list is empty is "Persistent", which is the usage defined by the CSI specification and implemented in Kubernetes via the usual PV/PVC mechanism.\n\nThe other mode is "Ephemeral". In this mode, volumes are defined inline inside the pod spec with CSIVolumeSource and their lifecycle is tied to the lifecycle of that pod. A driver has to be aware of this because it is only going to get a NodePublishVolume call for such a volume.\n\nFor more information about implementing this mode, see https://kubernetes-csi.github.io/docs/ephemeral-local-volumes.html A driver can support one or more of these modes and more modes may be added in the future.\n\nThis field is beta. This field is immutable.',
}

const flag = (name: string, text: string, of: Column<CSIDriver>['cell']): Column<CSIDriver> =>
  column(name, text, of, { type: 'boolean' })

export const csiDriver = defineKind<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  resource: 'csidrivers',
  singular: 'csidriver',
  namespaced: false,
  schema: 'io.k8s.api.storage.v1.CSIDriver',
  defaults,
  prepareForCreate: withoutGated,
  prepareForUpdate,
  validate: validateCSIDriver,
  validateUpdate: validateCSIDriverUpdate,
  warnings,
  columns: [
    nameColumn,
    flag('AttachRequired', texts.attachRequired, ({ spec }) => spec.attachRequired ?? true),
    flag('PodInfoOnMount', texts.podInfoOnMount, ({ spec }) => spec.podInfoOnMount ?? false),
    flag('StorageCapacity', texts.storageCapacity, ({ spec }) => spec.storageCapacity ?? false),
    column('TokenRequests', texts.tokenRequests, ({ spec: { tokenRequests } }) =>
      tokenRequests === undefined ? '<unset>' : tokenRequests.map(({ audience }) => audience).join(','),
    ),
    flag('RequiresRepublish', texts.requiresRepublish, ({ spec }) => spec.requiresRepublish ?? false),
    column('Modes', texts.modes, ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || '<none>'),
    ageColumn,
  ],
})
