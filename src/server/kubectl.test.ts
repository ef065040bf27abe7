import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, createCluster } from '../cluster/index.ts'
import type { Server } from './contract.ts'
import { startServer } from './index.ts'
import { kubeconfig, writeKubeconfig } from './kubeconfig.ts'
import { Pace } from './pace.ts'
import { createCredentials } from './pki.ts'
import { servedCluster } from './served-cluster.ts'
import { createTokenAuthority } from './tokens.ts'

const KUBECTL = process.env.KUBECTL || 'kubectl'

/** A day's work with real kubectl: $KUBECTL, else the one on PATH. One cluster, so the order of the lines matters. */
describe('kubectl', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubedrill-kubectl-'))
  let cluster: Cluster
  let pace: Pace
  let server: Server

  beforeAll(async () => {
    if ((await kubectl('version --client')).code !== 0)
      throw new Error(`these tests need kubectl: "${KUBECTL}" does not run; put it on PATH or name it with KUBECTL`)
    const credentials = await createCredentials()
    cluster = createCluster({ authority: createTokenAuthority(credentials.serviceAccountKey) })
    pace = new Pace(cluster.clock, cluster.barrier, { speed: 20 })
    server = await startServer({
      ...servedCluster(cluster),
      world: pace,
      credentials,
      port: 0,
    })
    pace.start()
    writeKubeconfig(join(directory, 'config'), kubeconfig(server.url, credentials))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  })
  afterAll(async () => {
    pace?.stop()
    await server?.close()
    rmSync(directory, { recursive: true, force: true })
  })

  /** Runs a line as a shell would; files are named relative to the tests' directory. */
  function kubectl(line: string): Promise<{ readonly code: number; readonly output: string }> {
    const env = {
      ...process.env,
      KUBECONFIG: join(directory, 'config'),
      KUBECACHEDIR: join(directory, 'cache'),
      KUBE_EDITOR: 'sed -i s/replicas:.2/replicas:\\ 3/',
      KUBECTL,
    }
    return new Promise((resolve) => {
      const shell = ['-c', line.replace(/(^|\| )/g, '$1"$KUBECTL" ')]
      execFile('sh', shell, { env, cwd: directory, timeout: 20_000 }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: out + err }),
      )
    })
  }

  it.each(day.map(([line, says, code = 0]) => ({ line, says, code })))('$line', async ({ line, says, code }) => {
    const { code: ended, output } = await kubectl(line)
    if (typeof says === 'string') expect(output).toContain(says)
    else expect(output).toMatch(says)
    expect(ended).toBe(code)
  })

  it('lets a service account in with its token, and nobody with a forged one', async () => {
    const { output: token } = await kubectl('create token bob')
    const as = (given: string) => kubectl(`get pods --kubeconfig /dev/null ${address()} --token ${given}`)
    expect((await as(token.trim())).code).toBe(0)
    expect((await as(`${token.trim()}x`)).output).toContain('You must be logged in to the server (Unauthorized)')
  })

  const address = () => `-s ${server.url} --insecure-skip-tls-verify`

  it('says when etcd does not answer', async () => {
    cluster.faults.component('etcd', 'stops')
    const { output } = await kubectl('create configmap late')
    expect(output).toMatch(/etcdserver: request timed out|context deadline exceeded|connection refused/)
    cluster.faults.component('etcd', 'starts')
    await pace.skip(120_000)
    expect((await kubectl('create configmap late')).output).toBe('configmap/late created\n')
  })

  it('says when nobody listens', async () => {
    cluster.faults.component('kube-apiserver', 'stops')
    await pace.skip(60_000)
    const { output, code } = await kubectl('get pods')
    expect(output).toMatch(/The connection to the server 127.0.0.1:\d+ was refused - did you specify the right host/)
    expect(code).toBe(1)
    cluster.faults.component('kube-apiserver', 'starts')
    await pace.skip(60_000)
    expect((await kubectl('get nodes')).output).toContain('worker-2')
  })
})

const files = {
  'app.yaml': `
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {a: b, c: d}}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec: {containers: [{name: c, image: "nginx:1.27", env: [{name: A, value: "1"}, {name: B, value: "2"}]}]}
`,
  'less.yaml': `
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {a: b}}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec: {containers: [{name: c, image: "nginx:1.27", env: [{name: A, value: "1"}]}]}
`,
  'list.yaml': `
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: l1}, data: {a: b}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: l2}, data: {a: b}}
`,
  'bad.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: BAD}
spec: {containers: [{name: c, ports: [{containerPort: 99999}]}]}
`,
  'unknown.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: u, foo: bar}\ndat: {}\n',
  'type.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: t}\ndata: {a: 1}\n',
  'foo.yaml': 'apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n',
  'empty.yaml': '',
  'huge.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: huge}\ndata: {a: ${'x'.repeat(1_100_000)}}\n`,
}

/** Command line, what it prints (as a part or a pattern), exit code (default 0). */
type Line = readonly [line: string, says: string | RegExp, code?: number]

