Feature: Checks

  @criterion:placed
  Scenario: Both replicas run on the dedicated node, and still do half an hour later
    Then exactly 2 Pods of Deployment "studio/frames" on node "worker-2" are Ready within 2 minutes
    And exactly 2 Pods of Deployment "studio/frames" are Ready
    And field "spec.replicas" of Deployment "studio/frames" is "2"
    When 30 minutes pass
    Then exactly 2 Pods of Deployment "studio/frames" on node "worker-2" are Ready

  @criterion:reserved
  Scenario: A stranger is not let onto the node
    Then Node "worker-2" has taint "dedicated=render:NoSchedule"
    And field "metadata.labels" of Node "worker-2" did not change since "the beginning"
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: grader, namespace: studio}
      spec:
        nodeSelector: {kubernetes.io/hostname: worker-2}
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "studio/grader" cannot be scheduled because "untolerated taint"

  @criterion:narrow
  Scenario: Another taint keeps a new replica away
    Given Deployment "studio/frames" finishes its rollout within 5 minutes
    When node "worker-2" is tainted with "disk=failing:NoSchedule"
    And Deployment "studio/frames" is scaled to 3 replicas
    Then exactly 1 Pod of Deployment "studio/frames" stays Pending for 1 minute
    And exactly 2 Pods of Deployment "studio/frames" are Ready
