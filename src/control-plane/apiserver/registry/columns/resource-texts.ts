/** What the API server says about each column of a Table. Source: as texts.ts. */
export const resourceTexts = {
  PersistentVolume: {
    capacity:
      "capacity is the description of the persistent volume's resources and capacity. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#capacity",
    accessModes:
      'accessModes contains all ways the volume can be mounted. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes',
    reclaimPolicy:
      'persistentVolumeReclaimPolicy defines what happens to a persistent volume when released from its claim. Valid options are Retain (default for manually created PersistentVolumes), Delete (default for dynamically provisioned PersistentVolumes), and Recycle (deprecated). Recycle must be supported by the volume plugin underlying this PersistentVolume. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#reclaiming',
    status:
      'phase indicates if a volume is available, bound to a claim, or released by a claim. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#phase',
    claim:
      'claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. Expected to be non-nil when bound. claim.VolumeName is the authoritative bind between PV and PVC. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#binding',
    storageClass: 'StorageClass of the pv',
    volumeAttributesClass: 'VolumeAttributesClass of the pv',
    reason:
      'reason is a brief CamelCase string that describes any failure and is meant for machine parsing and tidy display in the CLI.',
    volumeMode:
      'volumeMode defines if a volume is intended to be used with a formatted filesystem or to remain in raw block state. Value of Filesystem is implied when not included in spec.',
  },
  PersistentVolumeClaim: {
    status: 'phase represents the current phase of PersistentVolumeClaim.',
    volume: 'volumeName is the binding reference to the PersistentVolume backing this claim.',
    capacity: 'capacity represents the actual resources of the underlying volume.',
    accessModes:
      'accessModes contains the actual access modes the volume backing the PVC has. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes-1',
    storageClass: 'StorageClass of the pvc',
    volumeAttributesClass: 'VolumeAttributesClass of the pvc',
    volumeMode:
      'volumeMode defines what type of volume is required by the claim. Value of Filesystem is implied when not included in claim spec.',
  },
  ResourceQuota: {
    request: 'Request represents a minimum amount of cpu/memory that a container may consume.',
    limit:
      'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
  },
  ComponentStatus: {
    status: 'Status of the component conditions',
    message: 'Message of the component conditions',
    error: 'Error of the component conditions',
  },
  Ingress: {
    class: 'The name of the IngressClass resource that should be used for additional configuration',
    hosts: 'Hosts that incoming requests are matched against before the ingress rule',
    address: 'Address is a list containing ingress points for the load-balancer',
    ports: 'Ports of TLS configurations that open',
  },
  IngressClass: {
    controller: 'Controller that is responsible for handling this class',
    parameters: 'A reference to a resource with additional parameters',
  },
  NetworkPolicy: {
    podSelector:
      "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector.",
  },
  IPAddress: {
    parentRef:
      'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
  },
  ServiceCIDR: {
    cidrs:
      'CIDRs defines the IP blocks in CIDR notation (e.g. "192.168.0.0/24" or "2001:db8::/64") from which to assign service cluster IPs. Max of two CIDRs is allowed, one of each IP family. This field is immutable.',
  },
} as const
