@nodes
Feature: Shutdown of a node
  A kubelet with a shutdownGracePeriod holds up the shutdown of its machine until the Pods have ended, ordinary ones first;
  without one, or without power, Pods are cut off.

  @claim:node-07
  Scenario: A graceful shutdown ends ordinary Pods, then critical ones
    Given a cluster with 1 control plane node and 1 worker node
    And container image "slow:1" that behaves like this:
      | listens on  | 8080       |
      | stops after | 10 seconds |
    When in file "/var/lib/kubelet/config.yaml" on node "worker-1" "shutdownGracePeriod: 0s" is replaced by "shutdownGracePeriod: 30s"
    And in file "/var/lib/kubelet/config.yaml" on node "worker-1" "shutdownGracePeriodCriticalPods: 0s" is replaced by "shutdownGracePeriodCriticalPods: 10s"
    And the kubelet on node "worker-1" restarts
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: plain}
      spec:
        containers: [{name: app, image: "slow:1"}]
      """
    And Pod "plain" is Running within 20 seconds
    When node "worker-1" is shut down
    Then Node "worker-1" has condition Ready False because of KubeletNotReady
    And Node "worker-1" has a Normal event NodeShutdown
    And Pod "plain" matches within 15 seconds:
      """yaml
      status:
        phase: Failed
        reason: Terminated
        message: Pod was terminated in response to imminent node shutdown.
        conditions: [{type: DisruptionTarget, status: "True", reason: TerminationByKubelet}]
      """
    And Node "worker-1" has condition Ready Unknown within 2 minutes

  @claim:node-11
  Scenario: A node that is shut down without a grace period is simply gone
    Given a cluster with 1 control plane node and 1 worker node
    And a Pod "plain" of image "nginx:1.27"
    When node "worker-1" is shut down
    Then Pod "plain" stays Running for 40 seconds
    And Node "worker-1" has condition Ready Unknown within 2 minutes

  @claim:node-07
  Scenario Outline: Pods that do not end in their time do not hold up the machine
    Given a cluster with 1 control plane node and 1 worker node
    And container image "stubborn:1" that behaves like this:
      | stops after | 5 minutes |
    When in file "/var/lib/kubelet/config.yaml" on node "worker-1" "shutdownGracePeriod: 0s" is replaced by "shutdownGracePeriod: 30s"
    And in file "/var/lib/kubelet/config.yaml" on node "worker-1" "shutdownGracePeriodCriticalPods: 0s" is replaced by "shutdownGracePeriodCriticalPods: 10s"
    And the kubelet on node "worker-1" restarts
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: plain}
      spec:
        terminationGracePeriodSeconds: 60
        containers: [{name: app, image: "<plain>"}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: critical, namespace: kube-system}
      spec:
        priorityClassName: system-node-critical
        terminationGracePeriodSeconds: 60
        containers: [{name: app, image: "stubborn:1"}]
      """
    And Pod "plain" is Running within 20 seconds
    And Pod "kube-system/critical" is Running within 20 seconds
    When node "worker-1" <goes>
    And <before> seconds pass
    Then 1 container of Pod "kube-system/critical" is running on the nodes
    And unit "kubelet.service" on node "worker-1" is active
    When 5 seconds pass
    Then no containers of Pod "kube-system/critical" are running on the nodes
    And unit "kubelet.service" on node "worker-1" is inactive
    And unit "kubelet.service" on node "worker-1" <then>

    Examples:
      | plain      | goes         | before | then                      |
      | stubborn:1 | is shut down | 27     | is inactive               |
      | stubborn:1 | reboots      | 27     | is active within 1 minute |
      | nginx:1.27 | is shut down | 7      | is inactive               |
