import { controllerOf, groupOf } from '../../../../api/meta.ts'
import type { ControllerRevision } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { validateControllerRevision, validateControllerRevisionUpdate } from '../validation/workloads.ts'

/** `daemonset.apps/name`. Source: printers.go printControllerRevision, formatResourceName. */
function controllerText(revision: ControllerRevision): string {
  const owner = controllerOf(revision)
  if (!owner) return '<none>'
  const group = groupOf(owner.apiVersion)
  return `${(group ? `${owner.kind}.${group}` : owner.kind).toLowerCase()}/${owner.name}`
}

const texts = columnTexts.ControllerRevision

export const controllerRevision = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  resource: 'controllerrevisions',
  singular: 'controllerrevision',
  namespaced: true,
  schema: 'io.k8s.api.apps.v1.ControllerRevision',
  validate: validateControllerRevision,
  validateUpdate: validateControllerRevisionUpdate,
  columns: [
    nameColumn,
    column('Controller', texts.controller, controllerText),
    column('Revision', texts.revision, (each) => each.revision),
    ageColumn,
  ],
})
