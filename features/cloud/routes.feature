@cloud
Feature: Routes to Pods
  Where the cloud's network carries the Pods' traffic, the cloud-controller-manager keeps a route to every node's Pods.

  @claim:cloud-02
  Scenario: Every node gets a route to its Pods' addresses
    Given a cluster in a cloud with 1 control plane node and 2 worker nodes
    Then the cloud has 3 routes within 15 seconds
    And the cloud routes the Pods of node "worker-1" to it
    And Node "worker-1" has condition NetworkUnavailable False because of RouteCreated
    When the instance of node "worker-2" is deleted
    Then Node "worker-2" is gone within 2 minutes
    And the cloud has 2 routes within 15 seconds

  @claim:cloud-02 @fault
  Scenario: A route that cannot be made is tried again, and the node says that it has none
    Given a cluster in a cloud with 1 control plane node and 1 worker node
    And the cloud has 2 routes within 15 seconds
    When CreateRoute calls to the cloud fail with "no more routes today"
    And Node "worker-1" is deleted
    And the kubelet on node "worker-1" restarts
    Then Node "worker-1" has condition NetworkUnavailable True because of NoRouteCreated within 30 seconds
    And Node "worker-1" has a Warning event FailedToCreateRoute
    And that event's message contains "Unavailable: no more routes today"
    And Node "worker-1" has taint "node.kubernetes.io/network-unavailable:NoSchedule"
    When calls to the cloud work again
    Then Node "worker-1" has condition NetworkUnavailable False because of RouteCreated within 15 seconds
