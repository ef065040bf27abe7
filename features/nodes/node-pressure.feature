@nodes
Feature: Node-pressure eviction
  Before a node runs out of memory or disk its kubelet ends Pods, those first that take more than they asked for, and the
  node takes no more of them for a while.

  @claim:node-09
  Scenario: A node short of memory evicts the Pod that takes more than it requested
    Given a cluster with 1 control plane node and 1 worker node
    And container image "modest:1" that behaves like this:
      | uses memory | 300Mi |
    And container image "greedy:1" that behaves like this:
      | uses memory | 800Mi |
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: modest}
      spec:
        containers: [{name: app, image: "modest:1", resources: {requests: {memory: 400Mi}}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: greedy}
      spec:
        containers: [{name: app, image: "greedy:1", resources: {requests: {memory: 100Mi}}}]
      """
    And Pod "greedy" is Running within 10 seconds
    And Pod "modest" is Running within 10 seconds
    When node "worker-1" comes under memory pressure
    Then Pod "greedy" matches within 30 seconds:
      """yaml
      status: {phase: Failed, reason: Evicted}
      """
    And Pod "greedy" has condition DisruptionTarget True because of TerminationByKubelet
    And Pod "greedy" has a Warning event Evicted
    And that event's message contains "The node was low on resource: memory. Threshold quantity: 100Mi, available: "
    And that event's message contains "Container app was using 800Mi, request is 100Mi, has larger consumption of memory."
    And Node "worker-1" has condition MemoryPressure True because of KubeletHasInsufficientMemory within 30 seconds
    And Node "worker-1" has taint "node.kubernetes.io/memory-pressure:NoSchedule" within 10 seconds
    And Node "worker-1" has a Warning event EvictionThresholdMet
    And Pod "modest" is Running
    When 4 minutes pass
    Then Node "worker-1" has condition MemoryPressure True
    When 2 minutes pass
    Then Node "worker-1" has condition MemoryPressure False because of KubeletHasSufficientMemory

  @claim:node-09
  Scenario: A node with a full disk takes no Pods but critical ones
    Given a cluster with 1 control plane node and 1 worker node
    When node "worker-1" comes under disk pressure
    And command "df -h" is run on node "worker-1"
    Then the command's output contains "96%"
    And Node "worker-1" has condition DiskPressure True because of KubeletHasDiskPressure within 30 seconds
    And Node "worker-1" has taint "node.kubernetes.io/disk-pressure:NoSchedule" within 10 seconds
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: late}
      spec:
        nodeName: worker-1
        containers: [{name: app, image: "nginx:1.27"}]
      """
    Then Pod "late" matches within 5 seconds:
      """yaml
      status: {phase: Failed, reason: Evicted, message: "Pod was rejected: The node had condition: [DiskPressure]. "}
      """
    When node "worker-1" is relieved of disk pressure
    Then Node "worker-1" has condition DiskPressure False within 6 minutes

  @claim:node-09
  Scenario: What is kept for the system and for eviction cannot be allocated
    Given a cluster with 1 control plane node and 1 worker node
    And Node "worker-1" matches:
      """yaml
      status: {capacity: {cpu: "4", memory: 8388608Ki}, allocatable: {cpu: "4", memory: 8286208Ki}}
      """
    When in file "/var/lib/kubelet/kubeadm-flags.env" on node "worker-1" "KUBELET_KUBEADM_ARGS=\"" is replaced by "KUBELET_KUBEADM_ARGS=\"--kube-reserved=cpu=200m,memory=1Gi --eviction-hard=memory.available<500Mi "
    And the kubelet on node "worker-1" restarts
    Then Node "worker-1" matches within 1 minute:
      """yaml
      status: {allocatable: {cpu: 3800m, memory: 6828032Ki}}
      """

  @claim:node-09
  Scenario: A container writes more than its limit of local storage
    Given a cluster with 1 control plane node and 1 worker node
    And container image "scribe:1" that behaves like this:
      | uses disk | 1Mi rising to 200Mi over 2 minutes |
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: scribe}
      spec:
        containers: [{name: app, image: "scribe:1", resources: {limits: {ephemeral-storage: 100Mi}}}]
      """
    And Pod "scribe" is Running within 10 seconds
    Then Pod "scribe" stays Running for 50 seconds
    And Pod "scribe" is Evicted within 30 seconds
    And Pod "scribe" matches:
      """yaml
      status: {phase: Failed, message: "Pod ephemeral local storage usage exceeds the total limit of containers 100Mi. "}
      """

  @claim:node-09
  Scenario: A pressure that comes back soon has not been away
    Given a cluster with 1 control plane node and 1 worker node
    When node "worker-1" comes under disk pressure
    Then Node "worker-1" has condition DiskPressure True because of KubeletHasDiskPressure within 30 seconds
    When node "worker-1" is relieved of disk pressure
    And 4 minutes pass
    And node "worker-1" comes under disk pressure
    Then Node "worker-1" never matches for 4 minutes:
      """yaml
      status: {conditions: [{type: DiskPressure, status: "False"}]}
      """
