import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin'
import { IdGenerator } from '@cucumber/messages'
import { describe, expect, test } from 'vitest'
import { bindStep } from './bind.ts'
import { searchSteps, stepsDocument } from './documentation.ts'
import { vocabulary } from './vocabulary.ts'

test('docs/steps.md is what the code says', async () => {
  await expect(stepsDocument()).toMatchFileSnapshot('../../docs/steps.md')
})

describe('every example is the step that it is an example of, and no other', () => {
  test.each(vocabulary.map((definition) => [String(definition.pattern), definition] as const))(
    '%s',
    (pattern, step) => {
      expect(step.says).toMatch(/^[A-Z*`].*[.]$/s)
      const newId = IdGenerator.incrementing()
      const source = `Feature: f\nScenario: s\n${step.example}`
      const document = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher()).parse(source)
      const steps = compile(document, 'f', newId)[0]!.steps
      expect(steps).toHaveLength(1)
      expect(bindStep(steps[0]!.text).map(({ definition }) => definition)).toEqual([step])
      expect(steps[0]!.argument !== undefined).toBe(pattern.endsWith(':'))
    },
  )
})

test('steps are found by words', () => {
  expect(searchSteps(['cordon']).map(({ pattern }) => pattern)).toContain('node {string} is {maintenance}')
  expect(searchSteps(['RESTARTED', 'since'])).toHaveLength(1)
  expect(searchSteps(['no-such-word'])).toEqual([])
  expect(searchSteps()).toHaveLength(vocabulary.length)
})

/** One sentence for each pattern of the vocabulary that the project began with. */
const PROMISED = [
  'a cluster',
  'a cluster with 1 control plane node and 2 worker nodes',
  'a cluster with these nodes:',
  'the cluster saved as "x"',
  'the scheduler runs with these flags:',
  'an ingress controller for class "nginx"',
  'namespace "dev"',
  'container image "shop:v2" that behaves like this:',
  'the clock reads "2026-12-31T23:58:30Z"',
  'these manifests are applied:',
  'the manifests in "web.yaml" are applied',
  'a Deployment "web" of image "nginx:1.27" with 2 replicas',
  'a Pod "web-0" of image "nginx:1.27"',
  'a Service "web" selecting "app=web" on port 80',
  'these manifests are submitted:',
  'Deployment "web" is patched with:',
  'field "spec.paused" of Deployment "web" is set to "true"',
  'Deployment "web" is scaled to 1 replica',
  'the image of container "app" in Deployment "shop" is changed to "shop:v2"',
  'Deployment "web" is deleted',
  'node "worker-1" is drained',
  'node "worker-1" is tainted with "a=b:NoSchedule"',
  'kubectl "get pods" is run',
  'user "jane" tries to delete Pod "web-0"',
  'etcd member "etcd-2" starts',
  'node "worker-1" fails',
  'node "worker-1" loses its network',
  'the network between "cp-1" and "worker-1" is cut',
  '2 of 3 etcd members fail',
  'the API server answers every request 2 seconds late',
  '10% of the requests to the API server fail with status 500',
  'container "c" of Pod "web-0" exits with code 1',
  'the liveness probe of Pod "web-0" fails',
  'the readiness probe of a Pod of Deployment "web" fails',
  'node "worker-1" comes under disk pressure',
  'the certificate of the kubelet on node "worker-1" expires',
  '10 minutes pass',
  'time advances to "2027-01-01T00:00:00Z"',
  'the cluster settles',
  'this moment is remembered as "now"',
  'Job "j" exists',
  'Job "j" appears within 1 minute',
  'Job "j" is gone',
  'field "spec.replicas" of Deployment "web" is "2"',
  'Deployment "web" matches within 1 minute:',
  'Deployment "web" never matches for 1 minute:',
  'Deployment "web" is Available',
  'Node "worker-2" stays Ready for 1 minute',
  'Node "worker-1" becomes NotReady after the node monitor grace period',
  'Pod "web-0" went through these states in order:',
  'Node "worker-1" has condition Ready Unknown',
  'Node "worker-1" has condition Ready Unknown because of NodeStatusUnknown',
  'exactly 1 Pod of Deployment "web" is Pending',
  'the Pods of Deployment "web" on node "worker-1" stay Running for 4 minutes',
  'at least 3 Pods of Deployment "shop" were Ready at all times since "x"',
  'at most 5 Pods of Deployment "shop" existed at all times since "x"',
  'Deployment "shop" finishes its rollout within 5 minutes',
  'Deployment "shop" has 2 revisions',
  'Node "worker-1" has taint "node.kubernetes.io/unreachable:NoExecute" within 10 seconds',
  'CronJob "backup" has a Normal event SuccessfulCreate',
  'Deployment "web" has no event FailedScheduling',
  'that event\'s message contains "x"',
  'the log of Pod "web-0" contains "x"',
  'Pod "web-0" is scheduled onto node "worker-1"',
  'Pod "web-0" cannot be scheduled because "Insufficient cpu"',
  'the Pods of Deployment "web" run on at least 2 different zones',
  '2 containers of Deployment "web" are running on the nodes',
  'Service "web" has 3 ready endpoints within 1 minute',
  'a request from Pod "client" to "http://web/" returns status 200',
  '90 requests from Pod "client" to "http://web/" are answered by exactly 2 different Pods',
  'a connection from Pod "client" to "web:80" times out',
  '"web.default.svc.cluster.local" resolves from Pod "client" to the cluster IP of Service "web"',
  '"web.other.svc.cluster.local" does not resolve from Pod "client"',
  'user "jane" can list "pods" in namespace "dev"',
  'the request is denied with status 403 and reason Forbidden',
  'the response message contains \'User "jane" cannot\'',
  'the command fails',
  'the command\'s output contains "x"',
  'etcd has no leader within 5 seconds',
  'the API server accepts writes within 1 minute',
  'the leader of the scheduler is "cp-2" within 30 seconds',
  'an etcd snapshot is saved as "x"',
  'etcd is restored from snapshot "x"',
]

test.each(PROMISED)('%s', (text) => {
  expect(bindStep(text)).toHaveLength(1)
})
