import type { IPAddress } from '../../../../api/types.ts'
import { column, nameColumn } from '../columns/column.ts'
import { resourceTexts } from '../columns/resource-texts.ts'
import { defineKind } from '../kind.ts'
import { validateIPAddress, validateIPAddressName, validateIPAddressUpdate } from '../validation/service-network.ts'

/** `services/default/kubernetes`. Source: printers.go printIPAddress. */
function parentText({ spec }: IPAddress): string {
  const parent = spec?.parentRef
  if (!parent) return '<none>'
  const { group, resource, namespace, name } = parent
  const qualified = (group ? `${resource}.${group}` : resource).toLowerCase()
  return [qualified, ...(namespace ? [namespace] : []), name].join('/')
}

export const ipAddress = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  resource: 'ipaddresses',
  singular: 'ipaddress',
  shortNames: ['ip'],
  namespaced: false,
  schema: 'io.k8s.api.networking.v1.IPAddress',
  validateName: validateIPAddressName,
  validate: validateIPAddress,
  validateUpdate: validateIPAddressUpdate,
  columns: [nameColumn, column('ParentRef', resourceTexts.IPAddress.parentRef, parentText)],
})
