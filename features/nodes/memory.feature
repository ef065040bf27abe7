@nodes
Feature: Memory of containers and nodes
  A container that takes more memory than its limit is killed by the kernel and started again; a node without memory
  ends the processes it values least.

  @claim:node-10
  Scenario: A container grows beyond its memory limit
    Given a cluster
    And container image "leaky:1" that behaves like this:
      | uses memory | 20Mi rising to 220Mi over 100 seconds |
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: leaky}
      spec:
        containers:
          - name: app
            image: "leaky:1"
            resources: {requests: {memory: 50Mi}, limits: {memory: 120Mi}}
      """
    And Pod "leaky" is Running within 10 seconds
    Then Pod "leaky" stays Running for 45 seconds
    And Pod "leaky" matches within 10 seconds:
      """yaml
      status:
        containerStatuses:
          - name: app
            restartCount: 1
            lastState: {terminated: {exitCode: 137, reason: OOMKilled}}
      """
    And Pod "leaky" is CrashLoopBackOff within 2 minutes
    And Pod "leaky" has a Warning event BackOff within 1 minute

  @claim:node-10
  Scenario: The stress tool with less memory than it wants, as the documentation shows it
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: memory-demo-2}
      spec:
        containers:
          - name: memory-demo-2-ctr
            image: polinux/stress
            resources: {requests: {memory: 50Mi}, limits: {memory: 100Mi}}
            command: [stress]
            args: ["--vm", "1", "--vm-bytes", "250M", "--vm-hang", "1"]
      """
    Then Pod "memory-demo-2" is OOMKilled within 20 seconds
    And Pod "memory-demo-2" is CrashLoopBackOff within 1 minute
