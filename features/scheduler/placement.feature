@scheduling
Feature: Where Pods are placed
  The scheduler filters the nodes a Pod cannot run on, scores the rest and binds the Pod to the best.

  @claim:sched-04
  Scenario: A Pod that asks for more than any node has stays Pending, and the event counts the reasons
    Given a cluster with 1 control plane node and 2 worker nodes
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: big}
      spec: {containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: "100"}}}]}
      """
    Then Pod "big" is Unschedulable
    And Pod "big" has a Warning event FailedScheduling
    And that event's message contains "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu."

  @claim:sched-02
  Scenario: A node selector that no node matches, until one is labelled
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: fast}
      spec: {nodeSelector: {disk: ssd}, containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "fast" cannot be scheduled because "2 node(s) didn't match Pod's node affinity/selector"
    When Node "worker-2" is patched with:
      """yaml
      metadata: {labels: {disk: ssd}}
      """
    Then Pod "fast" is scheduled onto node "worker-2" within 30 seconds
    And Pod "fast" is Running within 30 seconds

  @claim:sched-06
  Scenario: A tainted node takes only Pods that tolerate the taint
    Given a cluster with these nodes:
      | name  | role          | taints                     |
      | cp    | control-plane |                            |
      | gpu-1 | worker        | dedicated=gpu:NoSchedule   |
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: plain}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: tolerant}
      spec:
        tolerations: [{key: dedicated, operator: Equal, value: gpu, effect: NoSchedule}]
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "tolerant" is scheduled onto node "gpu-1" within 10 seconds
    And Pod "plain" cannot be scheduled because "had untolerated taint"

  Scenario: A cordoned node takes no new Pods
    Given a cluster
    And node "worker-1" is cordoned
    And a Deployment "web" of image "nginx:1.27" with 4 replicas
    Then exactly 4 Pods of Deployment "web" on node "worker-2" are Running within 1 minute
    And Node "worker-1" is SchedulingDisabled

  @claim:sched-03
  Scenario: Pods without other wishes spread over the nodes by resources
    Given a cluster with 1 control plane node and 3 worker nodes
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 6
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 500m, memory: 256Mi}}}]}
      """
    And Deployment "web" is Available
    Then the Pods of Deployment "web" run on 3 different nodes

  @claim:sched-08
  Scenario: A Pod for another scheduler waits without a word
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: custom}
      spec: {schedulerName: my-scheduler, containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "custom" stays Pending for 10 minutes
    And Pod "custom" has no event FailedScheduling

  @claim:sched-02
  Scenario: A host port is taken once on every node
    Given a cluster with 1 control plane node and 2 worker nodes
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: edge}
      spec:
        replicas: 3
        selector: {matchLabels: {app: edge}}
        template:
          metadata: {labels: {app: edge}}
          spec: {containers: [{name: c, image: "nginx:1.27", ports: [{containerPort: 80, hostPort: 8080}]}]}
      """
    Then exactly 2 Pods of Deployment "edge" are Running within 1 minute
    And exactly 1 Pod of Deployment "edge" is Unschedulable
    And Deployment "edge" has a Warning event FailedScheduling
    And that event's message contains "2 node(s) didn't have free ports for the requested pod ports"

  @claim:sched-06
  Scenario: A node that would rather not is the last choice
    Given a cluster with these nodes:
      | name | role          | taints                           |
      | cp   | control-plane |                                  |
      | w-1  | worker        | quality=poor:PreferNoSchedule    |
      | w-2  | worker        |                                  |
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: picky}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: bound-there}
      spec: {nodeSelector: {kubernetes.io/hostname: w-1}, containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "picky" is scheduled onto node "w-2" within 10 seconds
    And Pod "bound-there" is scheduled onto node "w-1" within 10 seconds
