@workloads @control-plane @fault
Feature: The controller manager
  Each controller compares what is wanted with what is there, and acts on the difference. Without the controller
  manager nothing is compared.

  @claim:cm-14 @claim:cm-01
  Scenario: Down, nothing is reconciled; back, everything catches up
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And Deployment "web" is Available
    When the controller manager stops
    And Deployment "web" is scaled to 5 replicas
    And 5 minutes pass
    Then exactly 2 Pods of Deployment "web" are Running
    When the controller manager starts
    Then exactly 5 Pods of Deployment "web" are Running within 1 minute

  @claim:cm-02
  Scenario: A ReplicaSet replaces a Pod that is deleted
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And this moment is remembered as "steady"
    When Deployment "web" is scaled to 1 replica
    Then exactly 1 Pod of Deployment "web" is Running within 1 minute
    When Deployment "web" is scaled to 3 replicas
    Then exactly 3 Pods of Deployment "web" are Running within 1 minute
    And at least 1 Pod of Deployment "web" were Running at all times since "steady"

  @claim:cm-09
  Scenario: Every namespace gets a default ServiceAccount and the cluster's CA
    Given a cluster
    And namespace "dev"
    Then ServiceAccount "dev/default" exists within 5 seconds
    And ConfigMap "dev/kube-root-ca.crt" exists within 5 seconds

  @claim:cm-10
  Scenario: A namespace goes with everything in it
    Given a cluster
    And namespace "dev"
    And a Deployment "dev/web" of image "nginx:1.27" with 2 replicas
    When Namespace "dev" is deleted
    Then Namespace "dev" is Terminating
    And Namespace "dev" is gone within 2 minutes
    And Deployment "dev/web" is gone

  @claim:cm-11
  Scenario: When the owner goes its dependents go
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    When Deployment "web" is deleted
    Then no Pods matching "app=web" are Running within 1 minute

  @claim:cm-11
  Scenario: In the foreground dependents go first; orphans stay
    Given a cluster
    And a Deployment "first" of image "nginx:1.27" with 2 replicas
    And a Deployment "second" of image "nginx:1.27" with 2 replicas
    And Deployment "first" is Available
    And Deployment "second" is Available
    When kubectl "delete deployment first --cascade=foreground --wait=false" is run
    Then Deployment "first" is gone within 1 minute
    And no Pods matching "app=first" are Running
    When kubectl "delete deployment second --cascade=orphan" is run
    Then Deployment "second" is gone within 1 minute
    And exactly 2 Pods matching "app=second" are Running

  @claim:cm-11
  Scenario: An owner in another namespace owns nothing
    Given a cluster
    And namespace "other"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: owner, namespace: other}
      """
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: child
        ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: 11111111-2222-3333-4444-555555555555}]
      """
    Then ConfigMap "child" is gone within 1 minute
    And ConfigMap "other/owner" exists

  @claim:cm-01 @claim:cm-14
  Scenario: Controllers are switched off and on by name
    Given a cluster
    And the controller manager runs with these flags:
      | --controllers | *,-replicaset-controller |
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    When 2 minutes pass
    Then Deployment "web" has 1 revision
    And no Pods of Deployment "web" are Running
    When the controller manager runs with these flags:
      | --controllers | * |
    Then exactly 2 Pods of Deployment "web" are Running within 2 minutes
