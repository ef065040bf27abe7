@scheduling @fault
Feature: A standby scheduler
  Each control plane node runs a scheduler. One holds the Lease and works; when it falls silent another takes the Lease over
  once its duration is over.

  @claim:sched-10
  Scenario: A standby takes over within the duration of the Lease
    Given a cluster with 3 control plane nodes and 2 worker nodes
    And the leader of the scheduler is "cp-1"
    When the scheduler on "cp-1" stops
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: meanwhile}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "meanwhile" stays Pending for 5 seconds
    And Pod "meanwhile" has no event FailedScheduling
    And the scheduler has another leader than "cp-1" within 20 seconds
    And Pod "meanwhile" is Running within 30 seconds
