import type { JSONSchemaProps } from '../../../../api/types.ts'
import { alphaKind } from '../alpha-kind.ts'
import type { KindDefinition } from '../contract.ts'

/** Exactly one policy. Source: staging/src/k8s.io/api/scheduling/v1alpha2/types.go PodGroupSchedulingPolicy */
const policy: JSONSchemaProps = {
  type: 'object',
  properties: {
    basic: { type: 'object' },
    gang: {
      type: 'object',
      required: ['minCount'],
      properties: { minCount: { type: 'integer', format: 'int32', minimum: 1 } },
    },
  },
  'x-kubernetes-validations': [
    { rule: 'has(self.basic) != has(self.gang)', message: 'must specify exactly one of: `basic`, `gang`' },
  ],
}

const immutable = [{ rule: 'self == oldSelf', message: 'field is immutable' }]
const text: JSONSchemaProps = { type: 'string' }

const templateReference: JSONSchemaProps = {
  type: 'object',
  properties: {
    workload: {
      type: 'object',
      required: ['workloadName', 'podGroupTemplateName'],
      properties: { workloadName: text, podGroupTemplateName: text },
    },
  },
}

const conditions: JSONSchemaProps = {
  type: 'array',
  items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
}

const podGroupSchema: JSONSchemaProps = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['schedulingPolicy'],
      properties: { schedulingPolicy: policy, podGroupTemplateRef: templateReference },
      'x-kubernetes-validations': immutable,
    },
    status: { type: 'object', properties: { conditions } },
  },
}

const workloadSchema: JSONSchemaProps = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['podGroupTemplates'],
      properties: {
        controllerRef: {
          type: 'object',
          required: ['kind', 'name'],
          properties: { apiGroup: text, kind: text, name: text },
        },
        podGroupTemplates: {
          type: 'array',
          maxItems: 8,
          items: {
            type: 'object',
            required: ['name', 'schedulingPolicy'],
            properties: { name: text, schedulingPolicy: policy },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
      },
      'x-kubernetes-validations': immutable,
    },
  },
}

/** Source: plugin/pkg/admission/scheduling/podgroupprotection/admission.go */
const PROTECTION = 'scheduling.k8s.io/podgroup-protection'

const ALPHA = { group: 'scheduling.k8s.io', version: 'v1alpha2', namespaced: true }

/** A group is born with the finalizer that keeps it while Pods use it. */
function withProtection(definition: KindDefinition): KindDefinition {
  const { prepareForCreate } = definition
  return {
    ...definition,
    prepareForCreate: (object, context) => {
      const prepared = prepareForCreate?.(object, context) ?? object
      const { finalizers = [] } = prepared.metadata
      if (finalizers.includes(PROTECTION)) return prepared
      return { ...prepared, metadata: { ...prepared.metadata, finalizers: [...finalizers, PROTECTION] } }
    },
  }
}

/** Served with the feature gate GenericWorkload. Source: pkg/registry/scheduling/rest/storage_scheduling.go v1alpha2Storage */
export const workloadKinds = (): readonly KindDefinition[] => [
  withProtection(
    alphaKind({ ...ALPHA, kind: 'PodGroup', plural: 'podgroups', schema: podGroupSchema, hasStatus: true }),
  ),
  alphaKind({ ...ALPHA, kind: 'Workload', plural: 'workloads', schema: workloadSchema, hasStatus: false }),
]
