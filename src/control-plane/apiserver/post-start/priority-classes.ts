import { systemPriorityClasses } from '../bootstrap/priority-classes.ts'
import type { Server } from '../contract.ts'
import { ensure } from './loopback.ts'

/** Source: pkg/registry/scheduling/rest/storage_scheduling.go AddSystemPriorityClasses */
export function priorityClasses(server: Server): void {
  for (const each of systemPriorityClasses) ensure(server, each)
}
