@cluster @fault
Feature: Several control planes
  Of the controller managers and schedulers one leads and the others stand by; of the API servers any one answers.

  @claim:flow-03 @claim:api-13 @claim:sched-10
  Scenario: One of three control plane nodes is lost, and everything goes on
    Given a cluster with 3 control plane nodes and 2 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And Deployment "web" is Available
    And the leader of the scheduler is "cp-1"
    And the leader of the controller manager is "cp-1"
    When node "cp-1" fails
    Then the API server accepts writes within 15 seconds
    And etcd has a leader within 15 seconds
    And the scheduler has another leader than "cp-1" within 30 seconds
    And the controller manager has another leader than "cp-1" within 30 seconds
    When Deployment "web" is scaled to 6 replicas
    Then exactly 6 Pods of Deployment "web" are Running within 1 minute
    And all Pods of Deployment "web" are Ready

  @claim:sched-10
  Scenario: A standby scheduler takes over when the leader's lease has run out
    Given a cluster with 2 control plane nodes and 1 worker node
    And the leader of the scheduler is "cp-1"
    When the scheduler on "cp-1" crashes
    And the scheduler on "cp-1" stops
    Then the leader of the scheduler is "cp-2" within 20 seconds
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: late}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "late" is Running within 10 seconds

  @claim:api-13
  Scenario: The death of one of two API servers goes unnoticed
    Given a cluster with 3 control plane nodes and 1 worker node
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    When the API server on "cp-1" stops
    Then the API server accepts writes within 5 seconds
    When Deployment "web" is scaled to 4 replicas
    Then exactly 4 Pods of Deployment "web" are Running within 1 minute
    When kubectl "get deployment web" is run
    Then the command succeeds
    And Node "worker-1" stays Ready for 2 minutes

  @claim:cm-14
  Scenario: A leader that misses the API server for a moment goes on leading
    Given a cluster
    And the leader of the controller manager is "cp-1"
    And field "spec.leaseTransitions" of Lease "kube-system/kube-controller-manager" is "0"
    When the API server on "cp-1" stops
    And 4 seconds pass
    And the API server on "cp-1" starts
    And 30 seconds pass
    Then the leader of the controller manager is "cp-1"
    And field "spec.leaseTransitions" of Lease "kube-system/kube-controller-manager" is "0"
