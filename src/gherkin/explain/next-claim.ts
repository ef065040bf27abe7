import { NO_PROVISIONER } from '../../api/claims.ts'
import { defaultStorageClass, isDelayed, storageClassOf } from '../../api/storage.ts'
import type { PersistentVolumeClaim, StorageClass } from '../../api/types.ts'
import type { World } from '../world.ts'
import { notThere } from './nearest.ts'

/** What a claim waits for that has no volume. */
export function claimNext(world: World, claim: PersistentVolumeClaim): readonly string[] {
  if (claim.status?.phase === 'Bound') return []
  const { name } = claim.metadata
  const { volumeName, storageClassName } = claim.spec
  const lead = `PersistentVolumeClaim "${name}" has to be bound: `
  if (volumeName && world.get('PersistentVolume', volumeName) === undefined)
    return [lead + notThere(world, 'PersistentVolume', volumeName)]
  const wanted = storageClassOf(claim)
  if (wanted === '') {
    const fallback = storageClassName === undefined && defaultStorageClass([...world.client.list('StorageClass')])
    return [
      `${lead}${fallback ? 'the default class has come later' : 'no class makes it: a PersistentVolume without class has to fit'}`,
    ]
  }
  const found = world.get('StorageClass', wanted) as StorageClass | undefined
  if (found === undefined) return [lead + notThere(world, 'StorageClass', wanted)]
  if (isDelayed(found)) return [`${lead}StorageClass "${wanted}" waits for the first Pod that uses it to be scheduled`]
  return [
    found.provisioner === NO_PROVISIONER
      ? `${lead}a PersistentVolume of class "${wanted}" has to fit: nobody makes them`
      : `${lead}${found.provisioner}, the provisioner of StorageClass "${wanted}", has to make its volume`,
  ]
}
