import type { Event, EventsEvent } from '../../../../api/types.ts'
import { event as coreEvent, coreEventColumns, toCoreEvent, toEventsEvent } from '../core/event.ts'
import { defineKind } from '../kind.ts'
import { validateEventsEvent, validateEventsEventUpdate } from '../validation/event.ts'

const regarding = (field: 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath') => {
  return (event: EventsEvent): string => event.regarding?.[field] ?? ''
}

export const eventsEvent = defineKind<EventsEvent>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  schema: 'io.k8s.api.events.v1.Event',
  columns: coreEventColumns.map((column) => ({ ...column, cell: (each, now) => column.cell(toCoreEvent(each), now) })),
  // Source: pkg/apis/events/v1/conversion.go AddFieldLabelConversionsForEvent.
  fieldSelectors: {
    'regarding.kind': regarding('kind'),
    'regarding.namespace': regarding('namespace'),
    'regarding.name': regarding('name'),
    'regarding.uid': regarding('uid'),
    'regarding.apiVersion': regarding('apiVersion'),
    'regarding.resourceVersion': regarding('resourceVersion'),
    'regarding.fieldPath': regarding('fieldPath'),
    reason: (each) => each.reason ?? '',
    reportingController: (each) => each.reportingController ?? '',
    type: (each) => each.type ?? '',
  },
  allowCreateOnUpdate: true,
  view: {
    group: '',
    resource: 'events',
    toStored: toCoreEvent as never,
    fromStored: (stored) => toEventsEvent(stored as Event),
    rules: {
      ...coreEvent,
      validate: (each) => validateEventsEvent(each as Event),
      validateUpdate: (each, old) => validateEventsEventUpdate(each as Event, old as Event),
    },
  },
})
