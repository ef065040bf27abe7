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
    And PodGroup "training" has condition PodGroupScheduled False because of Unschedulable
    And Pod "rank-0" cannot be scheduled because "pod group is unschedulable, waiting for minCount pods from a gang to be scheduled"
    And Pod "rank-1" cannot be scheduled because "Insufficient cpu"
    When Pod "occupant" is deleted
    Then Pod "rank-0" is Running within 2 minutes
    And Pod "rank-1" is Running within 2 minutes
    And PodGroup "training" has condition PodGroupScheduled True because of Scheduled
    # One more is welcome where there is room, and changes nothing where there is none.
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-2, labels: {app: training}}
      spec:
        schedulingGroup: {podGroupName: training}
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]
      """
    Then Pod "rank-2" stays Pending for 1 minute
    And PodGroup "training" has condition PodGroupScheduled True because of Scheduled
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-3, labels: {app: training}}
      spec:
        schedulingGroup: {podGroupName: training}
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "rank-3" is Running within 10 seconds
    And Pod "rank-2" is Pending

  @claim:sched-11 @claim:sched-07
  Scenario: A group makes room for all of its Pods, and then takes it
    Given a cluster with 1 control plane node and 2 worker nodes
    And the API server runs with these flags:
      | feature-gates  | GenericWorkload=true,GangScheduling=true |
      | runtime-config | scheduling.k8s.io/v1alpha2=true          |
    And the scheduler runs with these flags:
      | feature-gates | GenericWorkload=true,GangScheduling=true |
    And these manifests are applied:
      """yaml
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: urgent}
      value: 1000
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: batch}
      spec:
        replicas: 2
        selector: {matchLabels: {app: batch}}
        template:
          metadata: {labels: {app: batch}}
          spec:
            terminationGracePeriodSeconds: 5
            containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]
      """
    Then Deployment "batch" is Complete within 1 minute
    When these manifests are applied:
      """yaml
      apiVersion: scheduling.k8s.io/v1alpha2
      kind: PodGroup
      metadata: {name: training}
      spec: {schedulingPolicy: {gang: {minCount: 2}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-0}
      spec:
        priorityClassName: urgent
        schedulingGroup: {podGroupName: training}
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-1}
      spec:
        priorityClassName: urgent
        schedulingGroup: {podGroupName: training}
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]
      """
    Then PodGroup "training" has condition PodGroupScheduled True because of Scheduled within 1 minute
    And Pod "rank-0" is Running within 1 minute
    And Pod "rank-1" is Running within 1 minute

  @claim:sched-11
  Scenario: A PodGroup stays until its Pods have ended
    Given a cluster with 1 control plane node and 1 worker node
    And the API server runs with these flags:
      | feature-gates  | GenericWorkload=true,GangScheduling=true |
      | runtime-config | scheduling.k8s.io/v1alpha2=true          |
    And the scheduler runs with these flags:
      | feature-gates | GenericWorkload=true,GangScheduling=true |
    And the controller manager runs with these flags:
      | feature-gates | GenericWorkload=true |
    When these manifests are applied:
      """yaml
      apiVersion: scheduling.k8s.io/v1alpha2
      kind: PodGroup
      metadata: {name: training}
      spec: {schedulingPolicy: {gang: {minCount: 1}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-0}
      spec:
        schedulingGroup: {podGroupName: training}
        terminationGracePeriodSeconds: 1
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "rank-0" is Running within 1 minute
    When PodGroup "training" is deleted
    Then PodGroup "training" exists
    When Pod "rank-0" is deleted
    Then PodGroup "training" is gone within 1 minute

  @claim:sched-11
  Scenario: A Pod of a group that cannot be bound is tried again, with those that come later, and waits when its group goes
    Given a cluster with 1 control plane node and 1 worker node
    And the API server runs with these flags:
      | feature-gates  | GenericWorkload=true,GangScheduling=true |
      | runtime-config | scheduling.k8s.io/v1alpha2=true          |
    And the scheduler runs with these flags:
      | feature-gates | GenericWorkload=true,GangScheduling=true |
    And these manifests are applied:
      """yaml
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata: {name: not-rank-1}
      spec:
        matchConstraints:
          resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods/binding]}]
        validations: [{expression: object.metadata.name != 'rank-1', message: rank-1 stays where it is}]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicyBinding
      metadata: {name: not-rank-1}
      spec: {policyName: not-rank-1, validationActions: [Deny]}
      ---
      apiVersion: scheduling.k8s.io/v1alpha2
      kind: PodGroup
      metadata: {name: training}
      spec: {schedulingPolicy: {gang: {minCount: 2}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-0}
      spec: {schedulingGroup: {podGroupName: training}, containers: [{name: c, image: "nginx:1.27"}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-1}
      spec: {schedulingGroup: {podGroupName: training}, containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "rank-0" is Running within 1 minute
    And Pod "rank-1" has a Warning event FailedScheduling
    And that event's message contains "rank-1 stays where it is"
    And Pod "rank-1" stays Pending for 20 seconds
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: rank-2}
      spec: {schedulingGroup: {podGroupName: training}, containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "rank-2" is Running within 10 seconds
    When PodGroup "training" is deleted
    And PodGroup "training" is patched with:
      """yaml
      metadata: {finalizers: null}
      """
    Then PodGroup "training" is gone
    When 20 seconds pass
    And ValidatingAdmissionPolicyBinding "not-rank-1" is deleted
    Then Pod "rank-1" stays Pending for 1 minute
    When these manifests are applied:
      """yaml
      apiVersion: scheduling.k8s.io/v1alpha2
      kind: PodGroup
      metadata: {name: training}
      spec: {schedulingPolicy: {gang: {minCount: 2}}}
      """
    Then Pod "rank-1" is Running within 30 seconds
