import { expect, test } from 'vitest'
import type { ValidatingAdmissionPolicy } from '../../api/types.ts'
import { checkPolicyTypes } from './policy-types.ts'

type Validation = { readonly expression: string; readonly messageExpression?: string }

const policy = (resources: readonly string[], ...validations: Validation[]): ValidatingAdmissionPolicy => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'p' },
  spec: {
    variables: [{ name: 'policy', expression: 'object.spec.template.spec.restartPolicy' }],
    matchConstraints: {
      resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: [...resources] }],
    },
    validations,
  },
})

test.each<[string, string]>([
  ['object.spec.replica < 5', "1:12: undefined field 'replica'"],
  ["object.spec.replicas > 'a'", "1:22: found no matching overload for '_>_' applied to '(int, string)'"],
  ['variables.policy == 1', "1:18: found no matching overload for '_==_' applied to '(string, int)'"],
  [
    'object.spec.template.spec.containers[0].resources.limits.cpu == 1',
    "1:50: undefined field 'limits'", // quantities have no type in the schema
  ],
])('%s is doubtful', (expression, why) => {
  const [warning] = checkPolicyTypes(policy(['deployments'], { expression }), [])
  expect(warning?.fieldRef).toBe('spec.validations[0].expression')
  expect(warning?.warning).toContain(`apps/v1, Kind=Deployment: ERROR: <input>:${why}`)
})

test.each(["object.metadata.labels['a'] == 'b'", 'object.spec.strategy.rollingUpdate.maxSurge == 1'])(
  '%s is not',
  (expression) => {
    expect(checkPolicyTypes(policy(['deployments'], { expression }), [])).toEqual([])
  },
)

test('each kind that is matched is checked, sub-resources and wildcards are not', () => {
  const [warning] = checkPolicyTypes(
    policy(['replicasets', 'deployments', 'deployments/scale', '*'], { expression: 'object.x == 1' }),
    [],
  )
  expect(warning!.warning.match(/Kind=\w+/g)).toEqual(['Kind=Deployment', 'Kind=ReplicaSet'])
})
