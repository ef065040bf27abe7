/** The files of a pack that lints and proves as it is: what `kubedrill pack new` writes. */
export const starterPack = (
  title: string,
) => `# A pack: exercises for one exam, on one kind of cluster. docs/writing-packs.md explains every field.
title: ${JSON.stringify(title)}
exam: CKA            # CKA, CKAD or CKS
curriculum: v1.35    # version of the exam's curriculum
description: What these exercises train, in a sentence.
topology:            # the cluster of every exercise; an exercise may have a topology of its own
  nodes:
    - { name: cp-1, role: control-plane }
    - { name: worker-1, role: worker }
    - { name: worker-2, role: worker }
`

/** Files of an exercise, by their paths in it. */
export function starterExercise(id: string): Readonly<Record<string, string>> {
  return { 'exercise.yaml': exerciseYaml(id), ...FILES }
}

const exerciseYaml = (id: string) => `id: ${id}
title: A shop that nobody reaches
domain: Services and Networking            # a domain of the curriculum
competency: Understand connectivity between Pods
weight: 4                                   # how much of an exam it is worth, 1 to 20
minutes: 5                                  # how long somebody prepared needs
difficulty: easy                            # easy, medium, hard
criteria:
  # The first criterion is the outcome, seen as a user would see it.
  - id: answers
    title: The shop answers through its Service
    points: 6
    why: Users meet the Service, not its YAML. It has to answer from now on, not just once.
  # Then: that nothing else was harmed. It counts only once the outcome is there, so doing nothing earns nothing.
  - id: kept
    title: The Service and the Deployment are the ones from before
    points: 4
    needs: [answers]
    why: A Service that is made anew gets another address, and whatever others have set on it is lost.
`

const FILES = {
  'task.md': `# A shop that nobody reaches

In namespace \`shop\` the Service \`web\` should lead to the Pods of the Deployment \`web\`. Requests to it, such as those
from the Pod \`visitor\` to \`http://web.shop/\`, are not answered.

Repair it. Keep the Service and the Deployment: others refer to them, and their Pods should not be restarted.
`,
  'setup.feature': `Feature: Set-up
  # Every step is one of the vocabulary: the same steps that features are written with.

  Scenario: A Service that selects nothing
    Given namespace "shop"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop, labels: {app: web}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
              - {name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {selector: {app: webb}, ports: [{port: 80}]}   # the fault: nobody has this label
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: visitor, namespace: shop}
      spec: {containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    # Let the cluster come to rest, then remember the moment: "since" in checks.feature needs it.
    And 15 minutes pass
    And this moment is remembered as "the beginning"
`,
  'checks.feature': `Feature: Checks
  # Each scenario looks at a copy of the learner's cluster: it may let time pass or reboot nodes.

  @criterion:answers
  Scenario: The Service answers, and still does half an hour later
    Then Service "shop/web" has 2 ready endpoints within 1 minute
    And a request from Pod "shop/visitor" to "http://web.shop/" returns status 200
    When 30 minutes pass
    Then a request from Pod "shop/visitor" to "http://web.shop/" returns status 200

  @criterion:kept
  Scenario: Nothing was made anew
    Then Service "shop/web" was not recreated since "the beginning"
    And Deployment "shop/web" was not recreated since "the beginning"
    And exactly 2 Pods of Deployment "shop/web" existed at all times since "the beginning"
`,
  'hints.md': `# Hints

## Where to look (1 point)

\`kubectl describe service web -n shop\` has a line that should list the Pods' addresses.

## What it is (2 points)

A Service finds its Pods by their labels. Compare its selector with \`kubectl get pods -n shop --show-labels\`.

## What to do (3 points)

Set the selector of the Service to the label that the Pods have: \`app: web\`.
`,
  'debrief.md': `# What happened

The selector of the Service had a typo, so it had no endpoints, and connections to it were refused.

See it faster next time: \`kubectl get endpointslices -n shop\` shows at a glance which Services lead nowhere.
`,
  'solutions/patch.sh': `#!/bin/sh
kubectl patch service web -n shop -p '{"spec":{"selector":{"app":"web"}}}'
`,
  'solutions/set-selector.sh': `#!/bin/sh
kubectl set selector service web app=web -n shop
`,
  'wrong/recreated.sh': `#!/bin/sh
# Answers, but it is another Service.
kubectl delete service web -n shop
kubectl expose deployment web -n shop --port 80
`,
  'wrong/deployment-recreated.sh': `#!/bin/sh
# The Pods get the label that the Service asks for, in a Deployment made anew.
kubectl get deployment web -n shop -o yaml | sed 's/app: web$/app: webb/' > /tmp/web.yaml
kubectl delete deployment web -n shop
kubectl create -f /tmp/web.yaml
kubectl rollout status deployment web -n shop
`,
  'wrong/pods-restarted.sh': `#!/bin/sh
# Repaired, and restarted to be sure.
kubectl set selector service web app=web -n shop
kubectl rollout restart deployment web -n shop
kubectl rollout status deployment web -n shop
`,
  'wrong/one-pod.sh': `#!/bin/sh
# Only one Pod gets the label: the Deployment replaces it, and the Service has one endpoint.
pod=$(kubectl get pods -n shop -l app=web -o name | head -1)
kubectl label -n shop "$pod" app=webb --overwrite
`,
} as const
