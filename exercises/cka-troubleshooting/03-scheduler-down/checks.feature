Feature: Checks

  @criterion:scheduler
  Scenario: The static Pod is Ready, and a new Pod is placed, now and half an hour later
    Then Pod "kube-system/kube-scheduler-cp-1" is Ready within 6 minutes
    And Pod "kube-system/kube-scheduler-cp-1" matches:
      """yaml
      metadata: {annotations: {kubernetes.io/config.source: file}}
      """
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: grader, namespace: bank}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "bank/grader" is Running within 1 minute
    And Pod "bank/grader" has a Normal event Scheduled
    When 30 minutes pass
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: second-grader, namespace: bank}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "bank/second-grader" is Running within 1 minute

  @criterion:placed
  Scenario: The waiting Pods run, and still do half an hour later
    Then exactly 3 Pods of Deployment "bank/payments" are Ready within 6 minutes
    When 30 minutes pass
    Then exactly 3 Pods of Deployment "bank/payments" are Ready

  @criterion:kept
  Scenario: The Deployment is what it was
    Then Deployment "bank/payments" was not recreated since "the beginning"
    And field "spec.template" of Deployment "bank/payments" did not change since "the beginning"
