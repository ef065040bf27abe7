Feature: Checks

  @criterion:placed
  Scenario: Both replicas run on the right machine, and still do half an hour later
    Then exactly 2 Pods of Deployment "office/reports" on node "worker-2" are Ready within 2 minutes
    And exactly 2 Pods of Deployment "office/reports" are Ready
    And field "spec.replicas" of Deployment "office/reports" is "2"
    When 30 minutes pass
    Then exactly 2 Pods of Deployment "office/reports" on node "worker-2" are Ready

  @criterion:chosen
  Scenario: With the machine cordoned a new replica waits for it
    Given Deployment "office/reports" finishes its rollout within 5 minutes
    When node "worker-2" is cordoned
    And Deployment "office/reports" is scaled to 3 replicas
    Then exactly 1 Pod of Deployment "office/reports" stays Pending for 1 minute
    When node "worker-2" is uncordoned
    Then exactly 3 Pods of Deployment "office/reports" on node "worker-2" are Running within 2 minutes

  @criterion:nodes
  Scenario: Nobody relabelled the nodes
    Then field "metadata.labels" of Node "worker-1" did not change since "the beginning"
    And field "metadata.labels" of Node "worker-2" did not change since "the beginning"
