/**
 * Volumes of sorts that Kubernetes itself once served and that CSI drivers serve today, as their drivers see them.
 * Source: csi-translation-lib/translate.go, plugins/*.go
 */
import type { NodeSelectorTerm, PersistentVolume, PersistentVolumeSpec, Volume } from './types.ts'

interface MigratedPlugin {
  /** Which member of a volume's spec says that it is of this sort. */
  readonly source: keyof Volume & keyof PersistentVolumeSpec
  readonly inTree: string
  readonly driver: string
  /** The node label that the driver tells zones by. */
  readonly zoneLabel?: string
  /** Volumes of the other sorts are known by name only: no driver takes them over on a node. */
  readonly handles?: {
    inline(volume: Volume): string
    persistent(volume: PersistentVolume): string
  }
}

const ZONE = 'topology.kubernetes.io/zone'
const REGION = 'topology.kubernetes.io/region'
const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone'
const BETA_REGION = 'failure-domain.beta.kubernetes.io/region'
/** Between the zones of one label. Source: cloud-provider/volume/constants.go LabelMultiZoneDelimiter */
const ZONE_DELIMITER = '__'

const PLUGINS: readonly MigratedPlugin[] = [
  {
    source: 'gcePersistentDisk',
    inTree: 'kubernetes.io/gce-pd',
    driver: 'pd.csi.storage.gke.io',
    zoneLabel: 'topology.gke.io/zone',
    handles: {
      inline: ({ gcePersistentDisk }) => gceHandle('zones/UNSPECIFIED', gcePersistentDisk!.pdName),
      persistent: ({ metadata: { labels }, spec }) =>
        gceHandle(gceLocation(labels?.[BETA_ZONE] || labels?.[ZONE] || ''), spec.gcePersistentDisk!.pdName),
    },
  },
  {
    source: 'awsElasticBlockStore',
    inTree: 'kubernetes.io/aws-ebs',
    driver: 'ebs.csi.aws.com',
    zoneLabel: 'topology.ebs.csi.aws.com/zone',
    handles: {
      inline: ({ awsElasticBlockStore }) => ebsHandle(awsElasticBlockStore!.volumeID),
      persistent: ({ spec }) => ebsHandle(spec.awsElasticBlockStore!.volumeID),
    },
  },
  {
    source: 'cinder',
    inTree: 'kubernetes.io/cinder',
    driver: 'cinder.csi.openstack.org',
    zoneLabel: 'topology.cinder.csi.openstack.org/zone',
    handles: {
      inline: ({ cinder }) => cinder!.volumeID,
      persistent: ({ spec }) => spec.cinder!.volumeID,
    },
  },
  {
    source: 'azureDisk',
    inTree: 'kubernetes.io/azure-disk',
    driver: 'disk.csi.azure.com',
    handles: {
      inline: ({ azureDisk }) => azureDiskHandle(azureDisk!),
      persistent: ({ spec }) => azureDiskHandle(spec.azureDisk!),
    },
  },
  {
    source: 'portworxVolume',
    inTree: 'kubernetes.io/portworx-volume',
    driver: 'pxd.portworx.com',
    handles: {
      inline: ({ portworxVolume }) => portworxVolume!.volumeID,
      persistent: ({ spec }) => spec.portworxVolume!.volumeID,
    },
  },
  { source: 'azureFile', inTree: 'kubernetes.io/azure-file', driver: 'file.csi.azure.com' },
  { source: 'vsphereVolume', inTree: 'kubernetes.io/vsphere-volume', driver: 'csi.vsphere.vmware.com' },
]

/** The name of the plugin that once served the volume; undefined for volumes that no driver has taken over. */
export const inTreePluginOf = (volume: Volume): string | undefined =>
  PLUGINS.find(({ source }) => volume[source] !== undefined)?.inTree

export const inTreePluginOfVolume = ({ spec }: PersistentVolume): string | undefined =>
  PLUGINS.find(({ source }) => spec[source] !== undefined)?.inTree

/** The driver that took over from a plugin. Source: GetCSINameFromInTreeName */
export const migratedDriver = (inTree: string): string | undefined =>
  PLUGINS.find((plugin) => plugin.inTree === inTree)?.driver

/**
 * Whether the scheduler counts with the driver. Source: nodevolumelimits/utils.go isCSIMigrationOn, volumebinding/binder.go
 * isCSIMigrationOnForPlugin
 */
export const isMigrationOn = (inTree: string): boolean =>
  PLUGINS.some((plugin) => plugin.inTree === inTree && plugin.handles !== undefined)

/** As the driver names the volume; undefined where none has taken over. @throws Error in upstream's words */
export function inlineVolumeHandle(volume: Volume): string | undefined {
  return PLUGINS.find(({ source }) => volume[source] !== undefined)?.handles?.inline(volume)
}

