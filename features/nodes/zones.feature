@nodes @fault @time
Feature: Zones in disruption
  Nodes that fail together are evicted more slowly: in a zone that is partly down and small not at all, and where
  everything is down nobody is, for then it is rather the control plane that sees nothing.

  Background:
    Given a cluster with these nodes:
      | name | role          | labels                        |
      | cp   | control-plane |                               |
      | a-1  | worker        | topology.kubernetes.io/zone=a |
      | a-2  | worker        | topology.kubernetes.io/zone=a |
      | a-3  | worker        | topology.kubernetes.io/zone=a |
      | a-4  | worker        | topology.kubernetes.io/zone=a |
      | b-1  | worker        | topology.kubernetes.io/zone=b |

  @claim:cm-07
  Scenario: In a zone that is mostly down no node gets its NoExecute taint
    When node "a-1" fails
    And node "a-2" fails
    And node "a-3" fails
    Then Node "a-1" becomes NotReady after the node monitor grace period
    And Node "a-1" has taint "node.kubernetes.io/unreachable:NoSchedule" within 10 seconds
    And Node "a-1" has a Normal event NodeNotReady
    And that event's message contains "Node a-1 status is now: NodeNotReady"
    When 2 minutes pass
    Then Node "a-2" never matches for 2 minutes:
      """yaml
      spec: {taints: [{key: node.kubernetes.io/unreachable, effect: NoExecute}]}
      """

  @claim:cm-07
  Scenario: Elsewhere one node at a time gets it, one in ten seconds
    When node "a-1" fails
    And node "a-2" fails
    Then Node "a-1" becomes NotReady after the node monitor grace period
    And Node "a-1" has condition MemoryPressure Unknown because of NodeStatusUnknown
    And Node "a-1" has taint "node.kubernetes.io/unreachable:NoExecute" within 25 seconds
    And Node "a-2" has taint "node.kubernetes.io/unreachable:NoExecute" within 25 seconds
    When node "a-1" recovers
    Then Node "a-1" is Ready within 1 minute
    When 6 seconds pass
    Then Node "a-1" never matches for 1 minute:
      """yaml
      spec: {taints: [{key: node.kubernetes.io/unreachable}]}
      """

  @claim:cm-07
  Scenario: Where every node has fallen silent nobody is evicted, and all get their time anew once one is back
    Given a Deployment "web" of image "nginx:1.27" with 5 replicas
    And Deployment "web" is Available
    And this moment is remembered as "before"
    When the kubelet on node "cp" stops
    And the kubelet on node "a-1" stops
    And the kubelet on node "a-2" stops
    And the kubelet on node "a-3" stops
    And the kubelet on node "a-4" stops
    And the kubelet on node "b-1" stops
    And 10 minutes pass
    Then Node "a-1" has condition Ready Unknown
    And exactly 5 Pods of Deployment "web" existed at all times since "before"
    When the kubelet on node "a-1" starts
    Then Node "a-1" is Ready within 1 minute
    And Node "a-1" never matches for 1 minute:
      """yaml
      spec: {taints: [{key: node.kubernetes.io/unreachable, effect: NoExecute}]}
      """
