@scheduling
Feature: Priority and preemption
  A Pod of higher priority goes first. Where it fits nowhere, the scheduler makes room: it deletes as few and as unimportant
  Pods as it can, spares those a budget protects where it has a choice, and nominates the Pod to the node.

  Background:
    Given a cluster with these nodes:
      | name     | role          | cpu |
      | cp-1     | control-plane |     |
      | worker-1 | worker        | 4   |
      | worker-2 | worker        | 4   |
    And these manifests are applied:
      """yaml
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: low}
      value: 10
      ---
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: high}
      value: 1000
      ---
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: polite}
      value: 2000
      preemptionPolicy: Never
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: guarded, labels: {app: guarded}}
      spec:
        priorityClassName: low
        nodeSelector: {kubernetes.io/hostname: worker-1}
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: plain, labels: {app: plain}}
      spec:
        priorityClassName: low
        nodeSelector: {kubernetes.io/hostname: worker-2}
        containers:
          - {name: c, image: "nginx:1.27", lifecycle: {preStop: {sleep: {seconds: 10}}}, resources: {requests: {cpu: 3}}}
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: guarded}
      spec: {minAvailable: 1, selector: {matchLabels: {app: guarded}}}
      """
    And Pod "guarded" is Ready within 1 minute
    And Pod "plain" is Ready within 1 minute
    And field "status.currentHealthy" of PodDisruptionBudget "guarded" is "1" within 1 minute

  @claim:sched-07
  Scenario: The Pod that no budget protects has to go
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: urgent}
      spec: {priorityClassName: high, containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]}
      """
    Then Pod "urgent" has a Warning event FailedScheduling within 5 seconds
    And field "status.nominatedNodeName" of Pod "urgent" is "worker-2"
    And Pod "plain" has a Normal event Preempted
    And that event's message contains "on node worker-2"
    And Pod "plain" has condition DisruptionTarget True because of PreemptionByScheduler
    And Pod "plain" is gone within 1 minute
    And Pod "urgent" is scheduled onto node "worker-2" within 10 seconds
    And Pod "urgent" is Running within 1 minute
    And Pod "guarded" is Running

  @claim:sched-07
  Scenario: A budget is broken where there is no other way, and Pods of low priority make no room for each other
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: equal}
      spec: {priorityClassName: low, containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: modest}
      spec: {priorityClassName: polite, containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]}
      """
    Then Pod "equal" cannot be scheduled because "2 No preemption victims found for incoming pod"
    And Pod "modest" cannot be scheduled because "preemption: not eligible due to preemptionPolicy=Never."
    And Pod "plain" is Running
    When Pod "modest" is deleted
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: urgent}
      spec:
        priorityClassName: high
        nodeSelector: {kubernetes.io/hostname: worker-1}
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]
      """
    Then Pod "guarded" has a Normal event Preempted within 5 seconds
    And Pod "urgent" is scheduled onto node "worker-1" within 1 minute

  @claim:sched-07
  Scenario: Of the waiting Pods the most important one is tried first
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: small-low}
      spec: {priorityClassName: low, containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]}
      """
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: small-polite}
      spec: {priorityClassName: polite, containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]}
      """
    And 30 seconds pass
    And Pod "plain" is deleted
    Then Pod "small-polite" is scheduled onto node "worker-2" within 1 minute
    And Pod "small-low" is Pending

  @claim:sched-07
  Scenario: A victim that may not be deleted keeps its place, and the Pod that wants it waits
    Given these manifests are applied:
      """yaml
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata: {name: keep-plain}
      spec:
        matchConstraints:
          resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [DELETE], resources: [pods]}]
        validations: [{expression: oldObject.metadata.name != 'plain', message: plain stays}]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicyBinding
      metadata: {name: keep-plain}
      spec: {policyName: keep-plain, validationActions: [Deny]}
      """
    And Pod "plain" is Running
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: urgent}
      spec: {priorityClassName: high, containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 3}}}]}
      """
    Then Pod "urgent" stays Pending for 2 seconds
    And Pod "plain" is Running
    When ValidatingAdmissionPolicyBinding "keep-plain" is deleted
    Then Pod "urgent" is Running within 1 minute
