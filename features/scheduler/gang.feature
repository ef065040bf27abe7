@scheduling
Feature: Gang scheduling
  Pods of a PodGroup with a gang policy are worth nothing alone: all of them get nodes, or none. The API is alpha: its feature
  gate and its version have to be switched on in the static Pods' flags.

  @claim:sched-11
  Scenario: All Pods of a group, or none
    Given a cluster with 1 control plane node and 2 worker nodes
    And the API server runs with these flags:
      | feature-gates  | GenericWorkload=true,GangScheduling=true |
      | runtime-config | scheduling.k8s.io/v1alpha2=true          |
    And the scheduler runs with these flags:
      | feature-gates | GenericWorkload=true,GangScheduling=true |
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: occupant}
      spec:
        nodeSelector: {kubernetes.io/hostname: worker-2}
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]
      ---
      apiVersion: scheduling.k8s.io/v1alpha2
      kind: PodGroup
      metadata: {name: training}
      spec: {schedulingPolicy: {gang: {minCount: 2}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-0, labels: {app: training}}
      spec:
        schedulingGroup: {podGroupName: training}
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]
      """
    Then Pod "occupant" is Running within 1 minute
    And Pod "rank-0" stays Pending for 2 minutes
    And Pod "rank-0" has no event FailedScheduling
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-1, labels: {app: training}}
      spec:
        schedulingGroup: {podGroupName: training}
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]
      """
    Then the Pods matching "app=training" stay Pending for 6 minutes
    And Pod "rank-0" has no event Scheduled
    And Pod "rank-1" has no event Scheduled
    When Pod "occupant" is deleted
    Then Pod "rank-0" is Running within 2 minutes
    And Pod "rank-1" is Running within 2 minutes
