import { beforeAll, describe, expect, test } from 'vitest'
import { topologyOf } from '../../cluster/index.ts'
import { outcome } from '../testing/steps.ts'
import { World } from '../world.ts'
import { nearestName } from './slips.ts'

// One cluster for all: each case has a namespace of its own.
const world = new World()
beforeAll(() => void world.build(topologyOf(1, 2)))

const deployment = (image: string, more = '') => `Given these manifests are applied:
  """yaml
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web}
  spec:
    replicas: 2
    selector: {matchLabels: {app: web}}
    template:
      metadata: {labels: {app: web}}
      spec: {containers: [{name: web, image: "${image}"${more}}]}
  """`
const pod = (spec: string) => `Given these manifests are applied:
  """yaml
  apiVersion: v1
  kind: Pod
  metadata: {name: app}
  spec: {${spec}}
  """`
const claim = (name: string) => `Given these manifests are applied:
  """yaml
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: ${name}}
  spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}
  """`
const role = (rule: string, subject: string) => `Given these manifests are applied:
  """yaml
  apiVersion: rbac.authorization.k8s.io/v1
  kind: Role
  metadata: {name: deployer}
  rules: [${rule}]
  ---
  apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {name: deployers}
  subjects: [${subject}]
  roleRef: {kind: Role, name: deployer, apiGroup: rbac.authorization.k8s.io}
  """`
const jane = '{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}'

