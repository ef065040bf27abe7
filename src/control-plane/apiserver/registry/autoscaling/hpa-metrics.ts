import type { MetricSpec, MetricStatus } from '../../../../api/types.ts'

/**
 * Metrics as autoscaling/v1 writes them into annotations, and back. Member order is Go's: the text is compared.
 * Source: pkg/apis/autoscaling/v1/conversion.go, api/autoscaling/v1/types.go.
 */
type Members = Readonly<Record<string, unknown>>

/** Without the members that are absent. */
const members = (entries: Members): Members =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined))

const part = (value: unknown, key: string): Members => ((value ?? {}) as Readonly<Record<string, Members>>)[key] ?? {}
const reference = ({ kind, name, apiVersion }: Members): Members => members({ kind, name, apiVersion })

type Converter = (source: Members) => Members

const toSpec: Readonly<Record<string, Converter>> = {
  object: (source) => ({
    target: reference(part(source, 'describedObject')),
    ...members({
      metricName: part(source, 'metric').name,
      targetValue: part(source, 'target').value ?? '0',
      selector: part(source, 'metric').selector,
      averageValue: part(source, 'target').averageValue,
    }),
  }),
  pods: (source) =>
    members({
      metricName: part(source, 'metric').name,
      targetAverageValue: part(source, 'target').averageValue ?? '0',
      selector: part(source, 'metric').selector,
    }),
  resource: (source) =>
    members({
      name: source.name,
      targetAverageUtilization: part(source, 'target').averageUtilization,
      targetAverageValue: part(source, 'target').averageValue,
    }),
  containerResource: (source) => ({ ...toSpec.resource!(source), container: source.container }),
  external: (source) =>
    members({
      metricName: part(source, 'metric').name,
      metricSelector: part(source, 'metric').selector,
      targetValue: part(source, 'target').value,
      targetAverageValue: part(source, 'target').averageValue,
    }),
}

const toStatus: Readonly<Record<string, Converter>> = {
  object: (source) => ({
    target: reference(part(source, 'describedObject')),
    ...members({
      metricName: part(source, 'metric').name,
      currentValue: part(source, 'current').value ?? '0',
      selector: part(source, 'metric').selector,
      averageValue: part(source, 'current').averageValue,
    }),
  }),
  pods: (source) =>
    members({
      metricName: part(source, 'metric').name,
      currentAverageValue: part(source, 'current').averageValue ?? '0',
      selector: part(source, 'metric').selector,
    }),
  resource: (source) =>
    members({
      name: source.name,
      currentAverageUtilization: part(source, 'current').averageUtilization,
      currentAverageValue: part(source, 'current').averageValue ?? '0',
    }),
  containerResource: (source) => ({ ...toStatus.resource!(source), container: source.container }),
  external: (source) =>
    members({
      metricName: part(source, 'metric').name,
      metricSelector: part(source, 'metric').selector,
      currentValue: part(source, 'current').value ?? '0',
      currentAverageValue: part(source, 'current').averageValue,
    }),
}

const metric = (name: unknown, selector: unknown) => ({ metric: members({ name, selector }) })
const target = (type: string, values: Members) => ({ target: { type, ...members(values) } })

const resourceSpec: Converter = ({
  name,
  targetAverageUtilization: averageUtilization,
  targetAverageValue: averageValue,
}) => ({
  name,
  ...target(averageUtilization === undefined ? 'AverageValue' : 'Utilization', { averageUtilization, averageValue }),
})

const fromSpec: Readonly<Record<string, Converter>> = {
  object: (source) => {
    const { averageValue, targetValue } = source
    const isZero = /^0+(\.0*)?$/.test(String(targetValue ?? '0'))
    const value = averageValue === undefined || !isZero ? targetValue : undefined
    return {
      describedObject: source.target,
      ...target(averageValue === undefined ? 'Value' : 'AverageValue', { value, averageValue }),
      ...metric(source.metricName, source.selector),
    }
  },
  pods: (source) => ({
    ...metric(source.metricName, source.selector),
    ...target('AverageValue', { averageValue: source.targetAverageValue }),
  }),
  resource: resourceSpec,
  containerResource: (source) => ({ ...resourceSpec(source), container: source.container }),
  external: ({ metricName, metricSelector, targetValue: value, targetAverageValue: averageValue }) => ({
    ...metric(metricName, metricSelector),
    ...target(value === undefined ? 'AverageValue' : 'Value', { value, averageValue }),
  }),
}

const current = (values: Members) => ({ current: members(values) })

const resourceStatus: Converter = ({ name, currentAverageUtilization, currentAverageValue }) => ({
  name,
  ...current({ averageUtilization: currentAverageUtilization, averageValue: currentAverageValue }),
})

const fromStatus: Readonly<Record<string, Converter>> = {
  object: (source) => ({
    ...metric(source.metricName, source.selector),
    ...current({ value: source.currentValue, averageValue: source.averageValue }),
    describedObject: source.target,
  }),
  pods: (source) => ({
    ...metric(source.metricName, source.selector),
    ...current({ averageValue: source.currentAverageValue }),
  }),
  resource: resourceStatus,
  containerResource: (source) => ({ ...resourceStatus(source), container: source.container }),
  external: (source) => ({
    ...metric(source.metricName, source.metricSelector),
    ...current({ value: source.currentValue, averageValue: source.currentAverageValue }),
  }),
}

function converted(given: object, converters: Readonly<Record<string, Converter>>): Members {
  const all = given as Members
  const sources = Object.keys(converters).filter((source) => all[source] !== undefined)
  return {
    type: all.type,
    ...Object.fromEntries(sources.map((source) => [source, converters[source]!(all[source] as Members)])),
  }
}

export const oldMetric = (spec: MetricSpec): Members => converted(spec, toSpec)
export const oldMetricStatus = (status: MetricStatus): Members => converted(status, toStatus)
export const newMetric = (old: object): MetricSpec => converted(old, fromSpec) as unknown as MetricSpec
export const newMetricStatus = (old: object): MetricStatus => converted(old, fromStatus) as unknown as MetricStatus
