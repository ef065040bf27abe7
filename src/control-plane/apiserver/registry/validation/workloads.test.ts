import { expect, test } from 'vitest'
import type { DaemonSet, Deployment } from '../../../../api/types.ts'
import { daemonSet } from '../apps/daemonset.ts'
import { deployment as definition } from '../apps/deployment.ts'
import type { FieldError, KindDefinition } from '../contract.ts'

const deployment = definition as unknown as KindDefinition<Deployment>
const texts = (errors: readonly FieldError[]): string[] => errors.map(({ field, message }) => `${field}: ${message}`)

const make = (spec: object): Deployment =>
  deployment.defaults!({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
      ...spec,
    },
  } as unknown as Deployment)

test('a Deployment as kubectl creates it is fine', () => {
  expect(deployment.validate!(make({}))).toEqual([])
  expect(make({}).spec).toMatchObject({
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  })
})

test('labels of the template must be those selected', () => {
  expect(texts(deployment.validate!(make({ selector: { matchLabels: { app: 'other' } } })))).toEqual([
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ])
  expect(texts(deployment.validate!(make({ selector: {} })))).toContain(
    'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
  )
})

test('a roll-out must be able to move', () => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } }
  expect(texts(deployment.validate!(make({ strategy })))).toEqual([
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ])
})

test('pods of a template are always restarted', () => {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { restartPolicy: 'Never', containers: [{ name: 'web', image: 'nginx' }] },
  }
  expect(texts(deployment.validate!(make({ template })))).toEqual([
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ])
})

test('the selector stays', () => {
  const next = make({
    selector: { matchLabels: { app: 'api' } },
    template: { metadata: { labels: { app: 'api' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
  })
  expect(texts(deployment.validateUpdate!(next, make({})))).toEqual([
    'spec.selector: Invalid value: {"matchLabels":{"app":"api"}}: field is immutable',
  ])
})

test('a DaemonSet cannot surge and lack at once', () => {
  const { apiVersion, metadata, spec } = make({})
  const { selector, template } = spec!
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } }
  const asked = { apiVersion, kind: 'DaemonSet', metadata, spec: { selector, template, updateStrategy } }
  expect(texts(daemonSet.validate!(daemonSet.defaults!(asked as unknown as DaemonSet)))).toEqual([
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
  ])
})
