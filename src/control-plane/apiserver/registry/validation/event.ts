import { isDNS1123Subdomain, isLabelKey } from '../../../../api/names.ts'
import type { Event } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { type Errors, invalid, invalidEach, required } from './field-error.ts'
import { validateImmutable } from './objectmeta.ts'

/** Source: pkg/apis/core/validation/events.go. */

const MAX_NAME = 128
const MAX_NOTE = 1024
const MISMATCH = 'does not match event.namespace'

/** What an event of either group must be. `reporter` is the name of the field in the group that is asked. */
export function validateEvent(event: Event, reporter = 'reportingComponent'): Errors {
  const errors: Errors = []
  const namespace = event.metadata.namespace ?? ''
  const involved = event.involvedObject?.namespace ?? ''
  if (!event.eventTime) {
    const fits = involved === '' ? namespace === '' || namespace === 'default' : namespace === involved
    if (!fits) invalid(errors, 'involvedObject.namespace', involved, MISMATCH)
  } else {
    if (involved === '' && namespace !== 'default' && namespace !== 'kube-system') {
      invalid(errors, 'involvedObject.namespace', involved, MISMATCH)
    }
    validateNewEvent(errors, event, reporter)
  }
  invalidEach(errors, 'namespace', namespace, isDNS1123Subdomain(namespace))
  return errors
}

function validateNewEvent(errors: Errors, event: Event, reporter: string): void {
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event
  const bounded = (field: string, value: string, most: number) => {
    if (value.length > most) invalid(errors, field, '', `can have at most ${most} characters`)
  }
  if (reportingComponent === '') required(errors, reporter)
  invalidEach(errors, reporter, reportingComponent, isLabelKey(reportingComponent))
  for (const [field, value] of Object.entries({ reportingInstance, action, reason })) {
    if (value === '') required(errors, field)
    bounded(field, value, MAX_NAME)
  }
  bounded('message', message, MAX_NOTE)
}

/** What events.k8s.io asks besides. Source: ValidateEventCreate. */
export function validateEventsEvent(event: Event): Errors {
  const errors = validateEvent(event, 'reportingController')
  const { type = '', firstTimestamp, lastTimestamp, count, source } = event
  validateSeries(errors, event)
  if (!event.eventTime) required(errors, 'eventTime')
  if (type !== 'Normal' && type !== 'Warning') invalid(errors, 'type', '', `has invalid value: ${type}`)
  const unset = 'needs to be unset'
  if (firstTimestamp) invalid(errors, 'firstTimestamp', '', unset)
  if (lastTimestamp) invalid(errors, 'lastTimestamp', '', unset)
  if (count) invalid(errors, 'count', '', unset)
  if (source?.component || source?.host) invalid(errors, 'source', '', unset)
  return errors
}

function validateSeries(errors: Errors, { series }: Event): void {
  if (!series) return
  if ((series.count ?? 0) < 2) invalid(errors, 'series.count', '', 'should be at least 2')
  if (!series.lastObservedTime) required(errors, 'series.lastObservedTime')
}

const immutable = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
] as const

/** Source: ValidateEventUpdate, for events.k8s.io. */
export function validateEventsEventUpdate(event: Event, old: Event): Errors {
  const errors = validateEvent(event, 'reportingController')
  if (!semanticallyEqual(event.series, old.series)) validateSeries(errors, event)
  for (const [member, field] of immutable) validateImmutable(errors, field, event[member], old[member])
  return errors
}
