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
