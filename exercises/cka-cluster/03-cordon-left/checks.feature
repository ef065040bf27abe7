Feature: Checks

  @criterion:runs
  Scenario: Both replicas run on two nodes, and still do half an hour later
    Then exactly 2 Pods of Deployment "edge/gateway" are Ready within 6 minutes
    And field "spec.replicas" of Deployment "edge/gateway" is "2"
    And exactly 2 Pods of Deployment "edge/gateway" run on exactly 2 different nodes
    When 30 minutes pass
    Then exactly 2 Pods of Deployment "edge/gateway" are Ready

  @criterion:open
  Scenario: Anybody's Pod is placed on worker-2
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: grader, namespace: edge}
      spec:
        nodeSelector: {kubernetes.io/hostname: worker-2}
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "edge/grader" is Running within 1 minute

  @criterion:kept
  Scenario: The other node stays closed, the Deployment is the same
    Then Node "worker-3" is SchedulingDisabled
    And field "metadata.labels" of Node "worker-3" did not change since "the beginning"
    And Deployment "edge/gateway" was not recreated since "the beginning"
    And field "spec.template" of Deployment "edge/gateway" did not change since "the beginning"
