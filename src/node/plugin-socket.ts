/** Where device plugins and the kubelet find each other. Source: kubelet/pkg/apis/deviceplugin/v1beta1/constants.go */
export const DEVICE_PLUGIN_DIRECTORY = '/var/lib/kubelet/device-plugins'
export const KUBELET_SOCKET = `${DEVICE_PLUGIN_DIRECTORY}/kubelet.sock`

/**
 * What a device plugin serves on its socket. There are no sockets between simulated processes: the file itself holds
 * what Register, ListAndWatch and Allocate would say, is written again when that changes, and goes with its process.
 */
export interface DevicePluginOffer {
  /** `nvidia.com/gpu` */
  readonly resource: string
  /** By id. */
  readonly devices: Readonly<Record<string, 'Healthy' | 'Unhealthy'>>
  /** Variables of containers that get devices; `$IDS` stands for their ids. */
  readonly env?: Readonly<Record<string, string>>
}

export function writeOffer(offer: DevicePluginOffer): string {
  return JSON.stringify(offer)
}

/** Undefined: nothing that a plugin has written. */
export function readOffer(content: string | undefined): DevicePluginOffer | undefined {
  if (content === undefined || !content.startsWith('{')) return undefined
  try {
    const offer = JSON.parse(content) as Partial<DevicePluginOffer>
    return typeof offer.resource === 'string' && typeof offer.devices === 'object'
      ? (offer as DevicePluginOffer)
      : undefined
  } catch {
    return undefined
  }
}

/**
 * What a DRA driver serves on its socket, in the file as {@link DevicePluginOffer}: what NodePrepareResources would answer
 * for each of its devices. Source: kubelet/pkg/apis/dra/v1/api.proto
 */
export interface DraDriverOffer {
  readonly driver: string
  /** By name. */
  readonly devices: Readonly<Record<string, DraDevice>>
}

export interface DraDevice {
  /** Variables that its CDI specification sets; `$CLAIM` stands for the uid of the claim. */
  readonly env?: Readonly<Record<string, string>>
  readonly health?: 'Healthy' | 'Unhealthy'
}

export const writeDraOffer = (offer: DraDriverOffer): string => JSON.stringify(offer)

/** Undefined: nothing that a driver has written. */
export function readDraOffer(content: string | undefined): DraDriverOffer | undefined {
  try {
    const offer = JSON.parse(content ?? '') as Partial<DraDriverOffer>
    return typeof offer.driver === 'string' && typeof offer.devices === 'object' ? (offer as DraDriverOffer) : undefined
  } catch {
    return undefined
  }
}
