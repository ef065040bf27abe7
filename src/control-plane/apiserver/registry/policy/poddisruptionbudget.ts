import { isPathSegmentName } from '../../../../api/names.ts'
import type { PodDisruptionBudget } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { workloadTexts } from '../columns/workload-texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import {
  validatePodDisruptionBudget,
  validatePodDisruptionBudgetStatusUpdate,
  validatePodDisruptionBudgetUpdate,
} from '../validation/poddisruptionbudget.ts'

const texts = workloadTexts.PodDisruptionBudget
const NOTHING = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }

export const podDisruptionBudget = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  resource: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  namespaced: true,
  subresources: statusSubresource,
  schema: 'io.k8s.api.policy.v1.PodDisruptionBudget',
  prepareForCreate: (budget) => ({ ...budget, status: NOTHING }),
  prepareForUpdate: (budget, old) => ({ ...budget, status: old.status }) as PodDisruptionBudget,
  prepareForStatusUpdate: (budget, old) => ({ ...budget, spec: old.spec }) as PodDisruptionBudget,
  // The strategy has no rule of its own: whatever can stand in a path will do.
  validateName: isPathSegmentName,
  validate: validatePodDisruptionBudget,
  validateUpdate: validatePodDisruptionBudgetUpdate,
  validateStatusUpdate: validatePodDisruptionBudgetStatusUpdate,
  columns: [
    nameColumn,
    column('Min Available', texts.minAvailable, ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    column('Max Unavailable', texts.maxUnavailable, ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
    column('Allowed Disruptions', texts.allowedDisruptions, ({ status }) => status?.disruptionsAllowed ?? 0, {
      type: 'integer',
    }),
    ageColumn,
  ],
})
