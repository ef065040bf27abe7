import { keyOf, splitKey } from '../../../api/meta.ts'
import { isStatus, type PersistentVolumeClaim, type Status, type StorageClass } from '../../../api/types.ts'
import { bestMatch, classOfClaim, isBoundTo, mismatch } from './matching.ts'
import {
  BIND_COMPLETED,
  type BinderDependencies,
  BOUND_BY_CONTROLLER,
  bind,
  hasAnnotation,
  loseClaim,
  setClaimPhase,
} from './writes.ts'

const PROVISIONERS = ['volume.kubernetes.io/storage-provisioner', 'volume.beta.kubernetes.io/storage-provisioner']
const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

/** Source: pkg/controller/volume/persistentvolume/pv_controller.go syncClaim */
export function syncClaim(key: string, deps: BinderDependencies): Status | undefined {
  const { namespace, name } = splitKey(key)
  const claim = deps.client.get('PersistentVolumeClaim', name, namespace)
  if (claim === undefined) return undefined
  return hasAnnotation(claim, BIND_COMPLETED) ? syncBound(claim, deps) : syncUnbound(claim, deps)
}

/** Source: syncBoundClaim */
function syncBound(claim: PersistentVolumeClaim, deps: BinderDependencies): Status | undefined {
  const { volumeName } = claim.spec
  if (!volumeName)
    return loseClaim(
      deps,
      claim,
      'ClaimLost',
      'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
    )
  const volume = deps.client.get('PersistentVolume', volumeName)
  if (volume === undefined)
    return loseClaim(deps, claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  const { claimRef } = volume.spec
  if (claimRef === undefined || claimRef.uid === claim.metadata.uid) return bind(deps, volume, claim)
  const message = 'Two claims are bound to the same volume, this one is bound incorrectly'
  return loseClaim(deps, claim, 'ClaimMisbound', message)
}

/** Source: syncUnboundClaim */
function syncUnbound(claim: PersistentVolumeClaim, deps: BinderDependencies): Status | undefined {
  const { client, recorder } = deps
  const { volumeName } = claim.spec
  if (!volumeName) return findVolume(claim, deps)
  const volume = client.get('PersistentVolume', volumeName)
  if (volume === undefined) return setClaimPhase(deps, claim, 'Pending')
  if (volume.spec.claimRef === undefined) {
    const why = mismatch(volume, claim)
    if (why === undefined) return bind(deps, volume, claim)
    recorder.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${volumeName}": ${why}`)
    return setClaimPhase(deps, claim, 'Pending')
  }
  if (isBoundTo(volume, claim)) return bind(deps, volume, claim)
  recorder.event(claim, 'Warning', 'FailedBinding', `volume "${volumeName}" already bound to a different claim.`)
  return hasAnnotation(claim, BOUND_BY_CONTROLLER) ? undefined : setClaimPhase(deps, claim, 'Pending')
}

function findVolume(claim: PersistentVolumeClaim, deps: BinderDependencies): Status | undefined {
  const { client, recorder } = deps
  const className = classOfClaim(claim)
  const storageClass = className === '' ? undefined : client.get('StorageClass', className)
  const delayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
  const volume = bestMatch(claim, client.list('PersistentVolume'), delayed)
  if (volume !== undefined) return bind(deps, volume, claim)
  const defaulted = assignDefaultClass(claim, deps)
  if (defaulted !== undefined) return isStatus(defaulted) ? defaulted : undefined
  if (delayed && !hasAnnotation(claim, SELECTED_NODE)) tellWaiting(claim, deps)
  else if (className !== '') return provision(claim, className, storageClass, deps)
  else {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    recorder.event(claim, 'Normal', 'FailedBinding', message)
  }
  return setClaimPhase(deps, claim, 'Pending')
}

/** A claim made before there was a default class gets it later. Source: assignDefaultStorageClass */
function assignDefaultClass(
  claim: PersistentVolumeClaim,
  { client }: BinderDependencies,
): 'assigned' | Status | undefined {
  if (claim.spec.storageClassName !== undefined || classOfClaim(claim) !== '') return undefined
  const isDefault = ({ metadata }: StorageClass) =>
    DEFAULT_CLASS.some((name) => metadata.annotations?.[name] === 'true')
  const [newest] = client
    .list('StorageClass')
    .filter(isDefault)
    .sort((a, b) => {
      const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
      if (left !== right) return left > right ? -1 : 1
      return a.metadata.name < b.metadata.name ? -1 : 1
    })
  if (newest === undefined) return undefined
  const { name, namespace } = claim.metadata
  const answer = client.update('PersistentVolumeClaim', name, namespace, (now) => ({
    ...now,
    spec: { ...now.spec, storageClassName: newest.metadata.name },
  }))
  return isStatus(answer) ? answer : 'assigned'
}

/** Source: emitEventForUnboundDelayBindingClaim */
function tellWaiting(claim: PersistentVolumeClaim, { client, recorder }: BinderDependencies): void {
  const { name, namespace } = claim.metadata
  const waiting = client
    .list('Pod', { namespace: namespace! })
    .filter(
      ({ spec }) => !spec.nodeName && spec.volumes?.some((each) => each.persistentVolumeClaim?.claimName === name),
    )
    .map(({ metadata }) => metadata.name)
  const [one] = waiting
  if (one === undefined) {
    const message = 'waiting for first consumer to be created before binding'
    recorder.event(claim, 'Normal', 'WaitForFirstConsumer', message)
  } else {
    const pods = waiting.length === 1 ? `pod ${one}` : `pods ${waiting.join(',')}`
    recorder.event(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${pods} to be scheduled`)
  }
}

/** The provisioner is somebody else: the claim says which. Source: provisionClaim, provisionClaimOperationExternal */
function provision(
  claim: PersistentVolumeClaim,
  className: string,
  storageClass: StorageClass | undefined,
  { client, recorder, claimChanged }: BinderDependencies,
): Status | undefined {
  const fail = (message: string): undefined => {
    recorder.event(claim, 'Warning', 'ProvisioningFailed', message)
  }
  if (storageClass === undefined) return fail(`storageclass.storage.k8s.io "${className}" not found`)
  const { provisioner } = storageClass
  if (provisioner.startsWith('kubernetes.io/')) return fail(`no volume plugin matched name: ${provisioner}`)
  const { name, namespace, annotations } = claim.metadata
  if (PROVISIONERS.some((each) => annotations?.[each] !== provisioner)) {
    const added = Object.fromEntries(PROVISIONERS.map((each) => [each, provisioner]))
    const answer = client.update('PersistentVolumeClaim', name, namespace, (now) => ({
      ...now,
      metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, ...added } },
    }))
    if (isStatus(answer)) {
      claimChanged(keyOf(claim))
      return fail(`Error saving claim: ${answer.message}`)
    }
  }
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' ` +
    'or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.'
  recorder.event(claim, 'Normal', 'ExternalProvisioning', message)
  return undefined
}
