import { isPathSegmentName } from '../../../../api/names.ts'
import type { Event, EventsEvent } from '../../../../api/types.ts'
import { column, nameColumn, since } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import type { Column } from '../contract.ts'
import { defineKind } from '../kind.ts'
import { validateEvent } from '../validation/event.ts'

/** --event-ttl of kube-apiserver. */
const EVENT_TTL_SECONDS = 3600

const firstSeen = (event: Event, now: number): string => since(event.firstTimestamp ?? event.eventTime, now)

function lastSeen(event: Event, now: number): string {
  if (event.series) return since(event.series.lastObservedTime, now)
  return event.lastTimestamp ? since(event.lastTimestamp, now) : firstSeen(event, now)
}

function objectText({ involvedObject: { kind = '', name } }: Event): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase()
}

/** Source: printers.go formatEventSource. */
function sourceText(event: Event): string {
  const component = event.source?.component || event.reportingComponent || ''
  const instance = event.source?.host || event.reportingInstance
  return instance ? `${component}, ${instance}` : component
}

const texts = columnTexts.Event

/** Source: printers.go printEvent. */
const columns: readonly Column<Event>[] = [
  column('Last Seen', texts.lastSeen, lastSeen),
  column('Type', texts.type, (each) => each.type ?? ''),
  column('Reason', texts.reason, (each) => each.reason ?? ''),
  column('Object', texts.object, objectText),
  column('Subobject', texts.subobject, (each) => each.involvedObject.fieldPath ?? '', { wide: true }),
  column('Source', texts.source, sourceText, { wide: true }),
  column('Message', texts.message, (each) => (each.message ?? '').trim()),
  column('First Seen', texts.firstSeen, firstSeen, { wide: true }),
  column('Count', texts.count, (each) => (each.series ? (each.series.count ?? 0) : each.count || 1), { wide: true }),
  { ...nameColumn, priority: 1 },
]

const involved = (field: 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath') => {
  return (event: Event): string => event.involvedObject[field] ?? ''
}

export const event = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Event',
  // The strategy has no rule of its own: whatever can stand in a path will do.
  validateName: isPathSegmentName,
  validate: (each) => validateEvent(each),
  columns,
  // Source: pkg/registry/core/event/strategy.go ToSelectableFields.
  fieldSelectors: {
    'involvedObject.kind': involved('kind'),
    'involvedObject.namespace': involved('namespace'),
    'involvedObject.name': involved('name'),
    'involvedObject.uid': involved('uid'),
    'involvedObject.apiVersion': involved('apiVersion'),
    'involvedObject.resourceVersion': involved('resourceVersion'),
    'involvedObject.fieldPath': involved('fieldPath'),
    reason: (each) => each.reason ?? '',
    reportingComponent: (each) => each.reportingComponent ?? '',
    source: (each) => each.source?.component || each.reportingComponent || '',
    type: (each) => each.type ?? '',
  },
  ttlSeconds: EVENT_TTL_SECONDS,
  allowCreateOnUpdate: true,
})

/** Source: pkg/apis/events/v1/conversion.go. */
export function toCoreEvent(event: EventsEvent): Event {
  const { deprecatedCount, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedSource, ...rest } = event
  const { note, regarding, reportingController, series, ...same } = rest
  return {
    ...same,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    ...(deprecatedCount !== undefined && { count: deprecatedCount }),
    ...(deprecatedFirstTimestamp && { firstTimestamp: deprecatedFirstTimestamp }),
    ...(deprecatedLastTimestamp && { lastTimestamp: deprecatedLastTimestamp }),
    ...(deprecatedSource && { source: deprecatedSource }),
    ...(note !== undefined && { message: note }),
    ...(reportingController !== undefined && { reportingComponent: reportingController }),
    ...(series && { series }),
  }
}

/** The other way. */
export function toEventsEvent(event: Event): EventsEvent {
  const { count, firstTimestamp, lastTimestamp, source, message, involvedObject, reportingComponent, ...rest } = event
  const { series, eventTime, ...same } = rest
  return {
    ...same,
    apiVersion: 'events.k8s.io/v1',
    eventTime: (eventTime || null) as string,
    regarding: involvedObject ?? {},
    ...(count !== undefined && { deprecatedCount: count }),
    // Go leaves out neither times nor structs.
    deprecatedFirstTimestamp: (firstTimestamp || null) as string,
    deprecatedLastTimestamp: (lastTimestamp || null) as string,
    deprecatedSource: source ?? {},
    ...(message !== undefined && { note: message }),
    ...(reportingComponent !== undefined && { reportingController: reportingComponent }),
    ...(series && { series: { count: series.count ?? 0, lastObservedTime: series.lastObservedTime ?? '' } }),
  }
}

/** The columns and selectors of core events over their events.k8s.io form. */
export const coreEventColumns = columns
