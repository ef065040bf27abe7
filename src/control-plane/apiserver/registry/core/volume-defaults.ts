import type {
  DownwardAPIVolumeFile,
  ObjectMeta,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  Volume,
  VolumeProjection,
} from '../../../../api/types.ts'
import { pullPolicyOf, resourceFieldDefaults } from './container-defaults.ts'
import { canonicalResources, canonicalText } from './resource-list.ts'

/** 0644, for secrets, config maps, the downward API and projections. Source: api/core/v1 SecretVolumeSourceDefaultMode and siblings. */
const DEFAULT_MODE = 0o644
const TOKEN_SECONDS = 3600

const withMode = <T extends { readonly defaultMode?: number }>(source: T): T =>
  source.defaultMode === undefined ? { ...source, defaultMode: DEFAULT_MODE } : source

function itemDefaults(item: DownwardAPIVolumeFile): DownwardAPIVolumeFile {
  const { fieldRef, resourceFieldRef } = item
  if (fieldRef && !fieldRef.apiVersion) return { ...item, fieldRef: { ...fieldRef, apiVersion: 'v1' } }
  const complete = resourceFieldRef && resourceFieldDefaults(resourceFieldRef)
  return complete === resourceFieldRef || !complete ? item : { ...item, resourceFieldRef: complete }
}

function projectionDefaults(projection: VolumeProjection): VolumeProjection {
  const { downwardAPI, serviceAccountToken } = projection
  if (downwardAPI?.items)
    return { ...projection, downwardAPI: { ...downwardAPI, items: downwardAPI.items.map(itemDefaults) } }
  if (serviceAccountToken && serviceAccountToken.expirationSeconds === undefined) {
    return { ...projection, serviceAccountToken: { ...serviceAccountToken, expirationSeconds: TOKEN_SECONDS } }
  }
  return projection
}

const completed = new WeakMap<Volume, Volume>()

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_Volume and the Set­Defaults of its sources. */
export function volumeDefaults(volume: Volume): Volume {
  const known = completed.get(volume)
  if (known) return known
  const made = complete(volume)
  completed.set(volume, made)
  completed.set(made, made)
  return made
}

function complete(volume: Volume): Volume {
  const { secret, configMap, downwardAPI, projected, ephemeral, image, emptyDir } = volume
  if (Object.keys(volume).length <= 1) return { ...volume, emptyDir: {} }
  if (emptyDir?.sizeLimit !== undefined) {
    return { ...volume, emptyDir: { ...emptyDir, sizeLimit: canonicalText(emptyDir.sizeLimit) } }
  }
  if (secret) return { ...volume, secret: withMode(secret) }
  if (configMap) return { ...volume, configMap: withMode(configMap) }
  if (downwardAPI)
    return {
      ...volume,
      downwardAPI: {
        ...withMode(downwardAPI),
        ...(downwardAPI.items && { items: downwardAPI.items.map(itemDefaults) }),
      },
    }
  if (projected)
    return {
      ...volume,
      projected: {
        ...withMode(projected),
        ...(projected.sources && { sources: projected.sources.map(projectionDefaults) }),
      },
    }
  if (ephemeral) return withClaimDefaults(volume)
  if (image && !image.pullPolicy) return { ...volume, image: { ...image, pullPolicy: pullPolicyOf(image.reference) } }
  return diskDefaults(volume)
}

function withClaimDefaults(volume: Volume): Volume {
  const template = volume.ephemeral?.volumeClaimTemplate
  if (!template?.spec) return volume
  const spec = claimSpecDefaults(template.spec)
  if (spec === template.spec && template.metadata) return volume
  const { metadata = {} as ObjectMeta } = template
  return { ...volume, ephemeral: { ...volume.ephemeral, volumeClaimTemplate: { ...template, metadata, spec } } }
}

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_PersistentVolumeClaimSpec. */
export function claimSpecDefaults(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const limits = canonicalResources(spec.resources?.limits)
  const requests = canonicalResources(spec.resources?.requests)
  const same = limits === spec.resources?.limits && requests === spec.resources?.requests
  const dataSource = spec.dataSource && withGroup(spec.dataSource)
  const dataSourceRef = spec.dataSourceRef && withGroup(spec.dataSourceRef)
  const sameSources = dataSource === spec.dataSource && dataSourceRef === spec.dataSourceRef
  if (same && sameSources && spec.volumeMode !== undefined && spec.resources) return spec
  return {
    ...spec,
    ...(dataSource && { dataSource }),
    ...(dataSourceRef && { dataSourceRef }),
    // A struct in Go: it is written out even when it is empty.
    resources: { ...spec.resources, ...(limits && { limits }), ...(requests && { requests }) },
    volumeMode: spec.volumeMode ?? 'Filesystem',
  }
}

/** A reference to the core group is written with a null. */
const withGroup = <T extends { readonly apiGroup?: string }>(reference: T): T =>
  reference.apiGroup === undefined ? { ...reference, apiGroup: null } : reference

/** What the sources that Pods and PersistentVolumes share are given, by source and member. Source: the `+default` markers in api/core/v1/types.go. */
const diskMembers: Readonly<Record<string, Readonly<Record<string, string | boolean>>>> = {
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
  hostPath: { type: '' },
}

export function diskDefaults<T extends Volume | PersistentVolumeSpec>(volume: T): T {
  for (const [source, members] of Object.entries(diskMembers)) {
    const given = volume[source as keyof T] as Readonly<Record<string, unknown>> | undefined
    if (!given) continue
    const absent = Object.entries(members).filter(
      ([member]) => (given[member] ?? '') === '' && given[member] !== members[member],
    )
    return absent.length === 0 ? volume : { ...volume, [source]: { ...given, ...Object.fromEntries(absent) } }
  }
  return volume
}
