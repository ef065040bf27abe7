import type { Plugin } from '../framework.ts'

/**
 * Devices by claims are not simulated: a pod that has claims says so. Of the real plugin there is only what it adds to the
 * message of every pod that finds no node. Source: plugins/dynamicresources/dynamicresources.go
 */
export const dynamicResources: Plugin = {
  name: 'DynamicResources',
  preFilter({ pod }) {
    if ((pod.spec.resourceClaims ?? []).length === 0) return { code: 'Skip' }
    return {
      code: 'UnschedulableAndUnresolvable',
      reasons: ['dynamic resource allocation is not simulated by kubedrill'],
    }
  },
  // Where a plugin refused the pod outright, the real one was not asked to prepare, and does not find what it would have left.
  postFilter: (_pod, { preFilterMessage }) =>
    preFilterMessage === ''
      ? { code: 'Unschedulable', message: 'no new claims to deallocate' }
      : { code: 'Error', message: 'not found' },
}
