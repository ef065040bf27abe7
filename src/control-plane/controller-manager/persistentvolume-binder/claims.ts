import { isBoundTo } from '../../../api/claims.ts'
import { isPodTerminal } from '../../../api/conditions.ts'
import { migratedDriver } from '../../../api/csi-migration.ts'
import { keyOf, splitKey } from '../../../api/meta.ts'
import {
  BETA_STORAGE_PROVISIONER,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  defaultStorageClass,
  isDelayed,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  storageClassOf,
} from '../../../api/storage.ts'
import { isStatus, type PersistentVolumeClaim, type Status, type StorageClass } from '../../../api/types.ts'
import { claimNamesOf } from '../ephemeral-claims.ts'
import { bestMatch, mismatch } from './matching.ts'
import { withMigration } from './migration.ts'
import { type BinderDependencies, bind, hasAnnotation, loseClaim, setClaimPhase } from './writes.ts'

/** Source: pkg/controller/volume/persistentvolume/pv_controller.go syncClaim */
export function syncClaim(key: string, deps: BinderDependencies): Status | undefined {
  const { namespace, name } = splitKey(key)
  const found = deps.client.get('PersistentVolumeClaim', name, namespace)
  if (found === undefined) return undefined
  const needsChange = withMigration(found) !== found
  const claim = needsChange ? deps.client.update('PersistentVolumeClaim', name, namespace, withMigration) : found
  if (isStatus(claim)) return claim
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
  const className = storageClassOf(claim)
  const storageClass = className === '' ? undefined : client.get('StorageClass', className)
  const delayed = storageClass !== undefined && isDelayed(storageClass)
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
  if (claim.spec.storageClassName !== undefined || storageClassOf(claim) !== '') return undefined
  const newest = defaultStorageClass(client.list('StorageClass'))
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
    .filter((pod) => !pod.spec.nodeName && !isPodTerminal(pod) && claimNamesOf(pod).includes(name))
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
  const asked = storageClass.provisioner
  const provisioner = migratedDriver(asked) ?? asked
  const isBuiltIn = provisioner.startsWith('kubernetes.io/')
  if (isBuiltIn && provisioner !== HOST_PATH) return fail(`no volume plugin matched name: ${provisioner}`)
  const annotated = setProvisioner(claim, provisioner, client)
  if (annotated !== undefined) {
    claimChanged(keyOf(claim))
    return fail(`Error saving claim: ${annotated.message}`)
  }
  // --enable-hostpath-provisioner is off by default.
  if (isBuiltIn) return fail(`Failed to create provisioner: provisioning in volume plugin "${HOST_PATH}" is disabled`)
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' ` +
    'or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.'
  recorder.event(claim, 'Normal', 'ExternalProvisioning', message)
  return undefined
}

const HOST_PATH = 'kubernetes.io/host-path'

/** Source: setClaimProvisioner */
function setProvisioner(
  { metadata: { name, namespace, annotations } }: PersistentVolumeClaim,
  provisioner: string,
  client: BinderDependencies['client'],
): Status | undefined {
  if (annotations?.[STORAGE_PROVISIONER] === provisioner) return undefined
  const added = { [BETA_STORAGE_PROVISIONER]: provisioner, [STORAGE_PROVISIONER]: provisioner }
  const answer = client.update('PersistentVolumeClaim', name, namespace, (now) => ({
    ...now,
    metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, ...added } },
  }))
  return isStatus(answer) ? answer : undefined
}
