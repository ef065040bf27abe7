@etcd @fault
Feature: etcd's quorum
  etcd commits a write once a majority of its members has it. Three members survive the loss of one, not of two.

  @claim:etcd-03 @claim:etcd-02
  Scenario: Without etcd quorum nothing can be changed but containers keep running
    Given a cluster with 3 control plane nodes and 2 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And Deployment "web" is Available
    When 2 of 3 etcd members fail
    Then etcd has no leader within 5 seconds
    And the API server refuses writes
    And nothing is written to etcd for 10 seconds
    When kubectl "scale deployment web --replicas=5" is run
    Then the command fails
    And the command's output contains "etcdserver: request timed out"
    And 2 containers of Deployment "web" are running on the nodes
    When etcd member "etcd-2" starts
    Then the API server accepts writes within 1 minute
    And field "spec.replicas" of Deployment "web" is "2"

  @claim:etcd-03
  Scenario: The loss of one of three members goes unnoticed
    Given a cluster with 3 control plane nodes and 1 worker node
    When etcd member "etcd-3" stops
    Then the API server accepts writes within 5 seconds
    And etcd has a leader

  @claim:etcd-04
  Scenario: When the leader dies another member is elected
    Given a cluster with 3 control plane nodes and 1 worker node
    And the leader of etcd is "etcd-2"
    When etcd member "etcd-2" stops
    Then etcd has another leader than "etcd-2" within 5 seconds
    And the API server accepts writes within 10 seconds
