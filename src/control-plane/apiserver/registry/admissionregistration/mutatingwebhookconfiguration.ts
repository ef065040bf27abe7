import type { MutatingWebhookConfiguration } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateWebhooks, validateWebhooksUpdate } from '../validation/admissionregistration/webhooks.ts'
import { webhookDefaults } from './defaults.ts'
import { firstGeneration, nextGeneration } from './generation.ts'
import { staticSuffixWarnings } from './static-suffix.ts'

/** Source: pkg/apis/admissionregistration/v1/defaults.go SetDefaults_MutatingWebhook. */
function defaults(each: MutatingWebhookConfiguration): MutatingWebhookConfiguration {
  if (each.webhooks === undefined) return each
  const webhooks = each.webhooks.map((webhook) => ({
    ...webhookDefaults(webhook),
    reinvocationPolicy: webhook.reinvocationPolicy ?? 'Never',
  }))
  return { ...each, webhooks }
}

const texts = { webhooks: 'Webhooks indicates the number of webhooks registered in this configuration' }

export const mutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  resource: 'mutatingwebhookconfigurations',
  singular: 'mutatingwebhookconfiguration',
  categories: ['api-extensions'],
  namespaced: false,
  schema: 'io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration',
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
