@nodes @fault @time
Feature: A node fails
  A kubelet renews its node's Lease every 10 seconds. When it falls silent the node lifecycle controller waits for the
  grace period, marks the node Unknown and taints it; its Pods tolerate that for 5 minutes, then they are replaced.

  @claim:cm-07 @claim:flow-02
  Scenario: Pods of a failed node are evicted and replaced
    Given a cluster with 1 control plane node and 3 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 3 replicas
    And Deployment "web" is Available
    When node "worker-1" fails
    Then Node "worker-1" becomes NotReady after the node monitor grace period
    And Node "worker-1" has taint "node.kubernetes.io/unreachable:NoExecute" within 10 seconds
    And the Pods of Deployment "web" on node "worker-1" stay Running for 4 minutes
    When 65 seconds pass
    Then the Pods of Deployment "web" on node "worker-1" are Terminating
    And exactly 3 Pods of Deployment "web" are Ready within 1 minute
    And Node "worker-1" has condition Ready Unknown because of NodeStatusUnknown

  @claim:node-11
  Scenario: A stopped kubelet makes its node NotReady, its containers run on, and all recovers
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And Deployment "web" is Available
    When the kubelet on "worker-1" stops
    Then Node "worker-1" becomes NotReady after the node monitor grace period
    And 2 containers of Deployment "web" are running on the nodes
    When the kubelet on "worker-1" starts
    Then Node "worker-1" is Ready within 20 seconds
    And exactly 2 Pods of Deployment "web" are Ready within 20 seconds

  Scenario: A node that comes back in time keeps its Pods
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And this moment is remembered as "before"
    When node "worker-1" loses its network
    And 2 minutes pass
    And node "worker-1" regains its network
    Then Node "worker-1" is Ready within 1 minute
    And exactly 2 Pods of Deployment "web" existed at all times since "before"

  @claim:node-01
  Scenario: A kubelet registers its node and renews its Lease
    Given a cluster with these nodes:
      | name     | role          | cpu |
      | cp-1     | control-plane |     |
      | worker-1 | worker        | 4   |
    Then Node "worker-1" matches:
      """yaml
      metadata: {labels: {kubernetes.io/hostname: worker-1, kubernetes.io/os: linux}}
      status:
        conditions:
          - {type: Ready, status: "True", reason: KubeletReady, message: kubelet is posting ready status}
          - {type: MemoryPressure, status: "False"}
        allocatable: {cpu: "4"}
      """
    And Lease "kube-node-lease/worker-1" matches:
      """yaml
      spec: {holderIdentity: worker-1, leaseDurationSeconds: 40}
      """

  @claim:node-01
  Scenario: A Node that somebody made by hand has a minute to get a kubelet
    Given the clock reads "2026-06-01T12:00:00Z"
    And a cluster with 1 control plane node and 1 worker node
    And the kubelet on node "worker-1" stops
    And Node "worker-1" is deleted
    And time advances to "2026-06-01T12:10:00Z"
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Node
      metadata: {name: worker-1}
      ---
      apiVersion: v1
      kind: Node
      metadata: {name: ghost}
      ---
      apiVersion: v1
      kind: Node
      metadata: {name: quiet}
      """
    And 30 seconds pass
    And these manifests are applied:
      """yaml
      apiVersion: coordination.k8s.io/v1
      kind: Lease
      metadata: {name: quiet, namespace: kube-node-lease}
      spec: {holderIdentity: quiet, leaseDurationSeconds: 40, renewTime: "2026-06-01T12:10:30.000000Z"}
      """
    And the kubelet on node "worker-1" starts
    Then Node "worker-1" is Ready within 25 seconds
    And Node "ghost" has condition Ready Unknown because of NodeStatusNeverUpdated within 40 seconds
    And Node "quiet" never matches for 15 seconds:
      """yaml
      status: {conditions: [{type: Ready}]}
      """
    And Node "quiet" has condition Ready Unknown because of NodeStatusNeverUpdated within 40 seconds
    And Node "worker-1" is Ready
