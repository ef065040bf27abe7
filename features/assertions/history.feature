Feature: What was so at every instant, and in which order
  Background:
    Given a cluster with 1 control plane node and 2 worker nodes
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Secret
      metadata: {name: key}
      stringData: {word: sesame}
      """

  @fault
  Scenario: A node that fails and comes back
    When node "worker-1" fails
    Then Node "worker-1" is NotReady within 1 minute
    And this moment is remembered as "the outage"
    When node "worker-1" recovers
    Then Node "worker-1" is Ready within 2 minutes
    And Node "worker-2" was Ready at all times since "the beginning"
    And Node "worker-2" was never NotReady since "the beginning"
    And Node "worker-1" was Ready at all times between "the beginning" and "the beginning"
    And Node "worker-1" was never SchedulingDisabled between "the beginning" and "the outage"
    And field "type" of Secret "key" was "Opaque" at all times since "the beginning"
    And these happened in this order since "the beginning":
      | object          | what               |
      | Node "worker-1" | NotReady           |
      | Node "worker-1" | event NodeNotReady |
      | Node "worker-1" | Ready              |
    And the statechart of "kubelet/worker-1 kubelet" is in state "running"

  Scenario: Events, logs and answers in detail
    Given a Deployment "web" of image "nginx:1.27" with 2 replicas
    And a Service "web" selecting "app=web" on port 80
    And a Pod "client" of image "curl:8"
    Then Deployment "web" has a Normal event ScalingReplicaSet saying "from 0 to 2"
    And Deployment "web" has exactly 2 Normal events Scheduled
    And the log of Deployment "web" does not contain "panic"
    And a request from Pod "client" to "http://web/" is answered with "nginx"
