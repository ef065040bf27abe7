import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { kubectlLine } from './kubectl-line.ts'

const root = mkdtempSync(join(tmpdir(), 'ground-'))
for (const directory of ['root', 'tmp', 'root/good', 'root/base']) mkdirSync(join(root, directory))
writeFileSync(join(root, 'root/good/kustomization.yaml'), 'resources: [../base]\nimages: [{name: nginx}]\n')
symlinkSync('/etc/passwd', join(root, 'root/link'))
afterAll(() => rmSync(root, { recursive: true }))

const line = (text: string, cwd = '/root') => kubectlLine(text.split(' '), { root, cwd })

test.each([
  ['get pods -n shop -o yaml'],
  ['-n shop get pods -A -w'],
  ['logs -f -p web -c app'],
  ['exec -it web -- cat /etc/passwd'],
  ['exec web -c app -it -- mysql -s --server=x'],
  ['set env deploy/web HOME_DIR=/data'],
  ['get --raw /healthz'],
  ['auth can-i get /logs/'],
  ['config view'],
  ['create rolebinding x --role=r --user=jane -n shop'],
  ['create -n shop clusterrolebinding x --clusterrole=r --user jane'],
  ['set subject rolebinding x --user=jane -n shop'],
  ['debug node/worker-1 -it --profile=general --image=busybox'],
])('kubectl %s is run as it is', (text) => {
  expect(line(text)).toEqual({ args: text.split(' ') })
})

test.each([
  ['apply -f web.yaml', `apply --filename=${root}/root/web.yaml`],
  ['apply -f - --dry-run=client', 'apply --filename=- --dry-run=client'],
  ['apply -Rf /tmp/all', `apply -R --filename=${root}/tmp/all`],
  ['apply --filename=/tmp/a.yaml,b.yaml', `apply --filename=${root}/tmp/a.yaml,${root}/root/b.yaml`],
  ['create configmap x --from-file=k=a.txt', `create configmap x --from-file=k=${root}/root/a.txt`],
  ['create -f /dev/stdin', 'create --filename=-'],
  ['cp -n shop web:/etc/passwd ./p', `cp -n shop web:/etc/passwd ${root}/root/p`],
  ['apply -k good', `apply --kustomize=${root}/root/good`],
])('kubectl %s finds the files of the script', (text, args) => {
  expect(line(text)).toEqual({ args: args.split(' ') })
})

test.each([
  'get pods --kubeconfig=/home/me/.kube/config',
  'get pods --kubeconfig /home/me/.kube/config',
  'get pods -s=https://example.com',
  'get pods -shttps://example.com',
  'get pods -As https://example.com',
  'get pods --server https://example.com',
  'get pods --client_certificate=/etc/x',
  'get pods --kuberc x',
  'get pods --user=admin',
  'create configmap rolebinding --user=admin',
  'get pods --cache-dir=/home/me',
  '--context prod get pods',
  'apply -f /etc/passwd',
  'apply -f/etc/passwd',
  'apply -f=/etc/passwd',
  'apply -f ../../etc/passwd',
  'apply -f /tmp/../../etc/passwd',
  'apply -f /tmp/a,/etc/passwd',
  'apply -f link',
  'apply -l -o -f /etc/passwd',
  'apply -l -- -f /etc/passwd',
  'create -f https://example.com/x.yaml',
  'apply -k github.com/x/y',
  'kustomize https://example.com/x',
  'kustomize /etc',
  'create configmap x --from-file=/proc/self/environ',
  'create configmap x --from-file=k=/etc/passwd',
  'create configmap x --from-env-file=/etc/environment',
  'create secret tls x --cert=/etc/x --key=/etc/y',
  'patch deploy x --patch-file /etc/passwd',
  'get pods -o go-template-file=/etc/passwd',
  'get pods -o templatefile --template /etc/passwd',
  'cp web:/x /home/me/.bashrc',
  'cp /etc/passwd web:/x',
  'cluster-info dump --output-directory=/home/me',
  'config set-credentials x --exec-command=/bin/sh',
  'edit deploy web',
  'create -f x.yaml --edit',
  'proxy --port 80',
  'port-forward web 80',
  'plugin list',
  'evil',
  'kustomize good --enable-helm --helm-command=/bin/sh',
  'debug web --custom=/etc/passwd',
])('kubectl %s is refused', (text) => {
  expect(line(text)).toEqual({ refused: expect.stringMatching(/^kubectl: .* in scripts of packs$/) })
})

test('a kustomization that leads out, or elsewhere, is refused', () => {
  mkdirSync(join(root, 'root/bad'))
  const file = join(root, 'root/bad/kustomization.yaml')
  for (const resource of ['https://example.com/x', '../../../etc', '/etc', 'github.com/x/y', '"\\u002fetc"']) {
    writeFileSync(file, `resources: [${resource}]\n`)
    expect(line('apply -k good')).toHaveProperty('refused')
  }
  rmSync(join(root, 'root/bad'), { recursive: true })
})