const reading: readonly Line[] = [
  ['version', /Server Version: v1\.36\.\d+/],
  ['api-versions', /^rbac\.authorization\.k8s\.io\/v1$/m],
  ['api-resources', /^deployments +deploy +apps\/v1 +true +Deployment$/m],
  ['cluster-info', 'CoreDNS'],
  ['get --raw /livez?verbose', /\[\+\]etcd ok[\s\S]*livez check passed/],
  [
    'get nodes -o wide',
    /^cp-1 +Ready +control-plane +\d+s +v1\.36\.\d+ +192\.168\.64\.10 +<none> +Ubuntu.*containerd:\/\/2/m,
  ],
  ['get pods -A --field-selector spec.nodeName=cp-1 -o name', /pod\/etcd-cp-1\npod\/kube-apiserver-cp-1/],
  ['get svc -A', /^kube-system +kube-dns +ClusterIP +10\.96\.0\.10 +<none> +53\/UDP,53\/TCP,9153\/TCP /m],
  ['describe node worker-1', /Ready +True .* KubeletReady +kubelet is posting ready status/],
  ['explain deployment.spec.replicas', 'FIELD: replicas <integer>'],
  ['explain pod.spec.foo', 'error: field "foo" does not exist', 1],
  ['auth whoami', /Username +kubernetes-admin/],
  ['get foo', 'error: the server doesn\'t have a resource type "foo"', 1],
  ['get pod nope', 'Error from server (NotFound): pods "nope" not found', 1],
  ['get pods', 'No resources found in default namespace.'],
  ['get pods --field-selector foo=bar', 'field label not supported: foo', 1],
]

const creating: readonly Line[] = [
  ['create namespace dev', 'namespace/dev created'],
  ['create configmap cm --from-literal=a=b', 'configmap/cm created'],
  ['create secret generic hidden --from-literal=a=b', 'secret/hidden created'],
  ['get secret hidden -o jsonpath={.data.a}', /^Yg==$/],
  ['create serviceaccount bob', 'serviceaccount/bob created'],
  ['create role reader --verb=get,list --resource=pods', 'role.rbac.authorization.k8s.io/reader created'],
  ['create rolebinding readers --role=reader --user=jane --serviceaccount=default:bob', 'rolebinding'],
  ['create clusterrole nodes --verb=get --resource=nodes', 'clusterrole.rbac.authorization.k8s.io/nodes created'],
  ['create priorityclass high --value=1000', 'priorityclass.scheduling.k8s.io/high created'],
  ['create service nodeport n1 --tcp=80:80 --node-port=31000', 'service/n1 created'],
  ['create service nodeport n2 --tcp=80:80 --node-port=31000', 'provided port is already allocated', 1],
  ['create token bob --duration 5m', 'may not specify a duration less than 10 minutes', 1],
  ['create deployment web --image=nginx:1.27 --replicas=2', 'deployment.apps/web created'],
  ['create deployment web --image=nginx:1.27', 'deployments.apps "web" already exists', 1],
  ['run zero --image=nginx:1.27 --dry-run=server -o name', 'pod/zero'],
  ['run one --image=nginx:1.27 --port=80 --labels=app=one', 'pod/one created'],
  ['run two --image=busybox --restart=Never -- sh -c "echo hi; exit 3"', 'pod/two created'],
  ['expose deployment web --port=80', 'service/web exposed'],
  ['rollout status deployment web', 'deployment "web" successfully rolled out'],
  ['wait --for=condition=Ready pod/one --timeout=10s', 'pod/one condition met'],
  ['wait --for=jsonpath={.status.phase}=Failed pod/two --timeout=10s', 'pod/two condition met'],
  ['wait --for=condition=Ready pod/two --timeout=1s', 'timed out waiting for the condition on pods/two', 1],
  ['get pods one two', /^one +1\/1 +Running +0 .*\ntwo +0\/1 +Error +0 /m],
  ['get pods -L app -l app=one --no-headers', /^one +1\/1 .* one\n$/],
  ['get pods --show-labels --sort-by=.metadata.name', /run=two/],
  ['get pod two -o custom-columns=N:.metadata.name,P:.status.phase', /^N +P\ntwo +Failed\n$/],
  ['get pod one -o jsonpath={.spec.containers[0].ports}', '[{"containerPort":80,"protocol":"TCP"}]'],
  ['get endpoints web', /10\.244\.\d\.\d+:80,10\.244\.\d\.\d+:80/],
  ['describe pod one', /Successfully assigned default\/one to worker-\d/],
  ['events --for pod/two', /Normal +Started +Pod\/two +Container started/],
  ['logs two --timestamps', /^\d{4}-\d\d-\d\dT.*Z hi\n$/],
  ['logs two -c nope', 'container nope is not valid for pod two', 1],
  ['logs two --previous', 'previous terminated container "two" in pod "two" not found', 1],
  ['logs -l app=web --tail=1 --prefix', /^\[pod\/web-[a-z0-9]+-[a-z0-9]+\/nginx\] /m],
]

