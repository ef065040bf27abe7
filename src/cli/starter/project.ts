/** Where the packages of a new project come from. */
export interface Packages {
  readonly kubedrill: string
  readonly cucumber: string
}

/** The files of a new project, by their paths: its suite passes as it is. */
export function starterProject(name: string, { kubedrill, cucumber }: Packages): Readonly<Record<string, string>> {
  return {
    'package.json': json({
      name,
      private: true,
      type: 'module',
      scripts: { test: 'kubedrill test', lint: 'kubedrill test --lint' },
      devDependencies: { '@cucumber/cucumber': cucumber, kubedrill },
    }),
    'cucumber.json': json({ default: { paths: ['features/**/*.feature'], import: ['steps/**/*.js'] } }),
    'features/shop.feature': FEATURE,
    'manifests/shop.yaml': MANIFEST,
    'steps/shop.js': STEPS,
    '.vscode/settings.json': json({
      'cucumber.features': ['features/**/*.feature'],
      'cucumber.glue': ['steps/**/*.js', 'node_modules/kubedrill/dist/gherkin/editor-steps.ts'],
    }),
    '.vscode/extensions.json': json({ recommendations: ['CucumberOpen.cucumber-official'] }),
    '.gitignore': 'node_modules/\n.kubedrill/\n',
    'README.md': readme(name),
  }
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

const FEATURE = `Feature: The shop
  What the cluster does for the shop. "npx kubedrill steps" lists the steps there are.

  Background:
    Given a cluster with 1 control plane node and 2 worker nodes
    And the manifests in "manifests/shop.yaml" are applied
    And Deployment "shop" finishes its rollout

  Scenario: Its Pods are spread and limited
    Then exactly 2 Pods of Deployment "shop" run on 2 different nodes
    And every container of Deployment "shop" has a memory limit

  Scenario: It is whole again after a node has failed
    When node "worker-2" fails
    Then Node "worker-2" becomes NotReady after the node monitor grace period
    And Service "shop" has 1 ready endpoint within 10 seconds
    When 6 minutes pass
    Then Service "shop" has 2 ready endpoints
`

const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, labels: { app: shop } }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: { matchLabels: { app: shop } }
      containers:
        - name: web
          image: nginx:1.27
          ports: [{ containerPort: 80 }]
          resources: { limits: { memory: 64Mi } }
---
apiVersion: v1
kind: Service
metadata: { name: shop }
spec:
  selector: { app: shop }
  ports: [{ port: 80 }]
`

const STEPS = `// @ts-check
import { Then } from '@cucumber/cucumber'
import { find } from 'kubedrill/gherkin'

/**
 * A step of your own, beside those of kubedrill (importing 'kubedrill/gherkin' defines them). \`this\` is the World of the
 * scenario: it reads the cluster, simulated or real, waits, and fails with what led there.
 *
 * @this {import('kubedrill/gherkin').World}
 * @param {import('kubedrill/gherkin').ObjectRef} ref what {object} captures: a kind, a name, maybe a namespace
 */
async function everyContainerIsLimited(ref) {
  await this.eventually(() => {
    /** @type {import('kubedrill/extension').Deployment | undefined} */
    const deployment = find(this, ref)
    if (deployment === undefined) return \`\${ref.kind} "\${ref.name}" does not exist\`
    const unlimited = deployment.spec.template.spec?.containers.filter(
      ({ resources }) => resources?.limits?.memory === undefined,
    )
    const names = unlimited?.map(({ name }) => name).join(', ')
    return names ? \`no memory limit in \${ref.kind} "\${ref.name}": \${names}\` : undefined
  }, undefined)
}

Then('every container of {object} has a memory limit', everyContainerIsLimited)
`

const readme = (name: string) => `# ${name}

What a Kubernetes cluster does, as features, run against simulated clusters or a real one.

\`\`\`sh
npm install
npx kubedrill test   # or: npx cucumber-js
\`\`\`

Features are in \`features/\`, the manifests they apply in \`manifests/\`, steps of your own in \`steps/\`. \`npx kubedrill steps\`
lists the steps of kubedrill; VS Code completes them with the extension that \`.vscode/extensions.json\` recommends.

- \`npx kubedrill test --watch\` runs what a change touches
- \`npx kubedrill test --lint\` finds steps nobody knows, files nobody uses and manifests that would be refused
- \`npx kubedrill test --target kubeconfig\` runs the same features against the cluster of your kubeconfig
`