const cases: readonly (readonly [string, string, readonly (string | RegExp)[]])[] = [
  [
    'a wrong image, through the Deployment: when it is pulled again',
    `${deployment('nginx:nope')}
     Then Deployment "web" is Available within 50 seconds`,
    [
      /^Deployment "web" is Progressing, not Available \(waited 50s\)\n\n/,
      'Available: False since +',
      /next:\n {2}Pod web-\S+ has to be ready:\n {4}container web: image "nginx:nope" has to be there when it is pulled again, not before \+\S+; the kubelet looks at the Pod again at \+\S+\n/,
      /its progress deadline passes at \+10m/,
      /led here:\n {2}step \d+ "these manifests are applied:" at \+\S+\n(.*\n)*? {4}-> Pod web-\S+ {2}created, 0\/1 Pending \+\S+ -> .*0\/1 ErrImagePull/,
      /last events.*\n(.*\n)*? {2}\+\S+ {2}Warning Failed \(\d times\) {2}Pod web-/,
      /timeline:\n {2}\+\S+ {2}Deployment web {2}created, Progressing\n/,
    ],
  ],
  [
    'an init container that waits: since when, and its last word',
    `Given these manifests are applied:
  """yaml
  apiVersion: v1
  kind: Pod
  metadata: {name: waits}
  spec:
    initContainers: [{name: wait, image: "busybox:1.36", command: [sh, -c, "until nslookup db; do sleep 5; done"]}]
    containers: [{name: c, image: "nginx:1.27"}]
  """
     Then Pod "waits" is Ready within 30 seconds`,
    [
      /next:\n {2}init container wait has to end with exit code 0; it runs since \+\S+, and its log says last: \*\* server can't find db: NXDOMAIN\n/,
    ],
  ],
  [
    'a readiness probe that fails: its last word, and when it is asked again',
    `${deployment('nginx:1.27', ', readinessProbe: {tcpSocket: {port: 81}, periodSeconds: 7}')}
     Then exactly 2 Pods of Deployment "web" are Ready within 30 seconds`,
    [
      /^exactly 2 Pods of Deployment "web": 0 of 2 are Ready \(web-\S+ is Running, not Ready, /,
      /Pod "web-\S+" in namespace "\w+" is 0\/1 Running, on worker-\d/,
      /its readiness probe has to succeed, next at \+\S+; it said last: Readiness probe failed: dial tcp/,
    ],
  ],
  [
    'a part that does not match, field by field, lists by key',
    `${deployment('nginx:1.27')}
     Then Deployment "web" matches within 5 seconds:
       """yaml
       metadata: {lables: {app: wbe}}
       spec: {template: {metadata: {labels: {app: wbe}}, spec: {containers: [{name: side, image: x}, {image: "nginx:2", name: web}]}}}
       """`,
    [
      /^Deployment "web" does not match .*\n {2}metadata\.lables\n {4}- .*\n {4}\+ \(not set\)/,
      '\n  spec.template.metadata.labels.app\n    - "wbe"\n    + "web"\n',
      '\n  spec.template.spec.containers[side]\n    - {"name":"side","image":"x"}\n    + (not set); there is: web\n',
      '\n  spec.template.spec.containers[web].image\n    - "nginx:2"\n    + "nginx:1.27"\n',
    ],
  ],
  [
    'a name that is misspelt: the nearest object',
    `${deployment('nginx:1.27')}
     Then Deployment "wbe" is Available within 5 seconds`,
    [/^Deployment "wbe" does not exist; did you mean "web"\? \(waited 5s\)\n\nDeployment "web" .*is Complete\n/],
  ],
  [
    'a field that is misspelt',
    `${deployment('nginx:1.27')}
     Then field "spec.template.spec.containers[web].imagee" of Deployment "web" is "x" within 1 second`,
    [/not set, not "x"; did you mean spec\.template\.spec\.containers\[web\]\.image\?/],
  ],
  [
    'a claim of a class that is not there, through the Pod',
    `${claim('data')}
     ${pod('containers: [{name: a, image: "nginx:1.27"}], volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]')}
     Then Pod "app" is Running within 20 seconds`,
    [
      'next:\n  PersistentVolumeClaim "data" has to be bound: StorageClass "fast" does not exist; there is no StorageClass at all\n',
      /ProvisioningFailed.*PersistentVolumeClaim data/,
      /-> PersistentVolumeClaim data {2}created, Pending/,
    ],
  ],
  [
    'a Secret and a ConfigMap that are not there, one of them misspelt; optional ones are not missed',
    `Given these manifests are applied:
       """yaml
       {apiVersion: v1, kind: ConfigMap, metadata: {name: setings}}
       """
     ${pod('containers: [{name: a, image: "nginx:1.27", volumeMounts: [{name: v, mountPath: /v}], envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: maybe, optional: true}}]}], volumes: [{name: v, secret: {secretName: key}}]')}
     Then Pod "app" is Ready within 20 seconds`,
    [
      'Secret "key" does not exist; there is no Secret at all\n',
      'ConfigMap "settings" does not exist; did you mean "setings"?\n',
      /mounted: MountVolume\.SetUp failed .* secret "key" not found/,
      /^(?!.*maybe)/s,
    ],
  ],
  [
    'a container that crashes: when its back-off is over',
    `${pod('containers: [{name: a, image: busybox, command: [sh, -c, exit 3]}]')}
     Then Pod "app" is Ready within 70 seconds`,
    [
      /container a \(\S+\): waiting, CrashLoopBackOff: .*; restarted \d times; ended with exit code 3 \(Error\) at \+\S+/,
      /container a is started again when its back-off is over at \+\S+; the kubelet looks at the Pod again at \+\S+; it last ended with exit code 3/,
    ],
  ],
  [
    'a Service that selects nothing, through a request',
    `${deployment('nginx:1.27')}
     Given a Service "web" selecting "app=wbe" on port 80
     And a Pod "client" of image "curl:8"
     Then a request from Pod "client" to "http://web/" returns status 200 within 5 seconds`,
    [
      /Service "web" .*is present\n(.*\n)* {2}selector: {"app":"wbe"}/,
      'the Service selects none; did you mean app=web?',
    ],
  ],
  [
    'rights that a role does not give',
    `${role('{apiGroups: [""], resources: [deployments], verbs: [get]}', jane)}
     Then user "jane" can create "deployments.apps" in namespace "NAMESPACE"`,
    [
      /^user "jane" cannot create deployments\.apps in namespace "\w+"\n/,
      'RoleBinding "deployers" gives Role "deployer":\n    get of deployments in the core group: create is missing; deployments is in group apps',
    ],
  ],
  [
    'rights that nobody gives, and who was named instead',
    `${role('{apiGroups: [""], resources: [pods], verbs: [get]}', '{kind: User, name: jnae, apiGroup: rbac.authorization.k8s.io}')}
     Then user "jane" can get "pods" in namespace "NAMESPACE"`,
    [/no binding names user "jane" here, only RoleBinding .*; RoleBinding "deployers" names User "jnae"/],
  ],
  [
    'an event that came too seldom',
    `Given a Pod "app" of image "nginx:nope"
     Then Pod "app" has at least 50 Warning events Failed within 20 seconds`,
    [/^Pod "app" has \d Warning events Failed, not at least 50/, 'image "nginx:nope" has to be there'],
  ],
  [
    'replicas that an autoscaler does not change: it sees no metrics, and why',
    `${deployment('nginx:1.27', ', resources: {requests: {cpu: 100m}}')}
     Given these manifests are applied:
       """yaml
       apiVersion: autoscaling/v2
       kind: HorizontalPodAutoscaler
       metadata: {name: web}
       spec:
         scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
         maxReplicas: 6
         metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
       """
     Then field "spec.replicas" of Deployment "web" is "4" within 50 seconds`,
    [
      'HorizontalPodAutoscaler web says how many replicas it has:\n    it sees 2 replicas of Deployment web',
      'cpu: not known yet; the target is 50%',
      /it cannot scale since \+\S+: FailedGetResourceMetric: .*the server could not find the requested resource/,
      'nothing serves metrics.k8s.io: metrics-server has to be installed',
    ],
  ],
  [
    'a finalizer',
    `Given these manifests are applied:
       """yaml
       {apiVersion: v1, kind: ConfigMap, metadata: {name: held, finalizers: [example.com/hold]}}
       """
     When ConfigMap "held" is deleted
     Then ConfigMap "held" is gone within 5 seconds`,
    [
      'it goes once these finalizers are removed: example.com/hold',
      /step \d+ "ConfigMap "held" is deleted" at \+\S+\n {4}-> ConfigMap held {2}present -> Terminating/,
    ],
  ],
  [
    'a Pod that a step deleted',
    `Given a Pod "app" of image "nginx:1.27"
     And a Pod "apps" of image "nginx:1.27"
     When Pod "app" is deleted
     And 40 seconds pass
     Then Pod "app" is Ready within 5 seconds`,
    [
      /^Pod "app" does not exist any more \(waited 5s\)\n\nPod "app" was deleted at \+\S+ by step \d+ "Pod "app" is deleted", when it was 1\/1 Running\n/,
    ],
  ],
  [
    'a Pod that went with its Deployment, and that with its namespace',
    `${deployment('nginx:1.27')}
     And Deployment "web" is Available
     When Deployment "web" is scaled to 1 replica
     And 1 minute passes
     And Namespace "NAMESPACE" is deleted
     And 1 minute passes
     Then Deployment "web" is Available within 5 seconds`,
    [
      /\nDeployment "web" was deleted at \+\S+ with its namespace, when it was \w+\n {2}Namespace "ns\d+" was deleted at \+\S+ by step \d+ "Namespace "ns\d+" is deleted", when it was Active; it is gone since \+\S+\n/,
    ],
  ],
  [
    'a Pod that its controller took away',
    `Given these manifests are applied:
       """yaml
       apiVersion: apps/v1
       kind: StatefulSet
       metadata: {name: db}
       spec:
         replicas: 2
         serviceName: db
         selector: {matchLabels: {app: db}}
         template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: "nginx:1.27"}]}}
       """
     And StatefulSet "db" is Complete
     When StatefulSet "db" is scaled to 1 replica
     Then Pod "db-1" stays Running for 1 minute`,
    [
      /\nPod "db-1" was deleted at \+\S+ by statefulset-controller \(Delete Pod db-1 in StatefulSet db successful\), when/,
    ],
  ],
  [
    'Pods in the place of others: the deletion, not what made the first',
    `${deployment('nginx:1.27')}
     And Deployment "web" is Available
     And this moment is remembered as "deletion"
     When one Pod of Deployment "web" is deleted
     And 10 seconds pass
     Then exactly 2 Pods of Deployment "web" were Ready at all times since "deletion"`,
    [
      /after "deletion" 1 Pods were Ready, not exactly 2/,
      /step \d+ "one Pod of Deployment "web" is deleted" at .*\n( {4}.*\n)*? {4}-> Pod web-\S+ {2}created, 0\/1 Pending/,
    ],
  ],
  [
    'a kubelet that stopped: its Pods, and when they are evicted',
    `Given a Pod "app" of image "nginx:nope"
     When the kubelet on node "worker-1" stops
     And the kubelet on node "worker-2" stops
     Then Pod "app" is Ready within 2 minutes`,
    [
      /node worker-\d has to be Ready again:\n {4}its kubelet has to report again: nothing is heard of it since \+\S+\n {4}the Pod is evicted at \+\S+/,
      /step \d+ "the kubelet on node "worker-\d" stops" at \+\S+\n {4}-> Node worker-\d {2}Ready -> NotReady/,
    ],
  ],
  [
    'a state that does not last',
    'Then Node "worker-1" stays Ready for 3 minutes',
    [/^Node "worker-1" is NotReady, not Ready \(after 0s\)\n\nNode "worker-1" is NotReady\n/, /evicted at \+\S+/],
  ],
  [
    'taints: which, and the steps that set them though nothing came of them',
    `When node "worker-1" is tainted with "dedicated=db:NoSchedule"
     And node "worker-2" is tainted with "dedicated=db:NoSchedule"
     ${deployment('nginx:1.27')}
     Then exactly 2 Pods of Deployment "web" are Running within 10 seconds`,
    [
      /worker-1 {2}TaintToleration: node\(s\) had untolerated taint\(s\): .*dedicated=db:NoSchedule/,
      /step \d+ "node "worker-1" is tainted with "dedicated=db:NoSchedule"" at/,
    ],
  ],
]

describe('a failure says what was expected and found, what is nearest, what comes next and what led there:', () => {
  test.each(cases)('%s', async (name, lines, says) => {
    const namespace = `ns${cases.findIndex(([each]) => each === name)}`
    const words = await outcome(world, `Given namespace "${namespace}"\n${lines.replaceAll('NAMESPACE', namespace)}`)
    for (const each of says) typeof each === 'string' ? expect(words).toContain(each) : expect(words).toMatch(each)
    expect(words).toMatch(/virtual time: \+\S+$/)
    expect(words).not.toMatch(/undefined|NaN|\[object/)
  })
})

test.each([
  ['wbe', ['web', 'db'], 'web'],
  ['Web', ['web'], 'web'],
  ['frontend', ['front-end', 'backend'], 'front-end'],
  ['web', ['database', 'cache'], undefined],
  ['a', ['b'], 'b'],
  ['', ['web'], undefined],
  ['web', [], undefined],
])('"%s" may mean one of %j: %s', (text, candidates, meant) => {
  expect(nearestName(text, candidates)).toBe(meant)
})
