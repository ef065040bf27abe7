import type { Container, VolumeDevice, VolumeMount } from '../../../../api/types.ts'
import { type Errors, forbidden, invalid, notFound, notSupported, required } from './field-error.ts'
import { localDescending } from './paths.ts'
import type { Volumes } from './volumes.ts'

/** Source: pkg/apis/core/validation/validation.go ValidateVolumeMounts, ValidateVolumeDevices. */
export function validateVolumeMounts(
  errors: Errors,
  field: string,
  mounts: readonly VolumeMount[] = [],
  devices: ReadonlyMap<string, string>,
  volumes: Volumes,
  container: Container | undefined,
): void {
  const paths = new Set<string>()
  const devicePaths = new Set(devices.values())
  for (const [i, mount] of mounts.entries()) {
    const path = `${field}[${i}]`
    const { name = '', mountPath = '' } = mount
    if (name === '') required(errors, `${path}.name`)
    if (!volumes.has(name)) notFound(errors, `${path}.name`, name)
    if (mountPath === '') required(errors, `${path}.mountPath`)
    if (paths.has(mountPath)) invalid(errors, `${path}.mountPath`, mountPath, 'must be unique')
    paths.add(mountPath)
    if (devices.has(name)) invalid(errors, `${path}.name`, name, 'must not already exist in volumeDevices')
    if (devicePaths.has(mountPath)) {
      invalid(errors, `${path}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices')
    }
    validateSubPaths(errors, field, path, mount)
    validatePropagation(errors, `${field}.mountPropagation`, mount.mountPropagation, container)
    validateRecursiveReadOnly(errors, `${field}.recursiveReadOnly`, mount)
  }
}

function validateSubPaths(errors: Errors, field: string, path: string, { subPath, subPathExpr }: VolumeMount): void {
  if (subPath) localDescending(errors, `${field}.subPath`, subPath)
  if (!subPathExpr) return
  if (subPath) invalid(errors, `${path}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive')
  localDescending(errors, `${field}.subPathExpr`, subPathExpr)
}

const propagations = ['Bidirectional', 'HostToContainer', 'None']

function validatePropagation(
  errors: Errors,
  field: string,
  propagation: string | undefined,
  container: Container | undefined,
): void {
  if (propagation === undefined) return
  if (!propagations.includes(propagation)) notSupported(errors, field, propagation, propagations)
  if (container && propagation === 'Bidirectional' && !container.securityContext?.privileged) {
    forbidden(errors, field, 'Bidirectional mount propagation is available only to privileged containers')
  }
}

const readOnlyModes = ['Disabled', 'Enabled', 'IfPossible']

function validateRecursiveReadOnly(errors: Errors, field: string, mount: VolumeMount): void {
  const mode = mount.recursiveReadOnly
  if (mode === undefined || mode === 'Disabled') return
  if (mode !== 'Enabled' && mode !== 'IfPossible') {
    notSupported(errors, field, mode, readOnlyModes)
    return
  }
  if (!mount.readOnly) forbidden(errors, field, 'may only be specified when readOnly is true')
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    forbidden(errors, field, 'may only be specified when mountPropagation is None or not specified')
  }
}

export function validateVolumeDevices(
  errors: Errors,
  field: string,
  devices: readonly VolumeDevice[] = [],
  mounts: ReadonlyMap<string, string>,
  volumes: Volumes,
): void {
  const names = new Set<string>()
  const paths = new Set<string>()
  const mountPaths = new Set(mounts.values())
  for (const [i, { name = '', devicePath = '' }] of devices.entries()) {
    const path = `${field}[${i}]`
    if (name === '') required(errors, `${path}.name`)
    if (names.has(name)) invalid(errors, `${path}.name`, name, 'must be unique')
    validateDeviceVolume(errors, `${path}.name`, name, volumes)
    if (devicePath === '') required(errors, `${path}.devicePath`)
    if (paths.has(devicePath)) invalid(errors, `${path}.devicePath`, devicePath, 'must be unique')
    if (devicePath.split('/').includes('..')) {
      invalid(errors, `${path}.devicePath`, devicePath, "can not contain backsteps ('..')")
    } else paths.add(devicePath)
    if (mounts.has(name)) invalid(errors, `${path}.name`, name, 'must not already exist in volumeMounts')
    if (mountPaths.has(devicePath)) {
      invalid(errors, `${path}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts')
    }
    if (name !== '') names.add(name)
  }
}

function validateDeviceVolume(errors: Errors, field: string, name: string, volumes: Volumes): void {
  const volume = volumes.get(name)
  if (!volume) notFound(errors, field, name)
  else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
    const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
    invalid(errors, field, name, detail)
  }
}
