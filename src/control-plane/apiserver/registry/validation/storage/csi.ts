import { isDNS1123Subdomain, isLabelKey } from '../../../../../api/names.ts'
import { compareQuantities } from '../../../../../api/quantity.ts'
import type {
  CSIDriver,
  CSIDriverSpec,
  CSINode,
  CSINodeDriver,
  CSIStorageCapacity,
  CSITokenRequest,
} from '../../../../../api/types.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import { duplicate, type Errors, invalid, invalidEach, notSupported, required } from '../field-error.ts'
import { IMMUTABLE, IS_NEGATIVE } from '../formats.ts'
import { internalForm } from '../internal-form.ts'
import { sortedMap, validateLabelSelector } from '../labels.ts'
import { nonNegative, validateImmutable } from '../objectmeta.ts'
import { validateCSIDriverName } from './csi-names.ts'

/** Source: pkg/apis/storage/validation/validation.go. */

const MAX_NODE_ID = 256

function validateNodeDriver(errors: Errors, field: string, driver: CSINodeDriver): void {
  const { name, nodeID = '', allocatable } = driver
  validateCSIDriverName(errors, `${field}.name`, name)
  if (nodeID === '') required(errors, `${field}.nodeID`)
  if (nodeID.length > MAX_NODE_ID) {
    invalid(errors, `${field}.nodeID`, nodeID, `must be ${MAX_NODE_ID} characters or less`)
  }
  nonNegative(errors, `${field}.allocatable.count`, allocatable?.count)
}

function validateTopologyKeys(errors: Errors, field: string, { topologyKeys: given }: CSINodeDriver): void {
  const topologyKeys = given ?? []
  for (const [i, key] of topologyKeys.entries()) {
    if (key === '') required(errors, field)
    if (topologyKeys.indexOf(key) < i) duplicate(errors, field, key)
    invalidEach(errors, field, key, isLabelKey(key))
  }
}

export function validateCSINode({ spec }: CSINode): Errors {
  const errors: Errors = []
  const drivers = spec.drivers ?? []
  for (const [i, driver] of drivers.entries()) {
    const path = `spec.drivers[${i}]`
    validateNodeDriver(errors, path, driver)
    if (drivers.findIndex(({ name }) => name === driver.name) < i) duplicate(errors, `${path}.name`, driver.name)
    validateTopologyKeys(errors, path, driver)
  }
  return errors
}

/** What a driver said of itself stays, but for how many volumes it takes. */
export function validateCSINodeUpdate(node: CSINode, old: CSINode): Errors {
  const errors = validateCSINode(node)
  const fixed = ({ allocatable: _, ...driver }: CSINodeDriver) => internalForm('CSINodeDriver', driver)
  for (const before of old.spec.drivers ?? []) {
    for (const driver of node.spec.drivers ?? []) {
      if (before.name === driver.name) validateImmutable(errors, 'spec.drivers', fixed(driver), fixed(before))
    }
  }
  return errors
}

const MIN_TOKEN_SECONDS = 600
const MAX_TOKEN_SECONDS = 2 ** 32

function validateTokenRequests(errors: Errors, requests: readonly CSITokenRequest[] = []): void {
  const seen = new Set<string>()
  for (const [i, { audience = '', expirationSeconds: seconds }] of requests.entries()) {
    const path = `spec.tokenRequests[${i}]`
    if (seen.has(audience)) {
      duplicate(errors, `${path}.audience`, audience)
      continue
    }
    seen.add(audience)
    if (seconds === undefined) continue
    const wrong = (detail: string) => invalid(errors, `${path}.expirationSeconds`, seconds, detail)
    if (seconds < MIN_TOKEN_SECONDS) wrong('may not specify a duration less than 10 minutes')
    if (seconds > MAX_TOKEN_SECONDS) wrong('may not specify a duration larger than 2^32 seconds')
  }
}

const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const LIFECYCLE_MODES = ['Persistent', 'Ephemeral']

function validateDriverSpec(errors: Errors, spec: CSIDriverSpec): void {
  const { fsGroupPolicy, tokenRequests, nodeAllocatableUpdatePeriodSeconds: period } = spec
  if (fsGroupPolicy !== undefined && !FS_GROUP_POLICIES.includes(fsGroupPolicy)) {
    notSupported(errors, 'spec.fsGroupPolicy', fsGroupPolicy, FS_GROUP_POLICIES)
  }
  validateTokenRequests(errors, tokenRequests)
  for (const mode of spec.volumeLifecycleModes ?? []) {
    if (!LIFECYCLE_MODES.includes(mode)) notSupported(errors, 'spec.volumeLifecycleModes', mode, LIFECYCLE_MODES)
  }
  if (period !== undefined && period < 10) {
    const field = 'spec.nodeAllocatableUpdatePeriodSeconds'
    invalid(errors, field, period, 'must be greater than or equal to 10 seconds')
  }
  const inSecrets = spec.serviceAccountTokenInSecrets
  if (inSecrets !== undefined && (tokenRequests ?? []).length === 0) {
    const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified'
    invalid(errors, 'spec.serviceAccountTokenInSecrets', inSecrets, detail)
  }
}

export function validateCSIDriver({ spec }: CSIDriver): Errors {
  const errors: Errors = []
  validateDriverSpec(errors, spec)
  return errors
}

export function validateCSIDriverUpdate({ spec }: CSIDriver, old: CSIDriver): Errors {
  const errors: Errors = []
  validateDriverSpec(errors, spec)
  validateImmutable(errors, 'spec.attachedRequired', spec.attachRequired, old.spec.attachRequired)
  validateImmutable(errors, 'spec.volumeLifecycleModes', spec.volumeLifecycleModes, old.spec.volumeLifecycleModes)
  return errors
}

export function validateCSIStorageCapacity(each: CSIStorageCapacity, old?: CSIStorageCapacity): Errors {
  const errors: Errors = []
  const { nodeTopology, storageClassName = '', capacity } = each
  validateLabelSelector(errors, 'nodeTopology', nodeTopology, old !== undefined && hasInvalidValues(old))
  invalidEach(errors, 'storageClassName', storageClassName, isDNS1123Subdomain(storageClassName))
  if (capacity !== undefined && compareQuantities(capacity, '0') < 0) {
    invalid(errors, 'capacity', String(capacity), IS_NEGATIVE)
  }
  return errors
}

function hasInvalidValues({ nodeTopology }: CSIStorageCapacity): boolean {
  const errors: Errors = []
  validateLabelSelector(errors, '', nodeTopology)
  return errors.length > 0
}

export function validateCSIStorageCapacityUpdate(each: CSIStorageCapacity, old: CSIStorageCapacity): Errors {
  const errors = validateCSIStorageCapacity(each, old)
  if (!semanticallyEqual(each.nodeTopology, old.nodeTopology)) {
    const { matchLabels } = each.nodeTopology ?? {}
    const sorted = { ...each.nodeTopology, ...(matchLabels && { matchLabels: sortedMap(matchLabels) }) }
    invalid(errors, 'nodeTopology', each.nodeTopology && sorted, IMMUTABLE)
  }
  if (each.storageClassName !== old.storageClassName) {
    invalid(errors, 'storageClassName', each.storageClassName, IMMUTABLE)
  }
  return errors
}
