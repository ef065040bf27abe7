import type { DownwardAPIVolumeFile, Volume, VolumeProjection } from '../../../../api/types.ts'
import { pullPolicyOf } from './container-defaults.ts'

/** 0644, for secrets, config maps, the downward API and projections. Source: api/core/v1 SecretVolumeSourceDefaultMode and siblings. */
const DEFAULT_MODE = 0o644
const TOKEN_SECONDS = 3600

const withMode = <T extends { readonly defaultMode?: number }>(source: T): T =>
  source.defaultMode === undefined ? { ...source, defaultMode: DEFAULT_MODE } : source

const itemDefaults = (item: DownwardAPIVolumeFile): DownwardAPIVolumeFile =>
  item.fieldRef && !item.fieldRef.apiVersion ? { ...item, fieldRef: { ...item.fieldRef, apiVersion: 'v1' } } : item

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
  const { secret, configMap, downwardAPI, projected, hostPath, image } = volume
  if (Object.keys(volume).length <= 1) return { ...volume, emptyDir: {} }
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
  if (hostPath && hostPath.type === undefined) return { ...volume, hostPath: { ...hostPath, type: '' } }
  if (image && !image.pullPolicy) return { ...volume, image: { ...image, pullPolicy: pullPolicyOf(image.reference) } }
  return volume
}