/**
 * The volume with a `csi` source in place of its own, and its zones by the driver's label.
 *
 * @throws Error in upstream's words for one that cannot be translated. Source: TranslateInTreePVToCSI
 */
export function translatedToCsi(volume: PersistentVolume): PersistentVolume {
  const plugin = PLUGINS.find(({ source }) => volume.spec[source] !== undefined)
  if (plugin?.handles === undefined)
    throw new Error(`could not find in-tree plugin translation logic for "${volume.metadata.name}"`)
  const { [plugin.source]: _, ...spec } = volume.spec
  const volumeHandle = plugin.handles.persistent(volume)
  const translated = { ...volume, spec: { ...spec, csi: { driver: plugin.driver, volumeHandle } } }
  return plugin.zoneLabel === undefined ? translated : withDriverTopology(translated, plugin.zoneLabel)
}

const gceHandle = (location: string, disk: string): string => `projects/UNSPECIFIED/${location}/disks/${disk}`

/** Source: plugins/gce_pd.go TranslateInTreePVToCSI, gceGetRegionFromZones */
function gceLocation(label: string): string {
  const zones = label.split(ZONE_DELIMITER)
  if (zones.length === 1) return `zones/${label === '' ? 'UNSPECIFIED' : label}`
  const parts = zones.map((zone) => zone.split('-'))
  const odd = parts.findIndex(({ length }) => length !== 3)
  if (odd >= 0)
    throw new Error(
      'failed to get region from zones: zone in unexpected format, expected: {locale}-{region}-{zone}, got: ' +
        zones[odd],
    )
  const regions = new Set(parts.map((each) => each.slice(0, 2).join('-')))
  if (regions.size === 1) return `regions/${[...regions][0]}`
  const got = [...regions].sort().map((region) => `${region}:{}`)
  throw new Error(
    `failed to get region from zones: multiple or no regions gotten from zones, got: map[${got.join(' ')}]`,
  )
}

/** `vol-1` of `aws://zone/vol-1`. Source: plugins/aws_ebs.go KubernetesVolumeIDToEBSVolumeID */
function ebsHandle(volumeId: string): string {
  if (!volumeId.startsWith('aws://')) return volumeId
  const path = volumeId.slice('aws://'.length).replace(/^[^/]*/, '')
  const id = path.replace(/^\/+|\/+$/g, '')
  if (/^vol-[^/]*$/.test(id)) return id
  throw new Error(`failed to translate Kubernetes ID to EBS Volume ID Invalid format for AWS volume (${volumeId})`)
}

function azureDiskHandle({ diskURI, kind }: NonNullable<Volume['azureDisk']>): string {
  if (kind !== undefined && kind.toLowerCase() !== 'managed')
    throw new Error(`kind(${kind}) is not supported in csi migration`)
  return diskURI
}

/** Source: plugins/in_tree_volume.go translateTopologyFromInTreeToCSI */
function withDriverTopology(volume: PersistentVolume, driverLabel: string): PersistentVolume {
  const { labels = {} } = volume.metadata
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? []
  const names = (key: string) => terms.some((term) => term.matchExpressions?.some((each) => each.key === key))
  const beta = !names(ZONE) && (names(BETA_ZONE) || (labels[ZONE] === undefined && labels[BETA_ZONE] !== undefined))
  const zoneLabel = beta ? BETA_ZONE : ZONE
  const hasValues = terms.some((term) =>
    term.matchExpressions?.some(({ key, values = [] }) => key === zoneLabel && values.length > 0),
  )
  let translated = terms
  if (hasValues) translated = translated.map((term) => renamed(term, zoneLabel, driverLabel))
  else if (labels[zoneLabel] !== undefined) translated = withZones(translated, driverLabel, labels[zoneLabel])
  if (beta) translated = translated.map((term) => renamed(term, BETA_REGION, REGION))
  if (translated === terms) return volume
  return { ...volume, spec: { ...volume.spec, nodeAffinity: { required: { nodeSelectorTerms: translated } } } }
}

const renamed = (term: NodeSelectorTerm, from: string, to: string): NodeSelectorTerm => ({
  ...term,
  ...(term.matchExpressions && {
    matchExpressions: term.matchExpressions.map((each) => (each.key === from ? { ...each, key: to } : each)),
  }),
})

/** Source: in_tree_volume.go addTopology */
function withZones(terms: readonly NodeSelectorTerm[], key: string, label: string): readonly NodeSelectorTerm[] {
  const trimmed = label.split(ZONE_DELIMITER).map((zone) => zone.trim())
  const values = [...new Set(trimmed.filter((zone) => zone !== ''))].sort()
  if (values.length === 0) return terms
  return (terms.length === 0 ? [{}] : terms).map((term: NodeSelectorTerm) => ({
    ...term,
    matchExpressions: [...(term.matchExpressions ?? []), { key, operator: 'In', values }],
  }))
}
