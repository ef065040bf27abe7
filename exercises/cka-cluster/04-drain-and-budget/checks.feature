Feature: Checks

  @criterion:empty
  Scenario: Nobody is on the node, all three are elsewhere, and still are half an hour later
    Then exactly 3 Pods of Deployment "front/sessions" are Ready within 2 minutes
    And field "spec.replicas" of Deployment "front/sessions" is "3"
    And no Pods of Deployment "front/sessions" on node "worker-1" are Running
    And Node "worker-1" is SchedulingDisabled
    And no Pod of Deployment "front/sessions" is pinned to a node
    When 30 minutes pass
    Then no Pods of Deployment "front/sessions" on node "worker-1" are Running
    And exactly 3 Pods of Deployment "front/sessions" are Ready

  @criterion:available
  Scenario: Two were available at all times
    Then at least 2 Pods of Deployment "front/sessions" were Ready at all times since "the beginning"

  @criterion:budget
  Scenario: With one of the three not ready no further one may go
    Given exactly 3 Pods of Deployment "front/sessions" are Ready within 2 minutes
    Then PodDisruptionBudget "front/sessions" exists
    And field "status.expectedPods" of PodDisruptionBudget "front/sessions" is "3" within 1 minute
    When the readiness probe of a Pod of Deployment "front/sessions" fails
    And 1 minute passes
    Then field "status.currentHealthy" of PodDisruptionBudget "front/sessions" is "2" within 1 minute
    And field "status.disruptionsAllowed" of PodDisruptionBudget "front/sessions" is "0"
