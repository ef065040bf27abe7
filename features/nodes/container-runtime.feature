@nodes @fault
Feature: The container runtime
  The kubelet asks containerd for everything. On the node crictl shows what runs there, whatever the API knows.

  @claim:node-14
  Scenario: crictl shows what runs on a node while the API server is down
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: talker}
      spec:
        nodeName: worker-1
        containers: [{name: voice, image: busybox:1.37, command: [sh, -c, "echo hello from here; sleep 3600"]}]
      """
    And Pod "talker" is Running
    When the API server stops
    And command "crictl ps" is run on node "worker-1"
    Then the command's output contains "voice"
    And the command's output contains "Running"
    When command "crictl pods" is run on node "worker-1"
    Then the command's output contains "talker"
    When command "crictl images" is run on node "worker-1"
    Then the command's output contains "docker.io/library/busybox"
    When command "crictl logs $(crictl ps -q --name voice)" is run on node "worker-1"
    Then the command's output contains "hello from here"

  @claim:node-14
  Scenario: crictl ends a container that does not want to end
    Given a cluster with 1 control plane node and 1 worker node
    And container image "stubborn:1" that behaves like this:
      | stops after | 5 minutes |
    And a Pod "stubborn" of image "stubborn:1"
    And Pod "stubborn" is Running
    When Pod "stubborn" is deleted
    And 5 seconds pass
    Then Pod "stubborn" is Terminating
    When command "crictl stop $(crictl ps -q --name stubborn)" is run on node "worker-1"
    Then Pod "stubborn" is gone within 3 seconds

  @claim:node-15
  Scenario: Without containerd a node is NotReady, with the reason
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    When containerd on node "worker-1" stops
    Then Node "worker-1" is NotReady within 1 minute
    And Node "worker-1" has condition Ready False because of KubeletNotReady
    And Node "worker-1" has taint "node.kubernetes.io/not-ready:NoExecute" within 10 seconds
    When containerd on node "worker-1" starts
    Then Node "worker-1" is Ready within 1 minute
    And all Pods of Deployment "web" are Ready within 1 minute
