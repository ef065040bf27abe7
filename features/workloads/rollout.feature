@workloads @rollout
Feature: Rolling updates

  @claim:cm-03
  Scenario: A rolling update keeps the promised number of Pods available
    Given a cluster with 1 control plane node and 3 worker nodes
    And container image "shop:v2" that behaves like this:
      | starts after | 3 seconds  |
      | ready after  | 10 seconds |
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: shop}
      spec:
        replicas: 4
        strategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 1}}
        selector: {matchLabels: {app: shop}}
        template:
          metadata: {labels: {app: shop}}
          spec: {containers: [{name: app, image: "shop:v1"}]}
      """
    And Deployment "shop" is Available
    And this moment is remembered as "start of the rollout"
    When the image of container "app" in Deployment "shop" is changed to "shop:v2"
    Then Deployment "shop" finishes its rollout within 5 minutes
    And at least 3 Pods of Deployment "shop" were Ready at all times since "start of the rollout"
    And at most 5 Pods of Deployment "shop" existed at all times since "start of the rollout"
    And Deployment "shop" has 2 revisions

  @claim:cm-03
  Scenario: A rollout to a broken image stops at its deadline and leaves the old Pods alone
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 3 replicas
    And Deployment "web" is Complete
    When the image of container "web" in Deployment "web" is changed to "nginx:broken"
    And 11 minutes pass
    Then Deployment "web" has condition Progressing False because of ProgressDeadlineExceeded
    And at least 3 Pods of Deployment "web" are Running

  @claim:cm-03
  Scenario: Scaled in the middle of a rollout, old and new ReplicaSet each get their share
    Given a cluster with 1 control plane node and 2 worker nodes
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 10
        strategy: {rollingUpdate: {maxUnavailable: 2, maxSurge: 3}}
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "nginx:1.27"}]}
      """
    And Deployment "web" is Available
    When the image of container "web" in Deployment "web" is changed to "nginx:broken"
    And 1 minute passes
    Then field "status.replicas" of Deployment "web" is "13"
    And field "status.updatedReplicas" of Deployment "web" is "5"
    When Deployment "web" is scaled to 15 replicas
    And 1 minute passes
    Then field "status.replicas" of Deployment "web" is "18"
    And field "status.updatedReplicas" of Deployment "web" is "7"

  @claim:cm-03
  Scenario: Paused, a new template waits; resumed, it rolls out; undone, the old ReplicaSet is the third revision
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And Deployment "web" is Complete
    When kubectl "rollout pause deployment/web" is run
    And the image of container "web" in Deployment "web" is changed to "nginx:1.28"
    And 1 minute passes
    Then Deployment "web" has condition Progressing Unknown because of DeploymentPaused
    And Deployment "web" has 1 revision
    When kubectl "rollout resume deployment/web" is run
    Then Deployment "web" finishes its rollout within 1 minute
    And Deployment "web" has 2 revisions
    When kubectl "rollout undo deployment/web" is run
    Then Deployment "web" finishes its rollout within 1 minute
    And Deployment "web" matches:
      """yaml
      metadata: {annotations: {deployment.kubernetes.io/revision: "3"}}
      """
    And Deployment "web" has 2 revisions

  @claim:cm-03
  Scenario: With Recreate the old Pods are gone before new ones come
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        strategy: {type: Recreate}
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "nginx:1.27"}]}
      """
    And Deployment "web" is Available
    And this moment is remembered as "start of the rollout"
    When the image of container "web" in Deployment "web" is changed to "nginx:1.28"
    Then Deployment "web" finishes its rollout within 2 minutes
    And at most 2 Pods of Deployment "web" existed at all times since "start of the rollout"
