import type { Plugin } from '../framework.ts'

/** A pod with gates is not looked at before they are all gone. Source: plugins/schedulinggates/scheduling_gates.go */
export const schedulingGates: Plugin = {
  name: 'SchedulingGates',
  events: new Set(['UnscheduledPod/UpdatePodSchedulingGatesEliminated']),
  preEnqueue({ spec: { schedulingGates: gates } }) {
    if (gates === undefined || gates.length === 0) return undefined
    const names = gates.map(({ name }) => name).join(' ')
    return { code: 'UnschedulableAndUnresolvable', reasons: [`waiting for scheduling gates: [${names}]`] }
  },
  isSchedulableAfter: (event, pod) => event.resource !== 'Node' && event.new?.metadata.uid === pod.metadata.uid,
}
