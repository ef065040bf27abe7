import { encodeBase64 } from '../../../../api/base64.ts'
import type { Secret } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { validateSecret, validateSecretUpdate } from '../validation/config.ts'
import { secretWarnings } from '../warnings/secret-warnings.ts'

/** `stringData` is write only: it goes into `data`. Source: pkg/apis/core/v1/conversion.go Convert_v1_Secret_To_core_Secret. */
function mergeStringData({ stringData = {}, ...secret }: Secret): Secret {
  const encoded = Object.entries(stringData).map(([key, value]) => [key, encodeBase64(value)])
  return encoded.length === 0 ? secret : { ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } }
}

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_Secret. */
function defaults(secret: Secret): Secret {
  const merged = secret.stringData ? mergeStringData(secret) : secret
  return merged.type ? merged : { ...merged, type: 'Opaque' }
}

const texts = columnTexts.Secret

export const secret = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  resource: 'secrets',
  singular: 'secret',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Secret',
  defaults,
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
  warnings: secretWarnings,
  columns: [
    nameColumn,
    column('Type', texts.type, (each) => each.type ?? ''),
    column('Data', texts.data, (each) => Object.keys(each.data ?? {}).length),
    ageColumn,
  ],
  fieldSelectors: { type: (each) => each.type ?? '' },
})
