import type { ValidatingWebhookConfiguration } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateWebhooks, validateWebhooksUpdate } from '../validation/admissionregistration/webhooks.ts'
import { webhookDefaults } from './defaults.ts'
import { firstGeneration, nextGeneration } from './generation.ts'
import { staticSuffixWarnings } from './static-suffix.ts'

/** Source: pkg/apis/admissionregistration/v1/defaults.go SetDefaults_ValidatingWebhook. */
const defaults = (each: ValidatingWebhookConfiguration): ValidatingWebhookConfiguration =>
  each.webhooks === undefined ? each : { ...each, webhooks: each.webhooks.map(webhookDefaults) }

const texts = { webhooks: 'Webhooks indicates the number of webhooks registered in this configuration' }

export const validatingWebhookConfiguration = defineKind<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  resource: 'validatingwebhookconfigurations',
  singular: 'validatingwebhookconfiguration',
  categories: ['api-extensions'],
  namespaced: false,
  schema: 'io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration',
  defaults,
  prepareForCreate: firstGeneration,
  prepareForUpdate: nextGeneration,
  validate: validateWebhooks,
  validateUpdate: validateWebhooksUpdate,
  warnings: staticSuffixWarnings,
  columns: [
    nameColumn,
    column('Webhooks', texts.webhooks, (each) => each.webhooks?.length ?? 0, { type: 'integer' }),
    ageColumn,
  ],
})
