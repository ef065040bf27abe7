@nodes
Feature: Runtime classes
  A RuntimeClass names the OCI runtime that a Pod's sandbox is made with; each node has those of its containerd's
  configuration.

  @claim:node-15
  Scenario: gVisor and Kata on a node that has them
    Given a cluster with these nodes:
      | name     | role          | runtimes    |
      | cp-1     | control-plane |             |
      | worker-1 | worker        | runsc, kata |
    And these manifests are applied:
      """yaml
      apiVersion: node.k8s.io/v1
      kind: RuntimeClass
      metadata: {name: gvisor}
      handler: runsc
      ---
      apiVersion: node.k8s.io/v1
      kind: RuntimeClass
      metadata: {name: kata}
      handler: kata
      overhead: {podFixed: {memory: 160Mi, cpu: 250m}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: sandboxed}
      spec:
        runtimeClassName: gvisor
        containers: [{name: app, image: "nginx:1.27"}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: in-a-vm}
      spec:
        runtimeClassName: kata
        restartPolicy: Never
        containers: [{name: app, image: "busybox:1.36", command: [uname, -r]}]
      """
    Then Pod "sandboxed" is Running within 20 seconds
    And Pod "in-a-vm" matches within 20 seconds:
      """yaml
      spec: {overhead: {memory: 160Mi, cpu: 250m}}
      status: {phase: Succeeded}
      """
    And the log of Pod "in-a-vm" contains "6.12.42"
    And Node "worker-1" matches:
      """yaml
      status: {runtimeHandlers: [{name: kata}, {name: runc}, {name: runsc}]}
      """

  @claim:node-15
  Scenario: A handler that containerd has not been configured with
    Given a cluster with 1 control plane node and 1 worker node
    And these manifests are applied:
      """yaml
      apiVersion: node.k8s.io/v1
      kind: RuntimeClass
      metadata: {name: gvisor}
      handler: runsc
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: sandboxed}
      spec:
        runtimeClassName: gvisor
        containers: [{name: app, image: "nginx:1.27"}]
      """
    Then Pod "sandboxed" has a Warning event FailedCreatePodSandBox within 20 seconds
    And that event's message contains "Failed to create pod sandbox: rpc error: code = Unknown desc = unable to get OCI runtime for sandbox "
    And that event's message contains " is configured"
    And Pod "sandboxed" stays ContainerCreating for 1 minute
