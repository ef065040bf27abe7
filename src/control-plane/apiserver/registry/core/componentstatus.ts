import type { ComponentStatus } from '../../../../api/types.ts'
import { column, nameColumn } from '../columns/column.ts'
import { resourceTexts } from '../columns/resource-texts.ts'
import { defineKind } from '../kind.ts'

const healthOf = ({ conditions }: ComponentStatus) => conditions?.find(({ type }) => type === 'Healthy')

/** Source: printers.go printComponentStatus. */
function statusText(status: ComponentStatus): string {
  const condition = healthOf(status)
  if (!condition) return 'Unknown'
  return condition.status === 'True' ? 'Healthy' : 'Unhealthy'
}

const texts = resourceTexts.ComponentStatus

/** Never stored: the components are asked anew each time, see rest/component-status.ts. */
export const componentStatus = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  resource: 'componentstatuses',
  singular: 'componentstatus',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  schema: 'io.k8s.api.core.v1.ComponentStatus',
  columns: [
    nameColumn,
    column('Status', texts.status, statusText),
    column('Message', texts.message, (each) => healthOf(each)?.message ?? ''),
    column('Error', texts.error, (each) => healthOf(each)?.error ?? ''),
  ],
  virtual: true,
})
