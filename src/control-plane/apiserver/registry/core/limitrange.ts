import type { LimitRange, LimitRangeItem } from '../../../../api/types.ts'
import { defaultColumns } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateLimitRange } from '../validation/limitrange.ts'
import { canonicalResources } from './resource-list.ts'

const lists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const

/** For containers the limit is the maximum and the request the limit, else the minimum. Source: pkg/apis/core/v1/defaults.go SetDefaults_LimitRangeItem. */
function withContainerDefaults(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== 'Container') return item
  const limits = { ...item.max, ...item.default }
  const requests = { ...item.min, ...limits, ...item.defaultRequest }
  return {
    ...item,
    ...(Object.keys(limits).length > 0 && { default: limits }),
    ...(Object.keys(requests).length > 0 && { defaultRequest: requests }),
  }
}

function itemDefaults(given: LimitRangeItem): LimitRangeItem {
  const item = withContainerDefaults(given)
  const canonical = lists.flatMap((list) => (item[list] ? [[list, canonicalResources(item[list])]] : []))
  return { ...item, ...Object.fromEntries(canonical) }
}

export const limitRange = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  resource: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  namespaced: true,
  schema: 'io.k8s.api.core.v1.LimitRange',
  defaults: (range) =>
    range.spec?.limits ? { ...range, spec: { ...range.spec, limits: range.spec.limits.map(itemDefaults) } } : range,
  // Source: pkg/registry/core/limitrange/strategy.go PrepareForCreate
  prepareForCreate: (range) =>
    range.metadata.name ? range : { ...range, metadata: { ...range.metadata, name: range.metadata.uid! } },
  validate: validateLimitRange,
  columns: defaultColumns,
  allowCreateOnUpdate: true,
})