const changing: readonly Line[] = [
  ['scale deployment web --replicas=3', 'deployment.apps/web scaled'],
  ['set image deployment web nginx=nginx:1.28', 'deployment.apps/web image updated'],
  ['rollout status deployment web', 'successfully rolled out'],
  ['rollout history deployment web', /REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>/],
  ['rollout undo deployment web', 'deployment.apps/web rolled back'],
  ['rollout pause deployment web', 'deployment.apps/web paused'],
  ['rollout pause deployment web', 'is already paused', 1],
  ['rollout resume deployment web', 'deployment.apps/web resumed'],
  ['set env deployment web A=b', 'deployment.apps/web env updated'],
  ['set resources deployment web --limits=cpu=200m', 'resource requirements updated'],
  ['rollout restart deployment web', 'deployment.apps/web restarted'],
  ['label pod one color=red', 'pod/one labeled'],
  ['label pod one color=blue', "'color' already has a value (red), and --overwrite is false", 1],
  ['annotate pod one note=hi', 'pod/one annotated'],
  ['apply -f app.yaml', 'deployment.apps/app created'],
  ['apply -f app.yaml', 'deployment.apps/app unchanged'],
  ['diff -f less.yaml', /^- +c: d$/m, 1],
  ['apply -f less.yaml', 'deployment.apps/app configured'],
  ['get deployment app -o jsonpath={.metadata.labels}{.spec.template.spec.containers[0].env}', /^{"a":"b"}\[.*"1"}\]$/],
  ['apply -f list.yaml', 'configmap/l1 created\nconfigmap/l2 created'],
  ['apply -f app.yaml --dry-run=server', 'deployment.apps/app configured (server dry run)'],
  ['edit deployment app', 'deployment.apps/app edited'],
  ['get deployment app -o jsonpath={.spec.replicas}', /^3$/],
  ['patch deployment app -p \'{"spec":{"replicas":1}}\'', 'deployment.apps/app patched'],
  ['patch deployment app -p \'{"spec":{"replicas":1}}\'', 'patched (no change)'],
  ['patch deployment app --type=merge -p \'{"metadata":{"labels":{"z":"1"}}}\'', 'deployment.apps/app patched'],
  ['patch deployment app --type=json -p \'[{"op":"remove","path":"/metadata/labels/z"}]\'', 'app patched'],
  ['patch deployment app -p \'{"spec":{"replicas":"x"}}\'', 'unrecognized type: int32', 1],
  ['patch pod one -p \'{"metadata":{"resourceVersion":"1"}}\'', 'the object has been modified', 1],
  ['patch pod one -p \'{"spec":{"nodeName":"worker-9"}}\'', 'pod updates may not change fields other than', 1],
  ['get deployment app -o yaml | replace -f -', 'deployment.apps/app replaced'],
]

const refused: readonly Line[] = [
  [
    'apply -f bad.yaml',
    /The Pod "BAD" is invalid: \n\* metadata\.name: [\s\S]*\* spec\.containers\[0\]\.ports\[0\]/,
    1,
  ],
  ['apply -f unknown.yaml', 'strict decoding error: unknown field "dat", unknown field "metadata.foo"', 1],
  ['apply -f unknown.yaml --validate=warn', 'Warning: unknown field "dat"'],
  ['apply -f type.yaml', 'cannot unmarshal number into Go struct field ConfigMap.data of type string', 1],
  ['apply -f foo.yaml', 'no matches for kind "Foo" in version "v1"', 1],
  ['apply -f empty.yaml', 'error: no objects passed to apply', 1],
  ['create -f huge.yaml', 'Too long: may not be more than 1048576 bytes', 1],
  ['apply --server-side -f app.yaml', 'deployment.apps/app serverside-applied'],
  ['get secrets --as jane', 'User "jane" cannot list resource "secrets" in API group "" in the namespace "default"', 1],
  ['auth can-i list pods --as jane', 'yes'],
  ['auth can-i create pods --as jane', 'no', 1],
  ['auth can-i --list --as jane', /^pods +\[\] +\[\] +\[get list\]$/m],
  ['exec one -- cat /etc/hostname', 'one\n'],
]

const ending: readonly Line[] = [
  ['taint node worker-1 k=v:NoSchedule', 'node/worker-1 tainted'],
  ['taint node worker-1 k-', 'node/worker-1 untainted'],
  ['cordon worker-1', 'node/worker-1 cordoned'],
  ['drain worker-1', 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)', 1],
  ['drain worker-1 --ignore-daemonsets --force', 'node/worker-1 drained'],
  ['uncordon worker-1', 'node/worker-1 uncordoned'],
  ['delete pod nope', 'pods "nope" not found', 1],
  ['delete pod nope --ignore-not-found', /^$/],
  ['delete deployment web --cascade=orphan', 'deployment.apps "web" deleted'],
  ['get rs -l app=web -o name', 'replicaset.apps/web-'],
  ['delete deployment app --cascade=foreground', 'deployment.apps "app" deleted'],
  ['get rs -l app=app', 'No resources found'],
  ['delete -f list.yaml', /configmap "l1" deleted[\s\S]*configmap "l2" deleted/],
  ['delete namespace dev', 'namespace "dev" deleted'],
  ['delete namespace default', 'this namespace may not be deleted', 1],
]

const day: readonly Line[] = [...reading, ...creating, ...changing, ...refused, ...ending]
