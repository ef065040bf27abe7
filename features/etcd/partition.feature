@etcd @fault
Feature: etcd divided
  Only the side with the majority can commit. The number of members that may be lost is what is left above a majority.

  @claim:etcd-05
  Scenario: A member cut off from the others cannot commit, and follows the majority when it is back
    Given a cluster with 3 control plane nodes and 1 worker node
    And the leader of etcd is "etcd-2"
    When node "cp-2" loses its network
    Then etcd has another leader than "etcd-2" within 5 seconds
    And the API server accepts writes within 10 seconds
    And etcd member "etcd-2" refuses writes
    And the API server on "cp-2" refuses writes within 30 seconds
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: meanwhile}
      data: {colour: blue}
      """
    And node "cp-2" regains its network
    Then the API server on "cp-2" accepts writes within 30 seconds
    And Node "cp-2" is Ready within 1 minute
    When etcd member "etcd-1" stops
    Then the API server accepts writes within 10 seconds
    And field "data.colour" of ConfigMap "meanwhile" is "blue"

  @claim:etcd-11
  Scenario: Four members bear the loss of one, not of two
    Given a cluster with 4 control plane nodes and 1 worker node
    When 1 of 4 etcd members fail
    Then the API server accepts writes within 10 seconds
    When etcd member "etcd-3" stops
    Then etcd has no leader within 5 seconds
    And the API server refuses writes

  @claim:etcd-11 @claim:etcd-03
  Scenario: Five members bear the loss of two, not of three
    Given a cluster with 5 control plane nodes and 1 worker node
    When 2 of 5 etcd members fail
    Then the API server accepts writes within 10 seconds
    When etcd member "etcd-3" stops
    Then etcd has no leader within 5 seconds
    And the API server refuses writes

  @claim:etcd-04
  Scenario: A leader that was out of reach for a moment goes on leading
    Given a cluster with 3 control plane nodes and 1 worker node
    And the leader of etcd is "etcd-2"
    When node "cp-2" loses its network
    And node "cp-2" regains its network
    Then the leader of etcd is "etcd-2"
    And the API server accepts writes within 1 second
    When 10 seconds pass
    Then the leader of etcd is "etcd-2"

  @claim:etcd-04
  Scenario: A member that alone has lost the leader does not depose it
    Given a cluster with 3 control plane nodes and 1 worker node
    And the leader of etcd is "etcd-2"
    When the network between "cp-1" and "cp-2" is cut
    And 30 seconds pass
    Then the leader of etcd is "etcd-2"
    And etcd member "etcd-3" accepts writes

  @claim:etcd-03
  Scenario: The leader dies, and a second member before another is elected
    Given a cluster with 3 control plane nodes and 1 worker node
    And the leader of etcd is "etcd-2"
    When etcd member "etcd-2" stops
    And etcd member "etcd-3" stops
    And 10 seconds pass
    Then etcd has no leader
    When etcd member "etcd-3" starts
    Then etcd has another leader than "etcd-2" within 10 seconds
