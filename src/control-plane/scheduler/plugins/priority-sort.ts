import type { Plugin } from '../framework.ts'

/** By priority, then by the time a pod was put in line. Source: plugins/queuesort/priority_sort.go */
export const prioritySort: Plugin = {
  name: 'PrioritySort',
  less: (a, b) => a.priority > b.priority || (a.priority === b.priority && a.timestamp < b.timestamp),
}
